"""The Label Studio side: page, guidelines, server, push, pull, restore."""
