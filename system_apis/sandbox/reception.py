"""Where a request is received: which operation it is, whether it may, and its answer, inside one change."""

import base64
import hmac
from urllib.parse import parse_qsl

from system_apis.sandbox import (
    carrier,
    commerce,
    control,
    erp_books,
    market,
    payment_troubles,
    payments,
    pos,
    shop_changes,
    shop_refunds,
    shopify_graphql,
    tax,
    wms,
)
from system_apis.sandbox.asked import Asked, Refusal, Reply
from system_apis.sandbox.routes import Route
from system_apis.sandbox.world import World

SYSTEMS = (
    carrier, commerce, shop_changes, shop_refunds, shopify_graphql, erp_books, market, payments, payment_troubles,
    pos, tax, wms, control,
)  # fmt: skip
ROUTES = tuple(route for system in SYSTEMS for route in system.ROUTES)
CONTROL = "_control"
UNAUTHORIZED = {
    "commerce": {"errors": "[API] Invalid API key or access token"},
    "erp": {"error": {"code": "unauthorized", "message": "Sign in with a bearer token."}},
    "wms": {"code": "unauthorized", "detail": "send X-Api-Key"},
    "payments": {"error": {"type": "authentication_error", "code": "api_key_invalid", "message": "Invalid API key."}},
    "tax": {"error": {"code": "AuthenticationException", "message": "Authentication failed.", "details": []}},
    "carrier": {"error": {"code": "unauthorized", "message": "Send your bearer token."}},
    "market": {"errorCode": "UNAUTHORIZED", "errorText": "Send your bearer token."},
    "pos": {"fault": "unauthorized", "text": "bearer token needed"},
}


def find(method: str, target: str, headers: dict[str, str], raw: bytes) -> tuple[Route, Asked]:
    """The operation asked for. Raises Refusal where there is none."""
    path, _, query = target.partition("?")
    parts = path.strip("/").split("/")
    for route in ROUTES:
        named = route.named(method, parts, raw)
        if named is not None:
            return route, Asked(method=method, path=path, query=dict(parse_qsl(query, keep_blank_values=True)),
                                headers=headers, raw=raw, named=named)  # fmt: skip
    raise Refusal(404, {"error": {"code": "no_such_path", "message": f"{method} {path} is nothing here"}})


def admit(world: World, route: Route, asked: Asked, *, peer: str, control_token: str) -> None:
    """Raises Refusal for a caller without the system's credential, or for a stranger at the controls."""
    if route.system == CONTROL:
        known = peer in ("127.0.0.1", "::1") and not control_token
        if not known and not _same(asked.headers.get("x-control-token", ""), control_token):
            raise Refusal(401, {"error": "the controls are for this machine, or for who holds the control token"})
        return
    token = world.token(route.system)
    given = asked.headers.get("authorization", "")
    expected = f"Bearer {token}"
    if route.system == "tax":
        expected = "Basic " + base64.b64encode(token.encode()).decode()
    elif route.system == "wms":
        given, expected = asked.headers.get("x-api-key", ""), token
    elif route.system == "commerce":
        given, expected = asked.headers.get("x-shopify-access-token", ""), token
    if not _same(given, expected):
        raise Refusal(401, UNAUTHORIZED[route.system])


def answer(world: World, route: Route, asked: Asked) -> Reply:
    """What the system answers. A refusal changes nothing."""
    try:
        if asked.method == "GET":
            with world.store.lock:
                return route.handler(world, asked)
        with world.store.change():
            return route.handler(world, asked)
    except Refusal as refusal:
        return refusal.reply
    except (TypeError, AttributeError, KeyError, ValueError, ArithmeticError) as wrong:  # a field of the wrong kind
        return Reply(400, {"error": {"code": "bad_request", "message": f"{type(wrong).__name__}: {wrong}"[:200]}})


def _same(given: str, expected: str) -> bool:
    return bool(expected) and hmac.compare_digest(given.encode(), expected.encode())
