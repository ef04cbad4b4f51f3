"""What the examples of holds and transfers are about. Each act has one of its own on a demo; none spoils another."""

HELD = "b3f1c9d2a4e54f0f9c6f0b8f1f2a7c11"
TO_CONFIRM = "b3f1c9d2a4e54f0f9c6f0b8f1f2a7c12"
TO_PLAN, PLANNED, TO_SHIP, TO_RECEIVE, TO_CLOSE = (f"TR-{number}" for number in (1000, 1001, 1002, 1003, 1004))
SKU, FROM, TO = "SKU-00490", "WH-1", "STORE-001"
UNITS = 2
