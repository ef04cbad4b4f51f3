"""Which accounts are cut off, where machines look: /status and /metrics."""

from django.db import connection

from retail_platform.kernel.health.registry import Finding

_CUT_OFF = "SELECT code FROM connections_connection WHERE active AND breaker_state <> 'closed' ORDER BY code LIMIT 20"


def connections() -> Finding:
    """Active connections whose breaker is not closed: their runs wait, and try again by themselves."""
    with connection.cursor() as cursor:
        cursor.execute(_CUT_OFF)
        codes = [str(code) for (code,) in cursor.fetchall()]
    detail = f"cut off after failures: {', '.join(codes)}" if codes else "every breaker is closed"
    return Finding(ok=not codes, detail=detail, value=len(codes))
