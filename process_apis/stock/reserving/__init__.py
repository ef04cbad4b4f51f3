"""Promises: baskets held, confirmed, given back; how far they may go beyond what is there."""
