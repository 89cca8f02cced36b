"""Agreement: the layers of a round compared, span by span, and how they sort events.

Uses `scheme`, `storage`, `record` and `statements`, and knows nothing of where a layer comes from. Begin with
`figures.agreement`, or for rounds of sorting with `sorting_figures.sorting_agreement`.
"""
