"""A marketplace with a feed: orders are asked for, parcels and cancellations told with keys."""
