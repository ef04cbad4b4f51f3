"""The sweeper process: wake what is due, until told to stop."""

import signal
import threading
import time
from argparse import ArgumentParser
from types import FrameType

import structlog
from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import DatabaseError, InterfaceError, close_old_connections, connection
from django.utils.module_loading import import_string

from process_apis.engine import sweeper
from retail_platform.kernel.health.pulse import Pulse

log = structlog.get_logger(__name__)
OVERDUE_EVERY_S = 30
LISTEN_EVERY_S = 2


class Command(BaseCommand):
    help = "Wake runs that are due and report runs past their deadline. Several may run; stop with Ctrl-C."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.epilog = "Example: manage.py sweep    (manage.py up and serve beat run it)"

    def handle(self, *args: object, **options: object) -> None:
        stopping = threading.Event()

        def stop(_signal: int, _frame: FrameType | None) -> None:
            stopping.set()

        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
        pulse = Pulse()
        reported = listened = 0.0
        while not stopping.is_set():
            try:
                sweeper.sweep()
                pulse.beat()
                for chore in settings.SWEEP_ALSO:
                    _do(chore)
                if time.monotonic() - listened > LISTEN_EVERY_S:
                    sweeper.ring_lost_bells()
                    listened = time.monotonic()
                if time.monotonic() - reported > OVERDUE_EVERY_S:
                    sweeper.report_overdue()
                    reported = time.monotonic()
            except (DatabaseError, InterfaceError):
                log.exception("sweeper lost its database; it tries again")
                connection.close()
            close_old_connections()
            stopping.wait(settings.SWEEP_INTERVAL_S)


def _do(chore: str) -> None:
    """One that fails is logged and tried on the next round: runs are woken all the same."""
    try:
        import_string(chore)()
    except (DatabaseError, InterfaceError):
        raise
    except Exception:
        log.exception("a chore of the sweeper failed", chore=chore)
