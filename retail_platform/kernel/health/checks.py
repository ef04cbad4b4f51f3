"""The kernel's own checks: the broker and what it would evict, and how long facts wait."""

import redis
from django.conf import settings
from django.db import connection

from retail_platform.kernel.health.registry import Finding

_FACTS_MAY_WAIT_S = 30


def broker() -> Finding:
    """Reachable, and never evicting: an evicting broker throws queues away without a word (reliability F22)."""
    url = settings.CELERY_BROKER_URL
    if not url.startswith(("redis", "valkey", "unix")):
        return Finding(ok=True, detail="not Valkey, its policy is not looked at")
    try:
        with redis.Redis.from_url(url, socket_timeout=0.5, socket_connect_timeout=0.5, retry=None) as client:
            policy = client.config_get("maxmemory-policy").get("maxmemory-policy", "")
    except redis.RedisError as error:
        return Finding(ok=False, detail=f"not reachable: {type(error).__name__}")
    ok = policy == "noeviction"
    return Finding(ok=ok, detail=f"maxmemory-policy {policy}" + ("" if ok else "; set it to noeviction"))


def outbox() -> Finding:
    """How long the oldest undelivered fact has waited, and whether any is stuck."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(extract(epoch FROM now() - min(created_at)), 0), count(*) FILTER (WHERE state = 'stuck')"
            " FROM outbox_fact WHERE state IN ('pending', 'stuck')"
        )
        row = cursor.fetchone() or (0, 0)
    waited, stuck = float(row[0]), int(row[1])
    return Finding(
        ok=waited <= _FACTS_MAY_WAIT_S and not stuck,
        detail=f"oldest fact waits {waited:.0f} s, {stuck} stuck",
        value=waited,
    )
