"""The `hedgerow` command: a module a subcommand, and `cli`, which they share. Begin with `main`."""
