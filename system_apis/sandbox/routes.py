"""Which operation answers which path, and what keys do to writes."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import unquote

from system_apis.sandbox.asked import Asked, Refusal, Reply
from system_apis.sandbox.world import World

Handler = Callable[[World, Asked], Reply]


@dataclass(frozen=True, slots=True)
class Route:
    """One operation of one system. Where one path serves several, `about` is a word that only its bodies contain."""

    method: str
    path: str
    operation: str
    handler: Handler
    of: str = ""  # the system, where the path does not begin with it
    about: bytes = b""

    @property
    def system(self) -> str:
        return self.of or self.path.split("/")[1]

    def named(self, method: str, parts: list[str], raw: bytes) -> dict[str, str] | None:
        """The named parts of a path that this route takes, or None when it does not."""
        mine = self.path.strip("/").split("/")
        if method != self.method or len(mine) != len(parts) or self.about not in raw:
            return None
        named = {}
        for own, given in zip(mine, parts, strict=True):
            if own.startswith("{"):
                named[own.strip("{}")] = unquote(given)
            elif own != given:
                return None
        return named


def kept_by_key(handler: Handler, *, refuse: Callable[[int, str, str], Refusal]) -> Handler:
    """A write whose vendor keeps idempotency keys: the same key and body gets the first answer and no new effect."""

    def keyed(world: World, asked: Asked) -> Reply:
        key = asked.headers.get("idempotency-key", "")
        if not 1 <= len(key) <= 255:
            raise refuse(400, "idempotency_key_missing", "Send an Idempotency-Key of 1 to 255 characters.")
        table = f"{asked.path.split('/')[1]}.keys"
        meant = json.dumps([asked.method, asked.path, asked.body()], sort_keys=True)
        fingerprint = hashlib.sha256(meant.encode()).hexdigest()
        kept = world.store.get(table, key)
        if kept is None:
            reply = handler(world, asked)
            world.store.put(table, key, {"of": fingerprint, "status": reply.status, "body": reply.body})
            return reply
        if kept["of"] != fingerprint:
            raise refuse(409, "idempotency_key_reused", "This Idempotency-Key was used for another request.")
        return Reply(kept["status"], kept["body"], {"Idempotent-Replayed": "true"})

    return keyed
