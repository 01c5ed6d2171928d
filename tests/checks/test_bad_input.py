"""What cannot be, and what nearly cannot: each has a clear answer."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from influencers.models import Influencer
from ratings.members.refusal import NotPossible
from ratings.models import CheckBatch, Standing
from ratings.watchlist import verbs as watching
from tests.accounts.people import AT, account, buyer_of
from tests.publication.stored import hosts

pytestmark = pytest.mark.django_db


@pytest.fixture
def host() -> Influencer:
    return hosts(1)[0]


def asked(client: Client, host: Influencer, **more: Any) -> Any:
    client.force_login(account("shop"))
    plain = {"placement_fee": 500, "commission_rate": 0.2, "unit_price": 100, "unit_cost": 30, "category": "beauty"}
    body = {"influencer": host.source_id, **plain, **more}
    return client.post("/api/v1/checks/", body, content_type="application/json")


def refused(answer: Any) -> dict[str, str]:
    assert answer.status_code == 400
    return {name: found["message"] for name, found in answer.json()["errors"].items()}


def test_a_fee_of_nothing_is_judged(client: Client, host: Influencer) -> None:
    answer = asked(client, host, placement_fee=0)
    assert (answer.status_code, answer.json()["p_fee_earned_back"]) == (201, 1.0)


def test_a_negative_fee(client: Client, host: Influencer) -> None:
    found = refused(asked(client, host, placement_fee=-1))
    assert found == {"placement_fee": "has to lie between 0 and 1,000,000,000"}


def test_a_fee_of_a_million_millions(client: Client, host: Influencer) -> None:
    found = refused(asked(client, host, placement_fee=10**12))
    assert found == {"placement_fee": "has to lie between 0 and 1,000,000,000"}


def test_a_cost_above_the_price_is_judged_and_named(client: Client, host: Influencer) -> None:
    answer = asked(client, host, unit_cost=130).json()
    assert answer["break_even_fee"] == 0
    assert "price.loss" in [f"{row['check']}.{row['code']}" for row in answer["reasons"]]


def test_an_unknown_influencer(client: Client, host: Influencer) -> None:
    assert refused(asked(client, host, influencer="nobody")) == {"influencer": "is not known here; give its slug or id"}


def test_a_suspended_influencer_is_avoided_whatever_the_terms(client: Client, host: Influencer) -> None:
    Standing.objects.update_or_create(influencer=host, defaults={"frozen": True, "updated_at": AT})
    answer = asked(client, host, placement_fee=0).json()
    assert (answer["verdict"], answer["reasons"][0]["code"]) == ("avoid", "suspended")


def test_a_share_written_as_a_number_of_percent(client: Client, host: Influencer) -> None:
    assert refused(asked(client, host, commission_rate=20)) == {"commission_rate": "is a share: 0.2, or 20%"}


@pytest.mark.parametrize(
    "url",
    [
        "https://10.0.0.1/", "https://192.168.0.1/", "https://169.254.169.254/latest/meta-data/", "https://127.1/",
        "https://[::ffff:127.0.0.1]/", "https://[::ffff:a00:1]/", "https://2130706433/", "https://017700000001/",
        "https://0x7f000001/", "https://0.0.0.0/", "https://[fe80::1]/", "https://localhost:8443/",
    ],
)  # fmt: skip
def test_a_web_hook_to_a_private_or_looping_address(host: Influencer, url: str) -> None:
    _user, merchant = buyer_of("晨光")
    with pytest.raises(NotPossible, match=r"private network|back to this|cannot be resolved"):
        watching.add_hook(merchant=merchant, url=url, at=AT)


@pytest.mark.parametrize(("rows", "status"), [(100_000, 302), (100_001, 400)])
def test_a_file_of_a_hundred_thousand_rows(client: Client, host: Influencer, rows: int, status: int) -> None:
    """Taken in whole, for the worker to answer; one row more is refused with the number that can be."""
    client.force_login(account("shop"))
    head = "influencer,placement_fee,commission_rate,unit_price,unit_cost,category\n"
    body = head + f"{host.source_id},500,20%,100,30,beauty\n" * rows
    answer = client.post("/check/many/", {"file": SimpleUploadedFile("deals.csv", body.encode())})
    assert answer.status_code == status
    if status == 302:
        assert CheckBatch.objects.get().rows == rows
        assert "0 of 100,000 rows" in client.get(answer["Location"]).content.decode()
    else:
        assert "100,001 rows; at most 100,000 can be checked at once." in answer.content.decode()
        assert not CheckBatch.objects.exists()
