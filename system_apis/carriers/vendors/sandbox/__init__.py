"""The pretend carrier: no keys, labels found again by our reference, scans by webhook."""
