"""Shopify's Admin GraphQL API over HTTP: an app's access token in, data or one of the four faults out."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from system_apis.commerce.vendors.shopify.graphql import VERSION
from system_apis.errors import ContractBroken, OutcomeUnknown, Refused, Unavailable
from system_apis.terms import CallKey
from system_apis.transport.budget import Share
from system_apis.transport.client import VendorClient
from system_apis.transport.verdict import CallKind


@dataclass(frozen=True, slots=True)
class ShopifyClient:
    http: VendorClient

    def ask(self, document: str, variables: Mapping[str, Any], *, share: Share = "order") -> Mapping[str, Any]:
        """The data of a query."""
        return self._post(document, variables, key=None, kind="read", share=share)

    def change(self, document: str, variables: Mapping[str, Any], *, field: str, key: CallKey) -> Mapping[str, Any]:
        """What mutation `field` made. Its userErrors are a refusal, though the status line says 200."""
        made = self.attempt(document, variables, field=field, key=key)
        if errors := made.get("userErrors"):
            told = "; ".join(f"{'.'.join(error.get('field') or [])}: {error.get('message')}" for error in errors)
            raise Refused(f"Shopify refused {field}: {told[:400]}", code="user_error")
        return made

    def attempt(
        self, document: str, variables: Mapping[str, Any], *, field: str, key: CallKey, share: Share = "order"
    ) -> Mapping[str, Any]:
        """What came of mutation `field`, its userErrors included, for who can do something about them."""
        made = self._post(document, variables, key=key, kind="write", share=share).get(field)
        if not isinstance(made, Mapping):
            raise ContractBroken(f"Shopify answered {field} without a result")
        return made

    def _post(
        self,
        document: str,
        variables: Mapping[str, Any],
        *,
        key: CallKey | None,
        kind: CallKind,
        share: Share = "order",
    ) -> Mapping[str, Any]:
        answer = self.http.request(
            "POST",
            f"/admin/api/{VERSION}/graphql.json",
            json={"query": document, "variables": dict(variables)},
            headers={"X-Shopify-Access-Token": self.http.connection.secret("token")},
            key=key,
            kind_of_call=kind,
            share=share,
        )
        body = answer.json()
        if not isinstance(body, Mapping):
            raise ContractBroken("Shopify's answer is not a JSON object", evidence=answer.evidence)
        if errors := body.get("errors"):
            raise _fault(errors, kind=kind, evidence=answer.evidence)
        if not isinstance(body.get("data"), Mapping):
            raise ContractBroken("Shopify's answer has neither data nor errors", evidence=answer.evidence)
        data: Mapping[str, Any] = body["data"]
        return data


def _fault(errors: Any, *, kind: CallKind, evidence: str) -> Exception:
    """What top-level errors mean; they come with status 200."""
    first = errors[0] if isinstance(errors, list) and errors and isinstance(errors[0], Mapping) else {}
    code = str((first.get("extensions") or {}).get("code", "")) if isinstance(first.get("extensions"), Mapping) else ""
    if code == "THROTTLED":  # the query's cost is refused before anything is done
        return Unavailable("Shopify's cost budget is used up", retry_after_s=2.0, evidence=evidence)
    if code in ("ACCESS_DENIED", "SHOP_INACTIVE"):
        return Refused(f"Shopify says {code}", code=code.lower(), evidence=evidence)
    if code in ("INTERNAL_SERVER_ERROR", "TIMEOUT"):
        unknown = OutcomeUnknown if kind == "write" else Unavailable
        return unknown(f"Shopify says {code}", evidence=evidence)
    return ContractBroken("Shopify does not understand our query; has the API version lapsed?", evidence=evidence)
