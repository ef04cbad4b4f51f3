"""The sandbox as a test uses it: a real process on a free port, its controls as methods."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Self

import requests

ROOT = Path(__file__).resolve().parent.parent


class SandboxProcess:
    """`with SandboxProcess(folder) as sandbox:` starts it; `restart()` kills it and starts it on the same state."""

    def __init__(self, state: Path, *, port: int = 0) -> None:
        self._state, self._port = state, port
        self._controls = requests.Session()
        self._controls.trust_env = False

    def __enter__(self) -> Self:
        self._start()
        return self

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.wait(10)
        if self.process.stdout:
            self.process.stdout.close()

    def restart(self) -> None:
        """Kill −9, then start again: what was answered must still be there."""
        self.process.kill()
        self.process.wait(10)
        self._start()

    def control(self, method: str, path: str, body: Any = None, **params: Any) -> Any:
        """One call of /_control, its answer read."""
        answer = self._controls.request(method, f"{self.url}/_control{path}", json=body, params=params, timeout=10)
        assert answer.ok, answer.text
        return answer.json()

    def setup(self, **wish: Any) -> None:
        self.control("POST", "/setup", wish)

    def fault(self, system: str, kind: str, **wish: Any) -> None:
        self.control("POST", "/faults", {"system": system, "kind": kind, **wish})

    def heal(self) -> None:
        self.control("DELETE", "/faults")

    def effects(self, **wish: Any) -> list[dict[str, Any]]:
        return list(self.control("GET", "/effects", **wish)["effects"])

    def place_order(self, **wish: Any) -> dict[str, Any]:
        return dict(self.control("POST", "/commerce/orders", wish)["order"])

    def _start(self) -> None:
        environment = {**os.environ, "SANDBOX_PORT": str(self._port), "SANDBOX_STATE": str(self._state)}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "system_apis.sandbox"], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
        )
        assert self.process.stdout
        said = self.process.stdout.readline()
        assert said.startswith("sandbox: "), f"the sandbox did not start: {said!r}"
        self.url = said.removeprefix("sandbox: ").strip()
        self._port = int(self.url.rsplit(":", 1)[1])
