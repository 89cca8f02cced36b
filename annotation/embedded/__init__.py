"""The Label Studio that Hedgerow runs: its start and stop, database, accounts, backup, and attempts to trespass.

Uses `dataset.storage`. Begin with `server.Server`.
"""
