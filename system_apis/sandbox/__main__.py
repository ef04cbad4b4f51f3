"""`python -m system_apis.sandbox`: start the pretend outside world and stay up until told to stop.

SANDBOX_PORT (8090), SANDBOX_HOST (127.0.0.1), SANDBOX_STATE (.local/sandbox), SANDBOX_CONTROL_TOKEN (none).
"""

import os
import signal
import sys
import threading
from pathlib import Path
from types import FrameType

from system_apis.sandbox import control
from system_apis.sandbox.server import Server
from system_apis.sandbox.store import StateTaken
from system_apis.sandbox.world import World


def main() -> None:
    """Serve until TERM or Ctrl-C."""
    threading.stack_size(512 * 1024)  # a thread for each connection: the usual 8 MB would look large
    signal.signal(signal.SIGTERM, _stop)
    address = (os.environ.get("SANDBOX_HOST", "127.0.0.1"), int(os.environ.get("SANDBOX_PORT", "8090")))
    try:
        world = World(Path(os.environ.get("SANDBOX_STATE", ".local/sandbox")))
        server = Server(address, world, control_token=os.environ.get("SANDBOX_CONTROL_TOKEN", ""))
    except StateTaken as taken:
        sys.exit(f"sandbox: {taken}")
    except OSError as wrong:
        sys.exit(f"sandbox: cannot listen on {address[0]}:{address[1]} ({wrong}); set SANDBOX_PORT to a free one")
    control.resume(world)
    print(f"sandbox: http://{address[0]}:{server.server_port}", flush=True)
    try:
        server.serve_forever(poll_interval=0.5)
    except KeyboardInterrupt:
        sys.exit(0)


def _stop(number: int, frame: FrameType | None) -> None:
    sys.exit(0)


if __name__ == "__main__":
    main()
