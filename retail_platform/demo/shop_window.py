"""What the pretend shop shows of each thing, against what we have published to it."""

import time
from collections.abc import Mapping

import requests
from django.db.models import F, Q, QuerySet

from process_apis.publication.models import ChangeNoted, ChannelLevel, ChannelShop
from retail_platform.demo import controls
from system_apis.connections.models import Connection

PLACE = "main"  # where the pretend shop keeps its levels
TOLD_WITHIN_S = 60.0  # a shop that failed is left alone for a while before it is told again


def published_and_shown(*, sandbox_url: str, within_s: float = TOLD_WITHIN_S) -> tuple[int, int]:
    """Units we want the pretend shop to show, and units it shows of the same skus, once it has heard of everything."""
    until = time.monotonic() + within_s
    while _unheard() and time.monotonic() < until:
        time.sleep(0.5)
    answer = requests.get(f"{sandbox_url}/_control/commerce/levels", headers=controls.headers(), timeout=60)
    answer.raise_for_status()
    shown: Mapping[str, int] = answer.json()["levels"]
    wanted = {level.sku: level.wanted for level in _levels() if level.wanted is not None}
    return sum(wanted.values()), sum(shown.get(f"{PLACE}/{sku}", 0) for sku in wanted)


def _levels() -> QuerySet[ChannelLevel]:
    pretend = Connection.objects.filter(kind="commerce", vendor="sandbox").values("code")
    channels = ChannelShop.objects.filter(active=True, connection__in=pretend).values("channel")
    return ChannelLevel.objects.filter(channel__in=channels)


def _unheard() -> bool:
    late = Q(dirty_since__isnull=False) | ~Q(version=F("weighed"))
    return ChangeNoted.objects.exists() or _levels().filter(late, problem="").exists()
