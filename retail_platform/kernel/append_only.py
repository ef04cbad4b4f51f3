"""Triggers for rows that are written once and stay: the database refuses every change, whoever asks (D14)."""

import pgtrigger

APPEND_ONLY = [
    pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
    pgtrigger.Protect(name="no_truncate", operation=pgtrigger.Truncate, level=pgtrigger.Statement),
]
