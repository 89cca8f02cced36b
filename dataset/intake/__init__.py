"""Articles into the seeds, from whatever a team has them in: checked first, all of them or none.

Uses `record`, `similarity` and `storage`. Begin with `taking_in.intake`; `sources` says which inputs there are, and
each has a module that reads it into a stream of `articles.SourceArticle`. Nothing here asks a network, but for a
dataset that is named by its name on the Hub.
"""
