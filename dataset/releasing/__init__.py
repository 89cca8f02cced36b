"""A release: the record checked and built, compared with the last release, and described.

Uses all packages above it. Begin with `release.release`.
"""
