"""Files of movements, by HTTP, by command and from a folder."""
