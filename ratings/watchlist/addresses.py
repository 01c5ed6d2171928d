"""Where a web-hook may go: to the public internet by https, never to ourselves or anybody's inner network.

An address is judged when it is given and again whenever it is called, after its name is resolved; the call then goes
to the very address that was judged, and follows no redirect.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

LONGEST = 500
PORTS = (443, 8443)
ROUTED6 = ipaddress.ip_network("2000::/3")  # all of IPv6 that is given out; site-local and the like are not in it
NOT_ROUTED = [ipaddress.ip_network(known) for known in ("192.0.0.0/24", "192.88.99.0/24", "3fff::/20")]

Resolve = Callable[[str, int], list[str]]


class AddressRefused(ValueError):
    """An address that is not called, with the reason in words."""

    def __init__(self, message: str | Promise) -> None:
        super().__init__(str(message))


@dataclass(frozen=True)
class Target:
    """Where to connect, and whom to ask for there."""

    ip: str
    port: int
    host: str
    path: str
    secure: bool


def resolved(host: str, port: int) -> list[str]:
    """All addresses of a name."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise AddressRefused(_("This name cannot be resolved.")) from None
    return list(dict.fromkeys(str(row[4][0]) for row in found))


def target_of(url: str, *, resolve: Resolve = resolved) -> Target:
    """Judge an address and say where to connect."""
    if len(url) > LONGEST or not url.isprintable() or any(letter.isspace() for letter in url):
        raise AddressRefused(_("This is not an address."))
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise AddressRefused(_("This is not an address.")) from None
    host = (parts.hostname or "").rstrip(".").lower()
    exempt = f"{host}:{port}" in settings.WEBHOOK_EXEMPT
    if not host or parts.scheme not in ("https", "http"):
        raise AddressRefused(_("A web-hook needs an address that begins with https://."))
    if parts.scheme != "https" and not exempt:
        raise AddressRefused(_("A web-hook needs an address that begins with https://."))
    if parts.username or parts.password:
        raise AddressRefused(_("An address must not hold a name or password."))
    port = port or (443 if parts.scheme == "https" else 80)
    if port not in PORTS and not exempt:
        raise AddressRefused(_("A web-hook is called on port 443 or 8443."))
    if host in settings.ALLOWED_HOSTS and not exempt:
        raise AddressRefused(_("This address leads back to this service."))
    addresses = resolve(host, port)
    if not addresses:
        raise AddressRefused(_("This name cannot be resolved."))
    if not exempt and not all(is_public(address) for address in addresses):
        raise AddressRefused(_("This address leads into a private network, or back to this machine."))
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(addresses[0], port, host, path, parts.scheme == "https")


def is_public(address: str) -> bool:
    """Whether an address belongs to the public internet, whatever it is wrapped in."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address):
        wrapped = found.ipv4_mapped or found.sixtofour or (found.teredo[1] if found.teredo else None)
        if wrapped is not None:
            return is_public(str(wrapped))
        if found in ipaddress.ip_network("64:ff9b::/96"):
            return is_public(str(ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)))
        if found not in ROUTED6:
            return False
    if any(found in network for network in NOT_ROUTED):
        return False
    return found.is_global and not (
        found.is_multicast or found.is_private or found.is_loopback or found.is_link_local or found.is_reserved
    )
