"""The labelling page: label configs, made from the scheme, and the page's own script.

Uses `guidelines` and `labelstudio`, and `dataset.scheme`. Begin with `label_config.label_config`.
"""
