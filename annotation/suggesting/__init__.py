"""Suggestions: what a program would label, in the record's own rows, with a score for each span.

`protocol` says what a suggester is and finds those that are installed, `sound` drops what breaks a rule, `combining`
makes one of what several suggest, `layers` suggests for many articles and writes the result as layers of their own.
`rules` needs no model, `parsed` reads the same by the dependencies of a parser, `endpoint` asks a language model, and
`file` reads predictions that were made elsewhere. Uses `rounds` and `guidelines`, and `dataset.checks`. Begin with
`protocol.Suggester`, then read `layers.suggest`.
"""
