"""A web server under measurement: granian as the platform runs it, one process, one blocking thread."""

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from retail_platform.kernel.supervisor import ports

ROOT = Path(__file__).resolve().parent.parent
_TICK_S = 1 / os.sysconf("SC_CLK_TCK")
_STARTS_WITHIN_S = 30


class Server:
    """One running server: its port, and the CPU time that it and its children used."""

    def __init__(self, process: subprocess.Popen[bytes], port: int) -> None:
        self.process, self.port = process, port

    def cpu_s(self) -> float:
        """User and system time of the whole process tree since it began."""
        return sum(_ticks(pid) for pid in _tree(self.process.pid)) * _TICK_S


@contextmanager
def serving(target: str, *, first: int, probe: str = "/", **env: str) -> Iterator[Server]:
    """`target` ("module:function") behind granian on a free port from `first` on, until the block ends."""
    port = ports.free(first, set())
    command = [
        *(sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)),
        *("--workers", "1", "--blocking-threads", "1", "--no-ws", "--log-level", "error", target),
    ]
    process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **env}, stdout=subprocess.DEVNULL)
    try:
        _wait(f"http://127.0.0.1:{port}{probe}", process)
        yield Server(process, port)
    finally:
        process.terminate()
        try:
            process.wait(8)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(url: str, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + _STARTS_WITHIN_S
    while time.monotonic() < until and process.poll() is None:
        try:
            urllib.request.urlopen(url, timeout=2).close()  # our own loopback address
            return
        except urllib.error.HTTPError:
            return  # it answers
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"the server to measure did not answer at {url}; its output above says why")


def _tree(pid: int) -> list[int]:
    found = [pid]
    for parent in found:  # grows while we walk
        for children in Path(f"/proc/{parent}/task").glob("*/children"):
            found += [int(child) for child in children.read_text().split()]
    return found


def _ticks(pid: int) -> int:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])
