"""Findings: what in the record breaks a rule of the scheme or does not fit together.

Uses `scheme`, `storage`, `record` and `statements`. `findings.CATALOGUE` lists every code; begin with
`suite.check_layer`. A label's checks are in the module of its name; those of an event's statements are in `statements`.
"""
