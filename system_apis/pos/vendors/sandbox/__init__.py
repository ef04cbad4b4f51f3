"""The pretend tills: pages of tickets behind a counting cursor."""
