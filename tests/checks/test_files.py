"""Long files of terms: taken in at once, answered in the background, whatever happens in between."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.utils import timezone

from influencers.models import Influencer
from ratings.checks import batch, files
from ratings.jobs import tasks
from ratings.models import CheckBatch
from tests.accounts.people import AT, account
from tests.publication.stored import hosts

pytestmark = pytest.mark.django_db
HEAD = "influencer,placement_fee,commission_rate,unit_price,unit_cost,category\n"


@pytest.fixture
def host() -> Influencer:
    return hosts(1)[0]


@pytest.fixture
def shop(client: Client) -> User:
    user = account("shop")
    client.force_login(user)
    return user


def upload(client: Client, host: Influencer, rows: int) -> Any:
    line = f"{host.source_id},500,20%,100,30,beauty\n"
    lines = [line if k % 2 else "=nobody,-1,0.2,100,30,beauty\n" for k in range(rows)]
    return client.post("/check/many/", {"file": SimpleUploadedFile("deals.csv", (HEAD + "".join(lines)).encode())})


def waiting() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'check_file' AND status = 'todo'")
        return int(cursor.fetchone()[0])


def test_a_long_file_is_answered_part_by_part(
    client: Client, host: Influencer, shop: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch, "AT_ONCE", 150)
    answer = upload(client, host, 400)
    found = CheckBatch.objects.get()
    assert answer["Location"] == f"/check/many/{found.pk}/"
    assert waiting() == 1
    assert "0 of 400 rows" in client.get(answer["Location"]).content.decode()
    monkeypatch.setattr(tasks, "CHECKING_SECONDS", 0.0001)  # one part a turn
    tasks.check_file(batch=str(found.pk))
    assert "150 of 400 rows" in client.get(answer["Location"]).content.decode()
    assert waiting() == 2, "the rest has its turn after others"
    monkeypatch.setattr(tasks, "CHECKING_SECONDS", 60.0)
    tasks.check_file(batch=str(found.pk))
    page = client.get(answer["Location"]).content.decode()
    assert "All 400 rows are answered" in page
    assert "hx-trigger" not in page, "nothing is left to look for"
    rows = list(csv.DictReader(io.StringIO(client.get(f"{answer['Location']}answers.csv").content.decode("utf-8-sig"))))
    assert [int(row["row"]) for row in rows] == list(range(1, 401))
    assert rows[1]["verdict"] == "Not enough evidence"
    assert rows[0]["influencer"] == "'=nobody"
    assert "placement_fee: has to lie between 0 and 1,000,000,000" in rows[0]["errors"]
    assert client.get(f"{answer['Location']}answers.xlsx").content.startswith(b"PK")
    assert CheckBatch.objects.get().counts == {"refused": 200, "not_enough_evidence": 200}


def test_all_rows_are_judged_by_the_day_the_file_came(client: Client, host: Influencer, shop: User) -> None:
    upload(client, host, 301)
    found = CheckBatch.objects.get()
    assert (found.at - timezone.now()) < timedelta(minutes=1)
    assert files.work(number=found.pk, at=timezone.now() + timedelta(days=3), seconds=60) is False
    assert found.as_of == CheckBatch.objects.get().as_of


def test_a_file_is_its_owners_alone(client: Client, host: Influencer, shop: User) -> None:
    path = upload(client, host, 301)["Location"]
    stranger = Client()
    assert stranger.get(path)["Location"].startswith("/accounts/login/")
    stranger.force_login(account("stranger"))
    for private in (path, f"{path}answers.csv", f"{path}answers.xlsx"):
        assert stranger.get(private).status_code == 404
    assert stranger.post(f"{path}stop/").status_code == 404
    assert client.get(f"{path}answers.pdf").status_code == 404


def test_a_stopped_file_is_not_gone_on_with(client: Client, host: Influencer, shop: User) -> None:
    path = upload(client, host, 301)["Location"]
    assert "Stopped after 0 of 301 rows" in client.post(f"{path}stop/", follow=True).content.decode()
    found = CheckBatch.objects.get()
    assert files.work(number=found.pk, at=AT, seconds=60) is False
    assert not found.parts.exists()


def test_two_files_at_a_time(client: Client, host: Influencer, shop: User) -> None:
    for _file in range(2):
        assert upload(client, host, 301).status_code == 302
    refused = upload(client, host, 301)
    assert refused.status_code == 400
    assert "still being checked" in refused.content.decode()


def test_what_breaks_is_said(client: Client, host: Influencer, shop: User, monkeypatch: pytest.MonkeyPatch) -> None:
    path = upload(client, host, 301)["Location"]

    def broken(*_given: Any, **_more: Any) -> None:
        raise RuntimeError("no")

    monkeypatch.setattr(batch, "answered", broken)
    tasks.check_file(batch=str(CheckBatch.objects.get().pk))
    assert "Something went wrong on our side after 0 of 301 rows" in client.get(path).content.decode()


def test_files_are_forgotten_after_a_month(client: Client, host: Influencer, shop: User) -> None:
    upload(client, host, 301)
    came = CheckBatch.objects.get().at
    assert files.forget(at=came + timedelta(days=29)) == 0
    assert files.forget(at=came + timedelta(days=31)) == 1
    assert not CheckBatch.objects.exists()
