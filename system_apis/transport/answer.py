"""What a vendor answered: status, headers, bytes, and the JSON in them without floats."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NoReturn

from system_apis.errors import ContractBroken
from system_apis.transport.redaction import shortened

MAX_BODY_BYTES = 2 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Answer:
    """A 2xx answer. `secrets` are kept out of every message made from it."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    secrets: tuple[str, ...] = ()

    def json(self) -> Any:
        """The body as JSON, numbers with a fraction as Decimal. Raises ContractBroken for anything else."""
        try:
            return read_json(self.body)
        except (ValueError, RecursionError) as unreadable:
            raise ContractBroken(
                f"the answer ({self.status}) is not JSON: {str(unreadable)[:120]}", evidence=self.evidence
            ) from unreadable

    @property
    def evidence(self) -> str:
        """The start of the body, for a case: short and without secrets."""
        return shortened(self.body, secrets=self.secrets)


def read_json(body: bytes) -> Any:
    """Read JSON whose numbers may be money: Decimal for fractions, NaN and Infinity refused. Raises ValueError."""
    return json.loads(body.decode("utf-8"), parse_float=Decimal, parse_constant=_refuse)


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a number anybody can book")
