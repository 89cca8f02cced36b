"""What articles' texts have in common: near-duplicates, and which of them may report the same event.

Uses `scheme`. It takes texts and knows nothing of a corpus. Begin with `near_duplicates.near_duplicates`.
"""
