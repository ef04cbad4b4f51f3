"""The tax engine, in Avalara's manner: a document's code names it for good. It keeps no idempotency keys.

The same code with the same content is the same document; with other content it is refused.
"""

import hashlib
import json
from typing import Any

from system_apis.sandbox import tax_rates
from system_apis.sandbox.asked import Asked, Refusal, Reply, need
from system_apis.sandbox.routes import Route
from system_apis.sandbox.world import World


def refuse(status: int, code: str, message: str) -> Refusal:
    return Refusal(status, {"error": {"code": code, "message": message, "details": [{"code": code}]}})


def _field(name: str) -> Refusal:
    return refuse(400, "ValueRequiredError", f"{name} is missing or is not what it should be.")


def quote(world: World, asked: Asked) -> Reply:
    body = asked.body()
    return Reply(200, _answer(body, _worked_out(world, body), "Temporary"))


def commit(world: World, asked: Asked) -> Reply:
    body = asked.body()
    code = need(body, "code", str, _field)
    fingerprint = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
    known = world.store.get("tax.documents", code)
    if known is not None:
        if known["of"] != fingerprint or known["answer"]["status"] != "Committed":
            raise refuse(409, "DocumentCodeConflict", f"Document {code} is there with other content, or void.")
        return Reply(200, known["answer"])
    lines = _worked_out(world, body)
    for line, sent in zip(lines, body["lines"], strict=True):  # the tax as it was charged goes before our own
        line["tax"] = need(sent, "taxCharged", int, _field) if "taxCharged" in sent else line["tax"]
    answer = _answer(body, lines, "Committed")
    world.store.put("tax.documents", code, {"of": fingerprint, "answer": answer})
    world.effect(
        asked,
        system="tax",
        operation="commit",
        key=code,
        reference=code,
        subject=str(body.get("purchaseOrderNo", "")),
        amount=answer["totalTax"],
        currency=answer["currencyCode"],
        lines=len(lines),
    )
    return Reply(201, answer)


def void(world: World, asked: Asked) -> Reply:
    code = asked.named["code"]
    known = _document(world, code)
    if known["answer"]["status"] == "Cancelled":
        return Reply(200, known["answer"])
    answer = {**known["answer"], "status": "Cancelled"}
    world.store.put("tax.documents", code, {**known, "answer": answer})
    world.effect(
        asked,
        system="tax",
        operation="void",
        key=code,
        reference=code,
        subject=answer["purchaseOrderNo"],
        amount=answer["totalTax"],
        currency=answer["currencyCode"],
    )
    return Reply(200, answer)


def get_document(world: World, asked: Asked) -> Reply:
    return Reply(200, _document(world, asked.named["code"])["answer"])


def _document(world: World, code: str) -> dict[str, Any]:
    found = world.store.get("tax.documents", code)
    if found is None:
        raise refuse(404, "EntityNotFoundError", f"There is no document {code}.")
    return dict(found)


def _worked_out(world: World, body: dict[str, Any]) -> list[dict[str, Any]]:
    address = need(body.get("addresses") or {}, "shipTo", dict, _field)
    country, region = need(address, "country", str, _field), str(address.get("region") or "")
    codes, lines = world.setting("tax_codes", {}), []
    for line in need(body, "lines", list, _field):
        amount = need(line, "amount", int, _field)
        try:
            rate, place = tax_rates.rate_for(country, region, need(line, "taxCode", str, _field), codes=codes)
        except tax_rates.NoRate as unknown:
            raise refuse(400, unknown.code, str(unknown)) from unknown
        tax = tax_rates.tax_of(amount, rate, included=bool(line.get("taxIncluded")))
        lines.append(
            {
                "lineNumber": need(line, "number", str, _field),
                "tax": tax,
                "details": [{"jurisName": place, "rate": str(rate / 100)}],
            }
        )
    return lines


def _answer(body: dict[str, Any], lines: list[dict[str, Any]], status: str) -> dict[str, Any]:
    return {
        "code": need(body, "code", str, _field),
        "status": status,
        "date": need(body, "date", str, _field),
        "currencyCode": need(body, "currencyCode", str, _field),
        "totalTax": sum(line["tax"] for line in lines),
        "purchaseOrderNo": str(body.get("purchaseOrderNo", "")),
        "lines": lines,
    }


ROUTES = [
    Route("POST", "/tax/quote", "quote", quote),
    Route("POST", "/tax/documents", "commit", commit),
    Route("GET", "/tax/documents/{code}", "get_document", get_document),
    Route("POST", "/tax/documents/{code}/void", "void", void),
]
