"""How far the book of each node is to be trusted: from how old its counts are, and how wrong they found it."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction

from process_apis.stock_policy import decisions
from process_apis.stock_policy.models import NodeAccuracy

_EVIDENCE = """
SELECT place.node, place.positions, place.counted, place.mean_age_days, coalesce(varied.variances, 0)
FROM (SELECT node, count(*) AS positions, count(counted_at) AS counted,
             coalesce(avg(greatest(extract(epoch FROM %(now)s - counted_at), 0) / 86400), 0)::int AS mean_age_days
      FROM stock_stockposition GROUP BY node) AS place
LEFT JOIN (SELECT node, count(*) AS variances FROM stock_variance
           WHERE opened_at >= %(since)s AND state <> 'refused' GROUP BY node) AS varied USING (node)
WHERE place.counted > 0 OR varied.variances > 0
"""


def score_when_due(*, now: datetime) -> int:
    """Score all nodes if the last time is long enough ago. Returns how many were scored."""
    latest = NodeAccuracy.objects.order_by("-scored_at").values_list("scored_at", flat=True).first()
    if latest and latest > now - timedelta(seconds=settings.STOCK_SCORE_EVERY_S):
        return 0
    return score(now=now)


@transaction.atomic
def score(*, now: datetime) -> int:
    """Score each node that was ever counted, or found wrong; of the others nothing is known."""
    since = now - timedelta(days=decisions.VARIANCES_KEPT_DAYS)
    with connection.cursor() as cursor:
        cursor.execute(_EVIDENCE, {"now": now, "since": since})
        rows = cursor.fetchall()
    scored = []
    for node, positions, counted, age, variances in rows:
        figure = decisions.accuracy_score(positions=positions, counted=counted, mean_age_days=age, variances=variances)
        scored.append(NodeAccuracy(node=node, score=figure.units, terms=list(figure.terms), scored_at=now))
    NodeAccuracy.objects.bulk_create(
        scored, update_conflicts=True, unique_fields=["node"], update_fields=["score", "terms", "scored_at"]
    )
    return len(scored)
