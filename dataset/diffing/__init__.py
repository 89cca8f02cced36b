"""Two dataset folders compared, and the smallest version bump that is honest.

Uses `folder` and `storage` only. Begin with `diff.diff`.
"""
