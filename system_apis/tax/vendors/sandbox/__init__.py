"""The pretend tax engine: a document is known by its code."""
