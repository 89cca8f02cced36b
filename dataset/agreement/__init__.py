"""Agreement: the layers of a round compared, span by span.

Uses `scheme`, `storage` and `record`, and knows nothing of where a layer comes from. Begin with `figures.agreement`.
"""
