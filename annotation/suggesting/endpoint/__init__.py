"""The suggester `endpoint`: a language model behind any server that speaks as OpenAI's does.

It is the only suggester that sends texts away, to the server that the environment names. `client` asks, with the
guidelines as instructions; `answers` reads what comes back, and counts what it rejects by the reason. Uses
`suggesting.protocol` and `guidelines`. Begin with `client`.
"""
