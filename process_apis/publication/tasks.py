"""The task that tells one channel. Its message holds a name; the database remembers the rest."""

from celery import shared_task

from process_apis.publication import publisher


@shared_task(name="publication.publish", acks_late=True, ignore_result=True, max_retries=None)
def publish(*, channel: str, **_newer: object) -> None:
    """Tell one channel all that is due. A doubled wake-up finds the channel taken and does nothing."""
    publisher.publish(channel)
