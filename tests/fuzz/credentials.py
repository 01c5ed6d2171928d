"""Everyone who may call the API, each as the headers and cookies they send."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.test import Client

from feedback.keys import create_api_key, revoke_api_key
from influencers.models import Influencer
from ratings.members import merchants
from tests.accounts.people import account, buyer_of, speaker

CSRF = "a" * 32


@dataclass(frozen=True)
class Credential:
    """What comes along with every call."""

    headers: dict[str, str] = field(default_factory=dict)
    cookies: dict[str, str] = field(default_factory=dict)


def credentials() -> dict[str, Credential]:
    """By name; made anew, so once for each database."""
    host = speaker("fuzzhost", Influencer.objects.order_by("pk")[0])
    buyer, merchant = buyer_of("fuzzshop")
    _row, of_merchant = merchants.create_key(merchant=merchant, name="till")
    _ingest, ingest = create_api_key(name="fuzz platform", scope="ingest", source="fuzz")
    _read, read = create_api_key(name="fuzz reader", scope="read")
    revoked, taken_back = create_api_key(name="fuzz revoked", scope="ingest")
    revoke_api_key(prefix=revoked.prefix)
    sessions = {}
    staff = account("fuzzstaff", is_staff=True, is_superuser=True)
    members = {
        "influencer session": host,
        "merchant session": buyer,
        "member session": account("fuzznobody"),
        "staff session": staff,
    }
    for name, user in members.items():
        client = Client()
        client.force_login(user)
        cookies = {"sessionid": client.cookies["sessionid"].value, "csrftoken": CSRF}
        sessions[name] = Credential({"X-CSRFToken": CSRF}, cookies)
    keys = {"platform key": ingest, "feed key": read, "merchant key": of_merchant, "revoked key": taken_back}
    return {
        "anonymous": Credential(),
        **{name: Credential({"Authorization": f"Api-Key {key}"}) for name, key in keys.items()},
        **sessions,
    }
