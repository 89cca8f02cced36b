"""A round of annotation: articles pushed to annotators, their work pulled, kept raw, and taken into the record.

Uses `embedded`, `labelstudio`, `guidelines` and `page`. Begin with `push.push` and `pull.pull`. `plans` and `dealing`
say who gets what, and `letting_off` takes it back; `inbox` has what annotators ask, and `returning` brings articles
back to them; `raw` and `kept_pulls` are about the tasks as they were pulled.
"""
