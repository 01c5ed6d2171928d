"""Who asks, as far as an address tells; and how often an address may read. Known before models are."""

from __future__ import annotations

import ipaddress

from django.http import HttpRequest
from rest_framework.request import Request
from rest_framework.throttling import AnonRateThrottle, BaseThrottle, UserRateThrottle

NETWORK = 64  # bits of an IPv6 address that belong to one customer: the rest are theirs to change at will


def address_of(request: Request | HttpRequest) -> str:
    """The address behind the proxies that are ours; of IPv6 the network."""
    ident = str(BaseThrottle().get_ident(request))  # type: ignore[arg-type]
    try:
        found = ipaddress.ip_address(ident.partition("%")[0])
    except ValueError:
        return ident
    if isinstance(found, ipaddress.IPv6Address):
        return str(found.ipv4_mapped or ipaddress.ip_network((found, NETWORK), strict=False).network_address)
    return ident


def ip_of(request: HttpRequest) -> str | None:
    """The same where only an address is taken; None for what is none."""
    found = address_of(request)
    try:
        return str(ipaddress.ip_address(found))
    except ValueError:
        return None


class ReadsByAddress(AnonRateThrottle):
    """For public reads: counted in each process, which is quick and near enough."""

    def get_ident(self, request: Request) -> str:
        return address_of(request)


class ReadsByAccount(UserRateThrottle):
    """The same for whoever is signed in."""

    def get_ident(self, request: Request) -> str:
        return address_of(request)
