"""What the embedded Label Studio itself loads: its settings, which addresses are open, and who may see what.

These modules run in the server's process and import Django; only `routes` is read by Hedgerow as well. Begin with
`settings`.
"""
