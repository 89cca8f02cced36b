"""What the embedded Label Studio itself loads: its settings, which addresses are open, and who may see what.

These modules run in the server's process and import Django; only `routes` and the name in `discretion` of a variable
are read by Hedgerow as well. Uses `dataset.scheme`. Begin with `settings`.
"""
