"""The annotation scheme as code: labels and attributes, word lists, quantities, hedge targets, quotation marks.

Pure functions of text that open no file and import nothing else of Hedgerow. Begin with `vocabulary`.
"""
