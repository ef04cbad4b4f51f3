"""What happened: the shape of each fact's data, one file for each part of the trade, its names at the end."""
