"""Adjudication: where annotators differ, the questions that follow, and the gold that the answers make.

Uses `rounds`, `page`, `guidelines` and `labelstudio`, and of the data side `agreement` and `checks`. Begin with
`rounds_to_gold.open_round`.
"""
