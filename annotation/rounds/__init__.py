"""A round of annotation: articles pushed to annotators, their work pulled, kept raw, and taken into the record.

Uses `labelstudio` and `page`. Begin with `push.push` and `pull.pull`.
"""
