"""The suggester `rules`: quotes, speakers, hedges and numbers by patterns of English news prose, without a model.

`tokens` cuts a text into sentences in which a quotation is one token. `mentions` finds noun phrases that can speak, and
`attributions` the verbs of saying with what they report. `numbers`, `hedges` and `entities` are each about one label or
attribute. `suggester` puts them together; the score of each pattern is in `scores.json`. Uses `suggesting.protocol`,
and of the data side `checks` and `scheme`. Begin with `suggester`.
"""
