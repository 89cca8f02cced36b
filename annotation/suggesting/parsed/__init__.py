"""The suggester `spacy`: the patterns of `rules`, read by the dependencies that a spaCy pipeline parses.

`pipeline` opens a pipeline and checks the one that is pinned. `sentences` parses sentences as `rules` cuts them, each
by itself, so that no heading runs into what follows. `grammar` reads who says what from the dependencies. `suggester`
puts them together; the score of each pattern is in `scores.json`. No module imports spaCy before it is asked for. Uses
`suggesting.protocol` and `suggesting.rules`. Begin with `suggester`.
"""
