"""What the articles of an event tell in common: which quotes tell one statement, and what differs between the tellings.

Uses `scheme`, `storage` and `record`. `sheets` lists what is to be sorted, `candidates` ranks what may tell the same,
`tables` reads and writes what was sorted, `sorted_events` lays annotators side by side, and `comparison` says what
differs. Begin with `event_comparisons.compared_events`.
"""
