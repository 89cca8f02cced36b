"""Attempts to log in to the embedded server that failed: a Django application of its own, loaded by Label Studio.

Uses `embedded.inside`. Begin with `slowing`.
"""
