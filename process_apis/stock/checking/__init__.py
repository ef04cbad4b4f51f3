"""What the book says against what is found: counts, snapshots, and the nightly audit of its own rows."""
