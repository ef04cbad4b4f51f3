"""Webhooks of the pretend systems: signed as each vendor signs, sent again until taken, kept over a restart."""

import base64
import hashlib
import hmac
import http.client
import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from system_apis.sandbox.alarms import Alarms
from system_apis.sandbox.faults import WEBHOOK, Faults
from system_apis.sandbox.store import Store

FIRST_PAUSE_S, LONGEST_PAUSE_S, GIVE_UP_S, TIMEOUT_S = 0.5, 5.0, 600.0, 10.0
Hook = Mapping[str, Any]


def _of_the_shop(hook: Hook, secret: str, target: Mapping[str, Any], now: int) -> dict[str, str]:
    digest = hmac.new(secret.encode(), hook["body"].encode(), hashlib.sha256).digest()
    return {
        "X-Shopify-Topic": hook["topic"],
        "X-Shopify-Hmac-Sha256": base64.b64encode(digest).decode(),
        "X-Shopify-Event-Id": hook["event_id"],
        "X-Shopify-Webhook-Id": hook["event_id"],
        "X-Shopify-Shop-Domain": target.get("shop", "sandbox.shop.example"),
        "X-Shopify-API-Version": "2026-01",
    }


def _of_the_warehouse(hook: Hook, secret: str, target: Mapping[str, Any], now: int) -> dict[str, str]:
    signed = hmac.new(secret.encode(), f"{now}.{hook['body']}".encode(), hashlib.sha256).hexdigest()
    return {
        "X-Wms-Topic": hook["topic"],
        "X-Wms-Event-Id": hook["event_id"],
        "X-Wms-Timestamp": str(now),
        "X-Wms-Signature": signed,
    }


def _of_the_provider(hook: Hook, secret: str, target: Mapping[str, Any], now: int) -> dict[str, str]:
    signed = hmac.new(secret.encode(), f"{now}.{hook['body']}".encode(), hashlib.sha256).hexdigest()
    return {"Stripe-Signature": f"t={now},v1={signed}"}


def _of_the_carrier(hook: Hook, secret: str, target: Mapping[str, Any], now: int) -> dict[str, str]:
    signed = hmac.new(secret.encode(), f"{now}.{hook['body']}".encode(), hashlib.sha256).hexdigest()
    return {
        "X-Carrier-Topic": hook["topic"],
        "X-Carrier-Event-Id": hook["event_id"],
        "X-Carrier-Timestamp": str(now),
        "X-Carrier-Signature": signed,
    }


SIGNERS: dict[str, Callable[[Hook, str, Mapping[str, Any], int], dict[str, str]]] = {
    "commerce": _of_the_shop,
    "wms": _of_the_warehouse,
    "payments": _of_the_provider,
    "carrier": _of_the_carrier,
}


class Webhooks:
    """Tell whoever listens. A system without a target tells nobody."""

    def __init__(self, store: Store, faults: Faults, alarms: Alarms) -> None:
        self._store, self._faults, self._alarms = store, faults, alarms

    def add(self, *, system: str, topic: str, event_id: str, body: str) -> None:
        """Send this once the running change is written, and again until it is taken."""
        target = self._target(system)
        if not target or topic not in target.get("topics", [topic]):
            return
        hook = {"event_id": event_id, "system": system, "topic": topic, "body": body, "born": time.time()}
        fault = self._faults.pick(system, topic, WEBHOOK)
        kind = fault.kind if fault else ""
        if kind == "lost_webhook":
            self._store.put("webhooks.lost", event_id, hook)
            return
        self._store.put("webhooks.pending", event_id, hook)
        pause = fault.seconds if fault and kind == "out_of_order_webhook" else 0.0
        for _ in range(2 if kind == "duplicate_webhook" else 1):
            self._store.afterwards(lambda: self._alarms.after(pause, lambda: self._send(hook, 0)))

    def resume(self) -> None:
        """Take up what a restart interrupted."""
        for hook in list(self._store.all("webhooks.pending").values()):
            self._alarms.after(0.2, lambda hook=hook: self._send(hook, 0))  # type: ignore[misc]

    def state(self) -> dict[str, Any]:
        """How many wait, were given up, and were lost on purpose."""
        return {name: len(self._store.all(f"webhooks.{name}")) for name in ("pending", "given_up", "lost")}

    def _target(self, system: str) -> dict[str, Any]:
        targets = self._store.get("setup", "webhooks") or {}
        return dict(targets.get(system) or {})

    def _send(self, hook: Hook, tries: int) -> None:
        taken = self._post(hook, self._target(hook["system"]))
        if not taken and time.time() - hook["born"] < GIVE_UP_S:
            pause = min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2**tries)
            self._alarms.after(pause, lambda: self._send(hook, min(tries + 1, 10)))
            return
        with self._store.change():
            self._store.put("webhooks.pending", hook["event_id"], None)
            if not taken:
                self._store.put("webhooks.given_up", hook["event_id"], hook)

    def _post(self, hook: Hook, target: Mapping[str, Any]) -> bool:
        url = urlsplit(target.get("url", ""))
        if not url.hostname:
            return False
        headers = SIGNERS[hook["system"]](hook, target.get("secret", ""), target, int(time.time()))
        connection = http.client.HTTPConnection(url.hostname, url.port or 80, timeout=TIMEOUT_S)
        try:
            connection.request(
                "POST", url.path or "/", hook["body"].encode(), {**headers, "Content-Type": "application/json"}
            )
            return 200 <= connection.getresponse().status < 300
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()
