"""Celery, which carries wake-ups between processes. What it carries is never the only copy of anything."""

import gc
import os
from pathlib import Path

from celery import Celery
from celery.signals import task_prerun, worker_before_create_process, worker_ready
from django.conf import settings
from django.db import close_old_connections
from kombu import Exchange, Queue

from retail_platform.worker_credit import CreditWatch

app = Celery(
    "retail",
    include=[
        "process_apis.engine.tasks",
        "process_apis.order_to_cash.tasks",
        "process_apis.publication.tasks",
        "experience_apis.partners.tasks",
    ],
)
app.config_from_object("django.conf:settings", namespace="CELERY")
# A worker serves all of them and makes no others; an exchange each, or every queue would get every message.
app.conf.task_queues = [Queue(name, exchange=Exchange(name), routing_key=name) for name in settings.QUEUES]
app.steps["consumer"].add(CreditWatch)
# Celery would close the database after every task: signing in anew costs more than a stretch of a run.
app.conf["CELERY_DB_REUSE_MAX"] = 2**62
app.set_default()  # for every thread: a web process publishes from threads that did not import this module


@worker_before_create_process.connect
def share_memory(**_: object) -> None:
    """Put what is loaded out of the collector's reach, or each child would soon own a copy of all of it."""
    gc.collect()
    gc.freeze()


@task_prerun.connect
def close_what_is_broken(**_: object) -> None:
    """Keep the connection as long as Django does between requests: until it is broken, or CONN_MAX_AGE old."""
    close_old_connections()


@worker_ready.connect
def tell_supervisor(**_: object) -> None:
    """Leave a sign that tasks are being taken, for whoever started this worker."""
    if file := os.environ.get("RETAIL_READY_FILE"):
        Path(file).touch()
