"""The `hedgerow` command, one subcommand a file."""
