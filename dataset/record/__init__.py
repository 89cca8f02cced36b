"""The record: a corpus with its articles, layers and splits, and what adds to it or takes from it.

Uses `scheme`, `similarity` and `storage`. Begin with `corpus.open_corpus`, then `layer.read_layer`.
"""
