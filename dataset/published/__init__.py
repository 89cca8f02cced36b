"""What is published: the rows of each config, derived from a layer, and the dataset card.

Uses `record`, `statements`, `checks`, `folder` and the figures that `scoring` keeps. Begin with `build.build`, then
`rows`, and `events` for what spans several articles.
"""
