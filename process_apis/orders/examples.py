"""Orders that examples of the documents are about: each has one of its own on a demo, so that none spoils another."""

from uuid import UUID

TO_RELEASE = "DEMO-1002"
TO_EDIT = "DEMO-1003"
TO_CANCEL = "DEMO-1004"
TO_CANCEL_AT_DESK = "DEMO-1005"
CANCELLED = "DEMO-1006"
CANCELLATION = UUID("0b6f3e1e-8c7a-4d39-9a53-3c6c0f1f2a10")  # of that one
