"""The data side: schema, record, checks, build. Knows nothing of Label Studio."""
