"""Adjudication: where annotators differ, the questions that follow, and the gold that the answers make.

Uses `rounds`. Begin with `rounds_to_gold`.
"""
