"""What every test of the experience layer may ask for."""

from tests.experience.asking import one_connection, own_copy

__all__ = ["one_connection", "own_copy"]
