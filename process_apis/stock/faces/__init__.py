"""The REST face of the stock book."""
