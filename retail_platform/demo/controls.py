"""The sandbox's controls: open to its own machine, elsewhere to whoever holds SANDBOX_CONTROL_TOKEN."""

import os


def headers() -> dict[str, str]:
    """What to send along with a request to `/_control`."""
    token = os.environ.get("SANDBOX_CONTROL_TOKEN", "")
    return {"X-Control-Token": token} if token else {}
