"""A release brought to the Hub or to a shelf, fetched from there, and verified both times.

Uses `folder` and `storage` only. Begin with `publish.publish`.
"""
