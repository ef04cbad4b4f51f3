"""The guard outlives the supervisor by one breath: when the supervisor is gone, however it went, so is all it started.

Run as a process of its own with a pipe from the supervisor on stdin. Each line is "+pgid signal" or "-pgid"; children
write their own line between fork and exec, so there is no moment in which one runs unknown. End of file means that
the supervisor is dead: ask every group to stop, then kill what is left.
"""

import contextlib
import os
import signal
import sys
import time

GRACE_S = 4.0


def main() -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # only the end of the pipe ends the guard
    groups: dict[int, int] = {}
    for line in sys.stdin.buffer:
        words = line.split()
        if line.startswith(b"+"):
            groups[int(words[0][1:])] = int(words[1])
        else:
            groups.pop(int(words[0][1:]), None)
    end(groups)


def end(groups: dict[int, int]) -> None:
    """Ask, wait at most GRACE_S, kill."""
    for group, number in reversed(groups.items()):
        _signal(group, number)
    deadline = time.monotonic() + GRACE_S
    while any(_alive(group) for group in groups) and time.monotonic() < deadline:
        time.sleep(0.05)
    for group in groups:
        _signal(group, signal.SIGKILL)


def _alive(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def _signal(group: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


if __name__ == "__main__":
    main()
