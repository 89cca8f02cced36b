"""Scoring: the predictions of a model against a gold, by the matching that measures annotators.

Uses `agreement`, `statements`, `folder` and `record`. Begin with `score.score`; `baselines` keeps figures for the
card.
"""
