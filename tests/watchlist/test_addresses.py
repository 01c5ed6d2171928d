"""Where a web-hook may go, and where not, by name and by what the name resolves to."""

import pytest
from pytest_django import Settings

from ratings.watchlist.addresses import AddressRefused, is_public, target_of

PUBLIC = "93.184.215.14"


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.9.9.9", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
        "224.0.0.1", "255.255.255.255", "192.0.2.1", "198.18.0.1", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1",
        "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "2002:7f00:1::", "64:ff9b::7f00:1", "2001:db8::1", "nonsense",
        "fec0::1", "::127.0.0.1", "64:ff9b:1::7f00:1", "2001:0:4136:e378:8000:63bf:80ff:fffe", "5f00::1", "3fff::1",
        "192.88.99.1", "192.0.0.8", "240.0.0.1", "::ffff:0:127.0.0.1",
    ],
)  # fmt: skip
def test_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", [PUBLIC, "1.1.1.1", "2606:4700:4700::1111", "::ffff:1.1.1.1", "64:ff9b::101:101"])
def test_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://example.com/x", "https"),
        ("ftp://example.com/x", "https"),
        ("javascript:alert(1)", "https"),
        ("//example.com/x", "https"),
        ("https://", "https"),
        ("https://user:pw@example.com/", "name or password"),
        ("https://example.com:22/", "port 443"),
        ("https://example.com:99999/", "not an address"),
        ("https://exa mple.com/", "not an address"),
        ("https://example.com/\r\nX: y", "not an address"),
        ("https://example.com/" + "x" * 500, "not an address"),
        ("https://localhost/", "back to this service"),
        ("https://LOCALHOST./", "back to this service"),
        ("https://clearhost.example/", "back to this service"),
    ],
)
def test_refused_by_its_look(settings: Settings, url: str, why: str) -> None:
    settings.ALLOWED_HOSTS = ["localhost", "clearhost.example"]
    with pytest.raises(AddressRefused, match=why):
        target_of(url, resolve=lambda host, port: [PUBLIC])


@pytest.mark.parametrize("addresses", [["10.0.0.5"], [PUBLIC, "127.0.0.1"], ["::1"], ["169.254.169.254"]])
def test_refused_by_what_it_resolves_to(addresses: list[str]) -> None:
    with pytest.raises(AddressRefused, match="private network"):
        target_of("https://innocent.example/hook", resolve=lambda host, port: addresses)


@pytest.mark.parametrize(
    "url", ["https://127.0.0.1/", "https://[::1]/", "https://2130706433/", "https://0x7f.1/", "https://0177.0.0.1/"]
)
def test_spellings_of_loop_back(url: str) -> None:
    with pytest.raises(AddressRefused):
        target_of(url)


def test_the_call_goes_to_the_address_that_was_judged() -> None:
    found = target_of("https://example.com:8443/a/b?c=1", resolve=lambda host, port: [PUBLIC])
    assert (found.ip, found.port, found.host, found.path, found.secure) == (
        PUBLIC,
        8443,
        "example.com",
        "/a/b?c=1",
        True,
    )
