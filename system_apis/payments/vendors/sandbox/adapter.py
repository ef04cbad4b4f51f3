"""The pretend payment provider. It keeps our keys for good, so a repeat is simply sent again."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Self, TypeVar

from canonical.dispute import DisputeReport, RefundFailure
from canonical.money import Money
from canonical.payment import Authorization, MovementKind, PaymentMovement, PaymentRequest
from retail_platform.kernel import clock
from system_apis.connections.models import Connection
from system_apis.payments.vendors.sandbox import disputes, mapping
from system_apis.payments.vendors.sandbox.client import SandboxPaymentsClient
from system_apis.terms import CallKey, VendorRef, VendorTerms
from system_apis.transport.answer import Answer
from system_apis.transport.client import VendorClient
from system_apis.transport.once import once
from system_apis.transport.shape import read

TERMS = VendorTerms(same_document_by="key", rounding_by="sender", documents_per_order="many")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class SandboxPayments:
    client: SandboxPaymentsClient
    terms = TERMS

    @classmethod
    def over(cls, connection: Connection) -> Self:
        """The provider behind one connection."""
        return cls(SandboxPaymentsClient(VendorClient(connection)))

    def authorize(self, request: PaymentRequest, *, key: CallKey) -> Authorization:
        """Hold money. Raises Refused when the card is declined."""
        return self._once(
            "/authorizations",
            mapping.to_authorization(request),
            lambda answer: mapping.read_authorization(answer, asked=request.amount),
            key=key,
        )

    def capture(self, authorization: str, amount: Money, *, key: CallKey) -> PaymentMovement:
        """Take part or all of a hold; several captures may share one."""
        return self._once(
            f"/authorizations/{authorization}/capture",
            mapping.to_amount(amount),
            lambda answer: mapping.read_movement(answer, kind=MovementKind.CAPTURE, asked=amount),
            key=key,
        )

    def void(self, authorization: str, *, key: CallKey) -> PaymentMovement:
        """Let go what is still held."""
        return self._once(
            f"/authorizations/{authorization}/void",
            {},
            lambda answer: mapping.read_movement(answer, kind=MovementKind.VOID, asked=None),
            key=key,
        )

    def refund(self, capture: str, amount: Money, *, key: CallKey) -> PaymentMovement:
        """Give back part or all of a capture."""
        return self._once(
            "/refunds",
            {"capture": capture, **mapping.to_amount(amount)},
            lambda answer: mapping.read_movement(answer, kind=MovementKind.REFUND, asked=amount),
            key=key,
        )

    def submit_evidence(self, dispute: str, evidence: str, *, key: CallKey) -> VendorRef:
        """Say why a chargeback is wrong. Raises Refused once it is decided."""
        return self._once(
            f"/disputes/{dispute}/evidence",
            {"text": evidence},
            lambda answer: disputes.read_evidence(answer, dispute=dispute),
            key=key,
        )

    def read_dispute(self, raw: bytes) -> DisputeReport:
        """Read the webhook of a chargeback. Raises ContractBroken with the field that is wrong."""
        return disputes.read_dispute(raw)

    def read_refund_failure(self, raw: bytes) -> RefundFailure:
        """Read the webhook of a refund that bounced. Raises ContractBroken with the field that is wrong."""
        return disputes.read_failure(raw)

    def _once(self, path: str, body: dict[str, object], make: Callable[[Answer], T], *, key: CallKey) -> T:
        def find() -> T | None:
            answer = self.client.made_under(key)
            made = read(mapping.Made, answer).data
            return make(replace(answer, body=json.dumps(made[0]).encode())) if made else None

        return once(
            key,
            terms=self.terms,
            find=find,
            send=lambda: make(self.client.post(path, body, key=key)),
            now=clock.now(),
        )
