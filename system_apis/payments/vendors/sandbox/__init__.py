"""The pretend payment provider: minor units, keys kept."""
