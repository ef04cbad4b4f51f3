"""The relay process: deliver facts until told to stop."""

import signal
import threading
import time
from argparse import ArgumentParser
from types import FrameType

import structlog
from django.core.management.base import BaseCommand
from django.db import DatabaseError, InterfaceError, close_old_connections, connection

from retail_platform.kernel.health.pulse import Pulse
from retail_platform.kernel.outbox import relay

log = structlog.get_logger(__name__)
IDLE_S = 0.05
LOOK_AFTER_S = 1.0  # how often the connection's age and state are looked at: it costs a question of its own
FOLLOW_S = 0.2  # how often those who follow are called while nothing happens: what they read then costs as much


class Command(BaseCommand):
    help = "Carry facts from the outbox to their listeners. Several may run; stop with Ctrl-C."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.epilog = "Example: manage.py relay    (manage.py up and serve relay run it)"

    def handle(self, *args: object, **options: object) -> None:
        stopping = threading.Event()

        def stop(_signal: int, _frame: FrameType | None) -> None:
            stopping.set()

        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
        pulse = Pulse()
        delivered, followed, looked = 0, 0.0, 0.0
        while not stopping.is_set():
            try:
                delivered = relay.deliver() if delivered or relay.is_due() else 0
                if delivered or time.monotonic() - followed > FOLLOW_S:
                    relay.tell_followers(delivered)
                    followed = time.monotonic()
                pulse.beat()
                if delivered == 0:
                    time.sleep(IDLE_S)
            except (DatabaseError, InterfaceError):
                log.exception("relay lost its database; it tries again")
                connection.close()
                stopping.wait(1)
            if time.monotonic() - looked > LOOK_AFTER_S:
                close_old_connections()
                looked = time.monotonic()
