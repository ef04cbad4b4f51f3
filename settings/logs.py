"""Logs, structured."""
