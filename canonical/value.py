"""The base of every canonical value: frozen, and refusing what it does not know."""

from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict


class Value(BaseModel):
    """A value is true from birth: it cannot be changed, and an unknown field or a wrong type is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


def _in_a_zone(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return instant


Instant = Annotated[datetime, AfterValidator(_in_a_zone)]
"""A moment with its zone; a naive time is refused, since nobody can say which hour it means."""
