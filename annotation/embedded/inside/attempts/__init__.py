"""Attempts to log in to the embedded server that failed. A Django application of its own, loaded by Label Studio."""
