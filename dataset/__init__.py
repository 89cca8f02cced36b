"""The data side of Hedgerow: the record, its checks, and what is published from it. It knows nothing of Label Studio.

Each package may use those above it in this list, and all of them `garbage`, `problem`, `schema` and `parallel`:

    scheme      the rules about text: labels, attributes, lexicon, quantities, what a hedge is about
    similarity  what texts have in common: near-duplicates, and which may report the same event
    storage     files that are written whole, tables on disk, ranges of articles, addresses, git
    record      the corpus: articles, layers, splits and withdrawal
    intake      articles from files of all kinds into the seeds
    statements  what the articles of an event tell in common: tables, candidates, comparison
    checks      findings: what breaks a rule of the scheme or does not fit together
    agreement   layers compared: matching, F1, alpha, intervals
    folder      a built dataset folder: reading, writing, content hash, manifest
    scoring     predictions of a model against a gold, by the matching that measures annotators
    published   the record's rows as the published configs, and the card
    diffing     what changed between two dataset folders, and the version bump that it asks for
    releasing   a release: checks, pages, Croissant, variants
    publishing  a release on the Hub or on a shelf, and back

Begin with `schema`, which declares every table, then read `record.corpus.open_corpus`.
"""
