"""Notice a broker that went away while every hand was busy.

A worker reads no more messages than it may hold, and then its client does not look at the connection either. If the
broker dies in that moment, the acknowledgements of the tasks in work fail (Celery logs "Couldn't ack" and goes on), so
their messages count as held for ever: fewer are read at a time, or none any more, and nobody sees that the connection
is gone. Seen with kombu 5.7: a worker stood still until it was restarted.
"""

from typing import Any

from celery import bootsteps
from celery.worker import state

LOOK_EVERY_S = 1.0


class CreditWatch(bootsteps.StartStopStep):
    """Connect anew when more messages count as held than there are tasks in work."""

    requires = ("celery.worker.consumer.tasks:Tasks",)

    def __init__(self, consumer: Any, **options: Any) -> None:
        super().__init__(consumer, **options)
        self._timer: Any = None
        self._seen = 0

    def start(self, consumer: Any) -> None:
        self._seen = 0
        self._timer = consumer.timer.call_repeatedly(LOOK_EVERY_S, self.look, (consumer,))

    def stop(self, consumer: Any) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def look(self, consumer: Any) -> None:
        """Raises ConnectionError, which Celery answers with a new connection."""
        qos = consumer.task_consumer.channel.qos
        held = len(getattr(qos, "_delivered", ())) - len(getattr(qos, "_dirty", ()))  # brokers other than Valkey: none
        self._seen = self._seen + 1 if held > len(state.reserved_requests) else 0
        if self._seen >= 2:  # once may be the moment between a message and its task
            raise ConnectionError("acknowledgements were lost with the broker")
