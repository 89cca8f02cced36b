"""A built dataset folder: its Parquet files read and written, its content hash, its manifest.

Uses `schema`, `scheme` and `storage`: what stands in the record is not asked here. Begin with `manifest`.
"""
