"""What the embedded server answers beyond Label Studio, for the labelling page to show. Loaded by Label Studio.

`urls` is the server's whole URL table. `findings` runs the checks of `hedgerow validate` over unfinished work, which
`views` answers with; `practice` shows what a practice article has other than the gold. Uses `practice`, `rounds`,
`guidelines` and `labelstudio`, and `dataset.checks`. Begin with `urls`, then read `findings.findings_on_page`.
"""
