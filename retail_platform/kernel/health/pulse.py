"""The sign of life of a process that serves no HTTP: a file, touched while its loop goes round.

Whoever started the process names the file in RETAIL_READY_FILE; a container's health check looks at its age.
"""

import os
import time
from pathlib import Path

_EVERY_S = 1.0


class Pulse:
    """Touch the file at most once a second. Without a file it costs nothing and does nothing."""

    def __init__(self) -> None:
        name = os.environ.get("RETAIL_READY_FILE", "")
        self._file = Path(name) if name else None
        self._touched = float("-inf")

    def beat(self) -> None:
        """The loop has gone round once more, with a database that answered."""
        if self._file is not None and time.monotonic() - self._touched >= _EVERY_S:
            self._file.touch()
            self._touched = time.monotonic()
