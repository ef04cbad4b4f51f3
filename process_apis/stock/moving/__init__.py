"""Goods on their way from one node to another."""
