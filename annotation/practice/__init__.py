"""Practice: three invented articles with their gold, and what an annotator's work on them lacks beside it.

`corpus/` is a corpus of its own: `hedgerow validate --corpus annotation/practice/corpus` checks it. `material` and
`sheet` are read by Label Studio, too, and ask no server. Uses `rounds`, `guidelines` and `labelstudio`, and
`dataset.agreement`. Begin with `sheet.sheet_of`.
"""
