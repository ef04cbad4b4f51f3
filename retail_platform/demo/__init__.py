"""A whole retail day through every layer, and the statement that must tie out at its end."""
