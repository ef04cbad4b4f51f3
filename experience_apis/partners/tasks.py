"""The task that tells partners. Its message is a bell; the database remembers what is to be told."""

from celery import shared_task

from experience_apis.partners import bell, deliverer


@shared_task(name="partners.deliver", acks_late=True, ignore_result=True, max_retries=None)
def deliver(**_newer: object) -> None:
    """One round; the bell again where something is still due, so that other work of the queue has its turn."""
    if deliverer.deliver() and bell.is_due():
        bell.ring()
