"""A round of annotation: articles pushed to annotators, their work pulled, kept raw, and taken into the record.

Uses `labelstudio` and `page`. Begin with `push.push` and `pull.pull`; `inbox` has what annotators ask, and `returning`
brings articles back to them.
"""
