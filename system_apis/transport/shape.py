"""What a vendor's answer must look like, and a ContractBroken that names each field where it does not.

Fields we do not know are tolerated: a vendor may add some any day. Those we read are read strictly, so that a number
where an amount should be text, or the other way round, never becomes money.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from system_apis.errors import ContractBroken
from system_apis.transport.answer import Answer, read_json
from system_apis.transport.redaction import shortened

SHOWN_ERRORS = 8


class Shape(BaseModel):
    """The part of a vendor's document that we read."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)


S = TypeVar("S", bound=Shape)


def read(shape: type[S], answer: Answer) -> S:
    """The answer in its documented shape. Raises ContractBroken."""
    return _fit(shape, answer.json(), evidence=answer.evidence)


def read_raw(shape: type[S], raw: bytes) -> S:
    """The body of a webhook in its documented shape. Raises ContractBroken."""
    evidence = shortened(raw)
    try:
        said = read_json(raw)
    except (ValueError, RecursionError) as unreadable:
        raise ContractBroken(f"this is not JSON: {str(unreadable)[:120]}", evidence=evidence) from unreadable
    return _fit(shape, said, evidence=evidence)


@contextmanager
def meaning(what: str, *, evidence: str = "") -> Iterator[None]:
    """Around the making of canonical values: shaped well, but saying what cannot be, is a broken contract too."""
    try:
        yield
    except ValidationError as wrong:
        raise ContractBroken(f"{what} cannot be: {_told(wrong)}", evidence=evidence) from wrong
    except (ValueError, OverflowError, OSError) as wrong:  # the latter two: an instant out of all bounds
        raise ContractBroken(f"{what} cannot be: {wrong}", evidence=evidence) from wrong


def _fit(shape: type[S], said: Any, *, evidence: str) -> S:
    try:
        return shape.model_validate(said)
    except ValidationError as wrong:
        raise ContractBroken(f"not shaped as documented: {_told(wrong)}", evidence=evidence) from wrong


def _told(wrong: ValidationError) -> str:
    """Field and rule of each error, never the value: it may be somebody's name or card."""
    errors = wrong.errors(include_url=False, include_input=False, include_context=False)
    told = [f"{'.'.join(map(str, error['loc'])) or 'it'}: {error['msg']}" for error in errors[:SHOWN_ERRORS]]
    more = len(errors) - len(told)
    return "; ".join(told) + (f"; and {more} more" if more > 0 else "")
