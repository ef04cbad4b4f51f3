"""Which addresses a partner may name. What a name resolves to is looked at again with each call (sender)."""

import ipaddress
from urllib.parse import urlsplit

from django.conf import settings

from retail_platform.kernel.problem import DomainError


class AddressNotPossible(DomainError):
    """We do not call this address: not reachable from outside, or not protected."""

    status, kind, title = 422, "webhook-address", "We cannot call this address"


def check(url: str) -> None:
    """Raises AddressNotPossible with what is wrong."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise _no("It is not an address; give one such as https://partner.example/hooks.") from None
    if parts.scheme != "https" and not (parts.scheme == "http" and settings.PARTNER_PLAIN_HTTP):
        raise _no("Give an address that begins with https://.")
    if not host or parts.username or parts.password or parts.fragment or port == 0 or not url.isascii():
        raise _no("Give a host and a path, in ASCII, and no user, password or fragment.")
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        if "." not in host and not (settings.PARTNER_LOOPBACK and host == "localhost"):
            raise _no("Give a full host name, such as hooks.partner.example.") from None
        return
    if not address.is_global and not (settings.PARTNER_LOOPBACK and address.is_loopback):
        raise _no("It lies in a private network; give one that can be reached from outside.")


def _no(detail: str) -> AddressNotPossible:
    return AddressNotPossible(detail, errors=[{"pointer": "/url", "detail": detail}])
