"""Suggestions for annotators: what a program would label in a round's articles, as a layer of its own.

Read `protocol` for what a suggester is. `rules` needs no model, `parsed` reads the same by the dependencies of a parser,
`endpoint` asks a language model, and `file` takes predictions made elsewhere. `sound` keeps what the project's own
checks let pass, `combining` makes one of what several say, and `layers` writes what there is for a round.
"""
