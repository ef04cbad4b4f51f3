"""The pretend warehouse: snake_case, no keys, parcels by webhook."""
