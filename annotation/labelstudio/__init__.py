"""Label Studio's API and JSON: the client, who works on which account, and what results mean.

Uses `embedded`. Nothing outside of this package knows how Label Studio writes a result. Begin with `client.Studio` and
`tasks.read_task`; `payloads` has the types of what is sent and listed.
"""
