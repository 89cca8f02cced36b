"""The Label Studio side of Hedgerow: the server, the labelling page, rounds, adjudication and the report.

Each package may use those above it in this list, and all of them `dataset`:

    embedded      the server that Hedgerow runs; `embedded.inside` is what Label Studio itself loads
    labelstudio   the client, and the only modules that know Label Studio's JSON
    guidelines    the rules as annotators read them
    page          label configs, and the page's own script
    rounds        push, pull, progress and restore
    suggesting    what programs suggest to annotators: one protocol, the rules, predictions made elsewhere
    aligning      rounds of sorting: which quotes of an event tell the same statement
    adjudication  where annotators differ, and what was decided
    practice      invented articles with their gold, on which annotators practise
    served        what the embedded server answers beyond Label Studio: findings, and how practice went
    report        one page to look at

`doctor` is above them all. Begin with `rounds.push.push` and `rounds.pull.pull`.
"""
