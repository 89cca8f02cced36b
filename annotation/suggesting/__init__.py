"""Suggestions: what a program would label, in the record's own rows, with a score for each span.

`protocol` says what a suggester is and finds those that are installed, `sound` drops what breaks a rule, `layers`
suggests for many articles and writes the result as a layer of its own. `rules` needs no model; `file` reads predictions
that were made elsewhere. Begin with `protocol.Suggester`, then read `layers.suggest`.
"""
