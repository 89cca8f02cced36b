"""Checks of the record. A check yields findings and never raises for bad data."""
