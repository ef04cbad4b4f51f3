"""A pretend outside world over real HTTP: six systems in one process, each with its own manners. Knows no Django."""
