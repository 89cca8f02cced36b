"""Rounds of sorting: on the desk, annotators say which quotes of an event tell the same statement.

Uses `rounds`, `guidelines` and `labelstudio`, and `dataset.statements`. `desk` makes a page of a sheet and reads it
back; begin with `sorting_rounds.open_events`.
"""
