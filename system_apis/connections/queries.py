"""Find the account to talk to."""

from collections.abc import Mapping
from typing import TypeVar

from system_apis.connections.models import Connection
from system_apis.errors import Unavailable

T = TypeVar("T")


class NoConnection(Unavailable):
    """Nobody has connected such a system, or it is switched off. The run waits, since a person can mend that."""


def active(*, kind: str, code: str | None = None, channel: str | None = None) -> Connection:
    """The active connection of a kind: the one named, or of the channel, or the oldest. Raises NoConnection."""
    found = Connection.objects.filter(kind=kind, active=True)
    if code is not None:
        found = found.filter(code=code)
    if channel is not None:
        found = found.filter(channel=channel)
    first = found.order_by("created_at", "code").first()
    if first is None:
        wanted = code or (f"for channel {channel}" if channel is not None else "")
        raise NoConnection(
            f"no active {kind} connection {wanted}".strip() + "; make one with manage.py connect", retry_after_s=60
        )
    return first


def by_code(code: str) -> Connection | None:
    """The active connection with this code, if there is one."""
    return Connection.objects.filter(code=code, active=True).first()


def choice(connection: Connection, vendors: Mapping[str, T]) -> T:
    """What `vendors` holds for the vendor of a connection. Raises NoConnection for one we do not speak to."""
    if connection.vendor not in vendors:
        known = ", ".join(sorted(vendors))
        raise NoConnection(
            f"{connection.code} names the vendor {connection.vendor!r}; we know {known}", retry_after_s=60
        )
    return vendors[connection.vendor]


def everything() -> list[Connection]:
    """All connections, the switched-off ones too, without their sealed bytes."""
    return list(Connection.objects.defer("credentials")[:500])
