"""What the subcommands share: the console, options, names, and how findings and changes are shown.

Uses `annotation` and `dataset`. Begin with `console`.
"""
