"""Staff take out evidence and load files: both only after a look, with a reason, on record."""

from pathlib import Path

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import Settings

from feedback.models import Ingest, Review
from tests.feedback.factories import row
from tests.feedback.loading import load_rows

pytestmark = pytest.mark.django_db
REVIEWS = "/admin/feedback/review/"
HEAD = "review_id,influencer_id,reviewer_id,created_at,professionalism,service,as_described\n"
GOOD = "n1,h1,u9,2025-03-05T12:00:00+08:00,5,4,3\n"
BAD = "n2,h1,u9,2025-03-05T12:00:00+08:00,9,4,3\n"


@pytest.fixture
def senior(client: Client, tmp_path: Path, settings: Settings) -> Client:
    settings.IMPORTS_ROOT = tmp_path / "imports"
    load_rows(tmp_path, "influencers", row("influencers"))
    load_rows(tmp_path, "reviews", row("reviews"), row("reviews", review_id="r2"), row("reviews", review_id="r3"))
    user = User.objects.create_user("senior", is_staff=True)
    user.groups.add(Group.objects.get(name="Senior"))
    client.force_login(user)
    return client


def chosen(*ids: str) -> dict[str, object]:
    rows = Review.objects.filter(source_id__in=ids)
    return {"action": "void_chosen", "_selected_action": list(rows.values_list("pk", flat=True))}


def test_voiding_shows_what_and_asks_why(senior: Client) -> None:
    choice = chosen("r1", "r2")
    page = senior.post(REVIEWS, choice).content.decode()
    assert "r1" in page
    assert "林小雨 Rain (2)" in page
    assert not Review.objects.exclude(voided_at=None).exists()
    again = senior.post(REVIEWS, {**choice, "confirmed": "yes", "reason": "  "}).content.decode()
    assert "A reason has to be given." in again
    assert not Review.objects.exclude(voided_at=None).exists()
    senior.post(REVIEWS, {**choice, "confirmed": "yes", "reason": "never bought"})
    assert set(Review.objects.exclude(voided_at=None).values_list("source_id", "void_reason")) == {
        ("r1", "never bought"),
        ("r2", "never bought"),
    }
    line = LogEntry.objects.get()
    assert line.change_message == "void: never bought [r1, r2]"
    assert line.user.username == "senior"
    assert "All of these are void already." in senior.post(REVIEWS, choice, follow=True).content.decode()


@pytest.mark.parametrize("group", ["Analyst", "Moderator", "Appeals reviewer"])
def test_who_may_not_void_or_load(client: Client, senior: Client, group: str) -> None:
    user = User.objects.create_user(group, is_staff=True)
    user.groups.add(Group.objects.get(name=group))
    client.force_login(user)
    client.post(REVIEWS, {**chosen("r1"), "confirmed": "yes", "reason": "never bought"})
    assert not Review.objects.exclude(voided_at=None).exists()
    assert client.get("/admin/import/").status_code == 403
    assert b"/admin/import/" not in client.get("/admin/").content


def upload(client: Client, text: str, name: str = "new.csv", **more: str) -> str:
    file = SimpleUploadedFile(name, text.encode())
    answer = client.post("/admin/import/", {"kind": "reviews", "file": file, **more})
    assert answer.status_code == 302, answer.context["form"].errors
    return str(answer["Location"])


def test_a_file_is_tried_out_then_loaded(senior: Client) -> None:
    before = Ingest.objects.count()
    place = upload(senior, HEAD + GOOD + BAD)
    page = senior.get(place).content.decode()
    assert "2 rows of reviews. Nothing is stored yet." in page
    assert "professionalism" in page
    assert (Review.objects.count(), Ingest.objects.count()) == (3, before)
    rejects = b"".join(senior.get(f"{place}rejects.csv")).decode()  # type: ignore[arg-type]
    assert rejects.splitlines()[1].startswith("evidence.csv,3,professionalism,")
    senior.post(place, {"load": "yes"})
    assert Review.objects.filter(source_id="n1").exists()
    assert not Review.objects.filter(source_id="n2").exists()
    assert Ingest.objects.count() == before + 1
    assert "loaded 1" in LogEntry.objects.get().change_message
    assert senior.get(place).status_code == 404


def test_a_file_can_be_forgotten(senior: Client) -> None:
    place = upload(senior, HEAD + GOOD)
    senior.post(place, {"forget": "yes"})
    assert Review.objects.count() == 3
    assert senior.get(place).status_code == 404


def test_a_source_goes_before_every_id(senior: Client) -> None:
    place = upload(senior, HEAD.replace("influencer_id", "influencer_id") + GOOD, source="tb")
    page = senior.get(place).content.decode()
    assert "tb:h1" in page  # an influencer that source has not sent


def test_nobody_sees_or_loads_the_file_of_another(senior: Client, admin_client: Client) -> None:
    place = upload(senior, HEAD + GOOD)
    assert admin_client.get(place).status_code == 404
    assert admin_client.post(place, {"load": "yes"}).status_code == 404


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"file": ("x.exe", b"MZ")}, "file"),
        ({"file": ("x.xlsx", b"not a workbook")}, None),
        ({"file": ("x.csv", b"")}, "file"),
        ({"tz": "Mars/Olympus"}, "tz"),
        ({"mapping": ("m.toml", b'kind = "refunds"\n[columns]\nrefund_id = "a"\n')}, "mapping"),
        ({"mapping": ("m.toml", b"not toml at all")}, "mapping"),
        ({"kind": "nonsense"}, "kind"),
    ],
)
def test_what_cannot_be_read_is_said(senior: Client, given: dict[str, object], field: str | None) -> None:
    fields: dict[str, object] = {"kind": "reviews", "file": ("new.csv", (HEAD + GOOD).encode())} | given
    sent = {k: SimpleUploadedFile(*v) if isinstance(v, tuple) else v for k, v in fields.items()}
    answer = senior.post("/admin/import/", sent, follow=True)
    assert answer.status_code == 200
    if field is None:
        assert "Rejected rows" in answer.content.decode()
    else:
        assert field in answer.context["form"].errors
    assert Review.objects.count() == 3


def test_a_file_that_is_one_line_of_nonsense_is_one_reject(senior: Client) -> None:
    page = senior.get(upload(senior, "what is this")).content.decode()
    assert "Rejected rows" in page
