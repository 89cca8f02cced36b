"""The `hedgerow` command: a module for each subcommand, and `cli`, which they share.

Uses `annotation` and `dataset`. Begin with `main`.
"""
