"""The task that asks one marketplace for orders. Its message holds a name; the database remembers the rest."""

import structlog
from celery import shared_task, signature

from retail_platform.kernel import clock
from system_apis.commerce import feed
from system_apis.errors import SystemFault

log = structlog.get_logger(__name__)
TASK, QUEUE = "order_to_cash.ask_feed", "checkout"


@shared_task(name=TASK, acks_late=True, ignore_result=True, max_retries=None)
def ask_feed(*, connection: str, **_newer: object) -> None:
    """Take in what is new at one marketplace. One that is away is asked again at its next turn."""
    try:
        feed.take_in(connection, now=clock.now())
    except SystemFault as away:
        log.warning("feed not read", connection=connection, error=str(away)[:200])


def sweep() -> None:
    """Called by the sweeper: have each marketplace asked whose turn it is."""
    for code in feed.due(now=clock.now()):
        try:
            message = signature(TASK, kwargs={"connection": code}, immutable=True, options={"queue": QUEUE})
            message.apply_async(retry=False)
        except Exception as error:  # whatever a broker that comes and goes makes its client raise
            log.warning("feed not asked; the next turn does", connection=code, error=str(error))
