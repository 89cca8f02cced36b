"""The Label Studio that Hedgerow runs, for one machine or behind a team's own address.

Its start and end (`server`), accounts and invitations, where it is reached and what stands before it (`network`,
`proxies`, `deployment`), its database, backups and upgrades, and attempts to trespass. What Label Studio itself loads
is in `inside`. Uses `dataset.storage` and `dataset.record`. Begin with `server.Server`.
"""
