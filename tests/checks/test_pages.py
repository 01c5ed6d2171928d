"""The pages and the API of the check, over a small published world."""

from __future__ import annotations

import csv
import io
import json
import uuid
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client

from feedback.keys import create_api_key, revoke_api_key
from feedback.models import Deal, Scope
from influencers.models import Influencer
from ratings.members import merchants
from ratings.models import Check
from ratings.worlds.canonical import write_canonical
from ratings.worlds.demo import demo_tables
from tests.accounts.people import AT, buyer_of

UNTIL = date(2026, 1, 1)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("world")
    tables, _truth = demo_tables(n=14, seed=5, until=UNTIL, days=240)
    write_canonical(tables, folder)
    return folder


@pytest.fixture
def host(db: None, world: Path) -> Influencer:
    """The one with the most shows."""
    call_command("ingest", dir=world)
    call_command("rate", publish=True, as_of=UNTIL)
    with (world / "sessions.csv").open(encoding="utf-8") as file:
        rows = [row["influencer_id"] for row in csv.DictReader(file) if row["started_at"] > "2025-06"]
    return Influencer.objects.get(source_id=max(set(rows), key=rows.count))


def asked(host: Influencer, **more: Any) -> dict[str, Any]:
    plain = {"placement_fee": 500, "commission_rate": 0.2, "unit_price": 100, "unit_cost": 30}
    return {"influencer": host.slug, "category": host.category.code, **plain, **more}


def keyed() -> dict[str, str]:
    _key, secret = create_api_key(name=f"shop {uuid.uuid4().hex[:6]}", scope=Scope.CHECK)
    return {"Authorization": f"Api-Key {secret}"}


def post(client: Client, path: str, body: Any, headers: dict[str, str] | None = None) -> Any:
    return client.post(f"/api/v1/{path}", body, content_type="application/json", headers=headers or {})


def test_a_key_checks_reads_and_audits_and_nobody_else_does(client: Client, host: Influencer) -> None:
    mine, other = keyed(), keyed()
    answer = post(client, "checks/", asked(host, guarantee={"amount": 5000, "clawback": "full"}), mine)
    assert answer.status_code == 201, answer.content
    found = answer.json()
    assert found["verdict"] in ("go", "negotiate", "avoid", "not_enough_evidence")
    assert set(found["forecast"]["profit"]["collected"]) == {"p05", "p25", "p50", "p75", "p95"}
    assert found["scorecard"]["run"]
    path = f"checks/{found['id']}/"
    assert client.get(f"/api/v1/{path}", headers=mine).json()["verdict"] == found["verdict"]
    assert client.get(f"/api/v1/{path}", headers=other).status_code == 404
    assert client.get(f"/api/v1/{path}").status_code == 401
    assert [row["id"] for row in client.get("/api/v1/checks/", headers=mine).json()["results"]] == [found["id"]]
    assert client.get("/api/v1/checks/", headers=other).json()["results"] == []
    orders = [{"order_id": f"o{k}", "amount": 100, "status": "cancelled"} for k in range(60)]
    assert post(client, f"{path}outcome/", {"orders": orders}, other).status_code == 404
    audit = post(client, f"{path}outcome/", {"orders": orders}, mine)
    assert audit.status_code == 201, audit.content
    assert (audit.json()["verdict"], audit.json()["claim"]["clawback"]) == ("brushed", 500)
    deal = Deal.objects.get(influencer=host, promised_amount=5000)
    assert (deal.promised_amount, deal.delivered_amount) == (5000, 0)
    assert post(client, f"{path}outcome/", {"orders": orders}, mine).status_code == 201
    assert Deal.objects.filter(influencer=host, promised_amount=5000).count() == 1


def test_a_key_of_another_scope_or_revoked_is_refused(client: Client, host: Influencer) -> None:
    key, secret = create_api_key(name="reader", scope=Scope.READ)
    assert post(client, "checks/", asked(host), {"Authorization": f"Api-Key {secret}"}).status_code == 403
    key, secret = create_api_key(name="gone", scope=Scope.CHECK)
    revoke_api_key(prefix=key.prefix)
    assert post(client, "checks/", asked(host), {"Authorization": f"Api-Key {secret}"}).status_code == 401
    assert post(client, "checks/", asked(host)).status_code == 401


BAD = [
    ({"placement_fee": -1}, "placement_fee"),
    ({"placement_fee": 1e12}, "placement_fee"),
    ({"placement_fee": "a lot"}, "placement_fee"),
    ({"placement_fee": None}, "placement_fee"),
    ({"commission_rate": 1.5}, "commission_rate"),
    ({"unit_price": 0}, "unit_price"),
    ({"influencer": "nobody"}, "influencer"),
    ({"guarantee": {"amount": 1, "roi": 2}}, "guarantee"),
    ({"guarantee": {"clawback": "maybe", "amount": 1}}, "guarantee.clawback"),
    ({"skus": "none"}, "skus"),
    ({"fee": 3}, "fee"),
    ({"show_date": "tomorrow"}, "show_date"),
]


def test_bad_terms_get_a_clear_answer(client: Client, host: Influencer) -> None:
    headers = keyed()
    for more, field in BAD:
        answer = post(client, "checks/", asked(host, **more), headers)
        assert answer.status_code == 400, more
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert field in answer.json()["errors"], (more, answer.json())
    assert not Check.objects.exists()
    free = post(client, "checks/", asked(host, placement_fee=0), headers)
    assert (free.status_code, free.json()["p_fee_earned_back"]) == (201, 1.0)
    dear = post(client, "checks/", asked(host, unit_cost=500), headers)
    assert (dear.status_code, dear.json()["verdict"]) == (201, "avoid")


def test_pages_from_form_to_sheet(client: Client, host: Influencer) -> None:
    about = client.get(f"/check/?influencer={host.slug}")
    assert (about.status_code, host.name in about.content.decode()) == (200, True)
    assert f"/accounts/signup/?next=%2Fcheck%2F%3Finfluencer%3D{host.slug}" in about.content.decode()
    assert client.post("/check/", asked(host))["Location"].startswith("/accounts/login/?next=/check/")
    client.force_login(User.objects.create_user("shop"))
    assert client.get("/check/").status_code == 200
    refused = client.post("/check/", asked(host, placement_fee="-5"))
    assert refused.status_code == 400
    assert "has to lie between 0 and 1,000,000,000" in refused.content.decode()
    made = client.post("/check/", asked(host), follow=True)
    page = made.content.decode()
    assert made.status_code == 200
    check = Check.objects.get()
    assert f"/api/v1/checks/{check.pk}/" in page
    assert page.index('class="verdict') < page.index('<svg class="chart-svg"')
    assert client.get(f"/api/v1/checks/{check.pk}/").status_code == 200
    chinese = client.get(f"/check/{check.pk}/?lang=zh-hans").content.decode()
    assert 'lang="zh-Hans"' in chinese
    part = client.get(f"/check/{check.pk}/?fee=0", headers={"HX-Request": "true"}).content.decode()
    assert part.startswith('<p id="at-fee"')
    assert "<strong>100</strong>" in part
    orders = "order_id,amount,status\n" + "".join(f"o{k},100,cancelled\n" for k in range(60))
    sent = client.post(
        f"/check/{check.pk}/outcome/", {"file": SimpleUploadedFile("o.csv", orders.encode())}, follow=True
    )
    assert "Brushed" in sent.content.decode()
    stranger = Client()
    stranger.force_login(User.objects.create_user("other"))
    assert stranger.get(f"/check/{check.pk}/").status_code == 404
    assert stranger.get(f"/api/v1/checks/{check.pk}/").status_code == 404


def test_many_at_once(client: Client, host: Influencer) -> None:
    client.force_login(User.objects.create_user("shop"))
    head = (
        "influencer,placement_fee,commission_rate,unit_price,unit_cost,category,guarantee_amount,guarantee_clawback\n"
    )
    lines = [f"{host.slug},500,20%,100,30,beauty,5000,full\n", "=1+1,500,0.2,100,30,beauty,,\n"] * 100
    file = SimpleUploadedFile("deals.csv", (head + "".join(lines)).encode())
    answer = client.post("/check/many/", {"file": file, "form": "csv"})
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert len(rows) == 200
    assert rows[0]["verdict"]
    assert rows[0]["errors"] == ""
    assert rows[1]["influencer"] == "'=1+1"
    assert rows[1]["errors"].startswith("influencer: is not known")
    sheet = client.post("/check/many/", {"file": SimpleUploadedFile("d.csv", (head + lines[0]).encode())})
    assert sheet.content.startswith(b"PK")
    for name, content in (("a.csv", b""), ("b.csv", b"a,b\n1,2\n"), ("c.xlsx", b"no"), ("d.csv", b"\x00\xff")):
        bad = client.post("/check/many/", {"file": SimpleUploadedFile(name, content)})
        assert (bad.status_code, b'role="alert"' in bad.content) == (400, True), name
    long = head + lines[0] * 100_001
    refused = client.post("/check/many/", {"file": SimpleUploadedFile("long.csv", long.encode())})
    assert refused.status_code == 400
    assert "at most 100,000 can be checked at once" in refused.content.decode()


def test_the_command_answers_every_row(host: Influencer, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "terms.csv"
    file.write_text(
        "influencer,placement_fee,commission_rate,unit_price,unit_cost,category\n"
        f"{host.slug},500,0.2,100,30,beauty\n{host.source_id},0,0.2,100,30,beauty\n",
        encoding="utf-8",
    )
    for ending in ("json", "csv", "xlsx"):
        call_command("prepayment_check", file, out=tmp_path / f"out.{ending}", as_of=UNTIL)
        assert (tmp_path / f"out.{ending}").stat().st_size > 100
    assert "2 rows, 0 of them refused" in capsys.readouterr().out


def test_the_backtest_uses_only_what_was_known(
    host: Influencer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "deals.csv"
    terms = "0.2,100,30,beauty"
    file.write_text(
        "influencer,placement_fee,commission_rate,unit_price,unit_cost,category,agreed_at,profit\n"
        f"{host.slug},900000,{terms},2025-12-01,-880000\n"
        f"{host.slug},900000,{terms},2024-12-01,-880000\n"
        f"{host.slug},0,{terms},2025-12-01,1200\n",
        encoding="utf-8",
    )
    call_command("backtest_checks", file, out=tmp_path / "out.json")
    found = json.loads((tmp_path / "out.json").read_text())
    assert [line["verdict"] for line in found["deals"]] == ["avoid", "not_enough_evidence", "go"]
    assert found["summary"]["saved_by_avoiding"] == 880_000
    assert json.loads(capsys.readouterr().out)["deals"] == 3


def test_the_list_is_paged_by_cursor(client: Client, host: Influencer) -> None:
    mine, other = keyed(), keyed()
    made = [post(client, "checks/", asked(host, placement_fee=fee), mine).json()["id"] for fee in (1, 2, 3, 4, 5)]
    seen, path, pages = [], "/api/v1/checks/?page_size=2", 0
    while path:
        page = client.get(path, headers=mine).json()
        seen += [row["id"] for row in page["results"]]
        path, pages, back = page["next"], pages + 1, page["previous"]
    assert (seen, pages) == (made[::-1], 3)
    assert [row["id"] for row in client.get(back, headers=mine).json()["results"]] == made[::-1][2:4]
    assert client.get(back, headers=other).status_code == 400, "a cursor serves its own list"
    for query in ("cursor=x", "page_size=0", "page_size=201", "limit=3"):
        assert client.get(f"/api/v1/checks/?{query}", headers=mine).status_code == 400, query


def test_one_who_acts_for_several_merchants_chooses(client: Client, host: Influencer) -> None:
    user, first = buyer_of("晨光")
    second = merchants.register(name="暮色", user=user, at=AT)
    _stranger, foreign = buyer_of("别家")
    client.force_login(user)
    form = client.get("/check/").content.decode()
    assert all(name in form for name in ("晨光", "暮色"))
    assert "别家" not in form
    assert client.post("/check/", asked(host, merchant=foreign.pk)).status_code == 400
    client.post("/check/", asked(host, merchant=second.pk))
    assert Check.objects.get().merchant == second
    assert post(client, f"checks/?merchant={first.pk}", asked(host)).status_code == 201
    refused = post(client, f"checks/?merchant={foreign.pk}", asked(host))
    assert (refused.status_code, list(refused.json()["errors"])) == (400, ["merchant"])
    counts = [len(client.get(f"/api/v1/checks/{q}").json()["results"]) for q in ("", f"?merchant={second.pk}")]
    assert counts == [2, 1]
    assert client.get(f"/api/v1/checks/?merchant={foreign.pk}").json()["results"] == []


def test_a_host_is_found_by_name_and_asked_about_when_several_are_meant(client: Client, host: Influencer) -> None:
    client.force_login(User.objects.create_user("shop"))
    assert f'value="{host.name}"' in client.get(f"/check/?influencer={host.slug}").content.decode()
    assert client.post("/check/", asked(host, influencer=host.name)).status_code == 302
    assert Check.objects.get().influencer == host
    several = client.post("/check/", asked(host, influencer=host.name[:1]))
    assert several.status_code == 400
    assert f'<option value="{host.slug}"' in several.content.decode()
    nobody = client.post("/check/", asked(host, influencer="无此主播"))
    assert "No host of this name" in nobody.content.decode()


def test_figures_as_people_write_them(client: Client, host: Influencer) -> None:
    client.force_login(User.objects.create_user("shop"))
    made = client.post("/check/", asked(host, placement_fee="30万", commission_rate="20%"), follow=True)
    assert made.status_code == 200
    assert "300,000" in made.content.decode()
    refused = client.post("/check/", asked(host, commission_rate="20")).content.decode()
    assert "is a share: 0.2, or 20%" in refused


def test_an_answer_keeps_what_was_known_when_it_was_given(client: Client, host: Influencer) -> None:
    """A later run with other evidence changes neither the answer nor the scorecard it names."""
    headers = keyed()
    before = post(client, "checks/", asked(host), headers).json()
    card = client.get(f"/api/v1/influencers/{host.slug}/scorecard/").json()
    assert before["scorecard"]["run"] == card["run"]
    assert before["scorecard"]["overall"]["score"] == card["overall"]["score"]
    call_command("rate", publish=True, as_of=UNTIL + timedelta(days=40))
    again = client.get(f"/api/v1/checks/{before['id']}/", headers=headers).json()
    assert again == before
    assert client.get(f"/api/v1/influencers/{host.slug}/scorecard/").json()["run"] != again["scorecard"]["run"]
    assert post(client, "checks/", asked(host), headers).json()["scorecard"]["run"] != again["scorecard"]["run"]
