"""What the articles of an event tell in common: which quotes tell one statement, and what differs between the tellings.

Uses `scheme`, `storage` and `record`. `tables` reads and writes what annotators sorted; `candidates` ranks, for each
quote or number, those that may tell the same; `comparison` says what differs. Both use `registry` (who speaks for whom)
and `numbers`. Begin with `tables.EventSorting`.
"""
