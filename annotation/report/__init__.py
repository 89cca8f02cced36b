"""The report: one self-contained page that shows a layer, its figures, and where annotators differ.

Uses all packages above it. Begin with `report.write`.
"""
