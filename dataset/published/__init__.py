"""What is published: the rows of each config, derived from a layer, and the dataset card.

Uses `record`, `checks` and `folder`. Begin with `build.build`, then `rows`.
"""
