"""Files: written whole or not at all, tables as JSON Lines and Parquet, ranges of articles, addresses, git.

Uses `dataset.schema` for the tables' columns, and nothing of what the tables mean. Begin with `atomic.aside`, which
puts a file in place when it is whole, then `tables.read_table`.
"""
