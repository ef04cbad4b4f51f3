"""Whether the platform is well: /livez, /readyz, /status, /metrics (reliability D23)."""

from retail_platform.kernel.health.registry import Finding, check, findings

__all__ = ["Finding", "check", "findings"]
