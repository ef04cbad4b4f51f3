"""The lag of each channel where machines look: /status and /metrics."""

from collections.abc import Iterable

import structlog
from django.db import Error
from prometheus_client import REGISTRY
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from process_apis.publication import lag
from retail_platform.kernel import clock
from retail_platform.kernel.health.registry import Finding, check

log = structlog.get_logger(__name__)
MAY_WAIT_S = 60
_registered = False


class LagCollector(Collector):
    """Asked when somebody reads /metrics; the figures are in the database, the same for every process."""

    def describe(self) -> Iterable[Metric]:
        return []

    def collect(self) -> Iterable[Metric]:
        try:
            found = lag.by_channel(now=clock.now())
        except Error:
            log.warning("lag of channels not read")
            return
        for name, help_text, read in (
            (
                "retail_publication_oldest_seconds",
                "Age of the oldest change a channel has not heard of",
                "oldest_waiting_s",
            ),
            ("retail_publication_p95_seconds", "From change to channel told, last ten minutes", "p95_s"),
            ("retail_publication_waiting", "Skus a channel has not heard of", "waiting"),
            ("retail_publication_refused", "Skus a channel does not take", "refused"),
            ("retail_publication_failures", "Failures in a row", "failures"),
            ("retail_publication_drifted_total", "Skus found changed in the shop", "drifted"),
        ):
            family = GaugeMetricFamily(name, help_text, labels=["channel"])
            for each in found:
                family.add_metric([each.channel], float(getattr(each, read) or 0))
            yield family


def register() -> None:
    """Once a process."""
    global _registered
    if not _registered:
        _registered = True
        REGISTRY.register(LagCollector())
        check("publication", _look)


def _look() -> Finding:
    found = lag.by_channel(now=clock.now())
    oldest = max((each.oldest_waiting_s for each in found), default=0.0)
    late = [each.channel for each in found if each.oldest_waiting_s > MAY_WAIT_S]
    told = f"{', '.join(late)} not told for {oldest:.0f} s" if late else f"{len(found)} channels, oldest {oldest:.0f} s"
    return Finding(ok=not late, detail=told, value=oldest)
