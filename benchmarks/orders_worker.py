"""Celery for benchmarks/orders.py, apart from others on the broker: `celery -A benchmarks.orders_worker:app`."""

import os

from retail_platform.celery import app

app.conf.broker_transport_options = {
    **app.conf.broker_transport_options,
    "global_keyprefix": os.environ.get("BENCH_PREFIX", "bench:"),
}
app.conf.include = [*app.conf.include, "benchmarks.orders_ways"]
