"""How Shopify's Admin GraphQL API takes a call and answers it, whatever the call is about."""

from typing import Any

from system_apis.sandbox.asked import Asked, Refusal, Reply

PATH = "/admin/api/{version}/graphql.json"
COST = 12
OUT_OF = {"maximumAvailable": 2000.0, "currentlyAvailable": 2000.0 - COST, "restoreRate": 100.0}


def call(asked: Asked) -> tuple[str, dict[str, Any]]:
    """The document and its variables."""
    body = asked.body()
    return str(body.get("query") or ""), body.get("variables") or {}


def bare(gid: Any, kind: str) -> str:
    """The number in a global id of this kind; nothing for any other id."""
    start = f"gid://shopify/{kind}/"
    return str(gid).removeprefix(start) if str(gid).startswith(start) else ""


def errors(code: str, message: str) -> Refusal:
    """What is wrong with the call itself, under status 200."""
    return Refusal(200, {"errors": [{"message": message, "extensions": {"code": code}}]})


def data(found: dict[str, Any]) -> Reply:
    """An answer and what it cost."""
    cost = {"requestedQueryCost": COST, "actualQueryCost": COST, "throttleStatus": OUT_OF}
    return Reply(200, {"data": found, "extensions": {"cost": cost}})


def user_errors(field: list[str], message: str) -> list[dict[str, Any]]:
    """What Shopify has against one thing that was wished for."""
    return [{"field": field, "message": message}]
