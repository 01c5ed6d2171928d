"""A complaint by REST: filed with or without photos, followed and withdrawn by its token."""

from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from feedback import complaints
from feedback.attachments import sniff
from feedback.models import Attachment, Case, Complaint
from tests.feedback import files
from tests.feedback.people import Platform, host

pytestmark = pytest.mark.django_db

GOOD = {"influencer": "host-h1", "topic": "quality", "text": "It broke on the first day."}


@pytest.fixture(autouse=True)
def store(db: None, settings: Settings, tmp_path: Path) -> Path:
    settings.ATTACHMENTS_ROOT = tmp_path
    host()
    return tmp_path


def kept(store: Path) -> list[Path]:
    return [path for path in store.rglob("*") if path.is_file()]


def post(client: Client, **more: Any) -> Any:
    return client.post("/api/v1/complaints/", {**GOOD, **more}, content_type="application/json")


def upload(client: Client, *contents: bytes, name: str = "photo.jpg") -> Any:
    attached = [SimpleUploadedFile(name, content, content_type="image/jpeg") for content in contents]
    return client.post("/api/v1/complaints/", {**GOOD, "attachments": attached})


def test_filed_and_followed(client: Client) -> None:
    filed = post(client, wish="refund", receipt=Platform().receipt("A-1")).json()
    assert filed["receipt"]["status"] == "accepted"
    answer = client.get(f"/api/v1/complaints/{filed['token']}/")
    body = answer.json()
    assert (body["state"], body["order_verified"], body["influencer"]) == ("received", True, "host-h1")
    assert [clock["name"] for clock in body["clocks"]] == ["acknowledge", "answer", "decide"]
    assert [(event["event"], event["by"]) for event in body["timeline"]] == [("received", "consumer")]
    assert answer["Cache-Control"] == "private, no-store"
    row = Complaint.objects.get()
    assert (row.source_id, row.status, row.kind, row.text) == (body["id"], "open", "quality", GOOD["text"])
    assert filed["token"] not in str(Case.objects.values())


def test_withdrawing(client: Client) -> None:
    token = post(client).json()["token"]
    assert client.delete(f"/api/v1/complaints/{token}/").json()["state"] == "withdrawn"
    assert Complaint.objects.get().status == "withdrawn"
    answer = client.delete(f"/api/v1/complaints/{token}/")
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:clearhost:problem:conflict")


def test_an_unknown_token(client: Client) -> None:
    post(client)
    for token in ("nothing", Case.objects.get().token_digest, Case.objects.get().complaint_id, "%00", "周"):
        assert client.get(f"/api/v1/complaints/{token}/").status_code == 404


@pytest.mark.parametrize(
    "wrong",
    [
        {"topic": "revenge"},
        {"text": ""},
        {"text": "a\0b"},
        {"text": "x" * 100_000},
        {"wish": "a pony"},
        {"order_id": "x" * 129},
        {"order_id": "a\0"},
        {"influencer": "nobody"},
    ],
)
def test_bad_values(client: Client, wrong: dict[str, Any]) -> None:
    answer = post(client, **wrong)
    assert answer.status_code == 400
    assert set(answer.json()["errors"]) == set(wrong)
    assert not Case.objects.exists()
    assert not Complaint.objects.exists()


def test_photos_and_pdf_come_back_as_downloads(client: Client, store: Path) -> None:
    body = upload(client, files.jpeg(), files.png(), files.pdf(), name="../../etc/我的照片.exe").json()
    assert [file["media_type"] for file in body["attachments"]] == ["image/jpeg", "image/png", "application/pdf"]
    answer = client.get(body["attachments"][0]["url"])
    assert b"".join(answer.streaming_content) == files.jpeg()  # type: ignore[attr-defined]
    assert answer["Content-Type"] == "image/jpeg"
    assert answer["Content-Disposition"].startswith('attachment; filename="attachment-')
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert len(kept(store)) == 3
    assert not any("照片" in str(path) or "exe" in str(path) for path in kept(store))


def test_an_attachment_opens_only_with_the_token_of_its_own_case(client: Client) -> None:
    mine = upload(client, files.jpeg()).json()
    other = post(client).json()
    name = Attachment.objects.get().name
    answer = client.get(mine["attachments"][0]["url"])
    assert answer.status_code == 200
    assert b"".join(answer.streaming_content) == files.jpeg()  # type: ignore[attr-defined]
    for path in (f"{other['token']}/attachments/{name}", f"x/attachments/{name}", f"{mine['token']}/attachments/.."):
        assert client.get(f"/api/v1/complaints/{path}/").status_code == 404
    assert client.get(f"/static/{name}").status_code == 404


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (files.EXECUTABLE, "wrong_type"),
        (files.SCRIPT, "wrong_type"),
        (files.bomb(), "too_many_pixels"),
        (b"", "empty"),
        (files.png()[:-4], "broken"),
        (files.jpeg() + b"\0" * (10 * 1024 * 1024), "too_large"),
    ],
)
def test_files_that_are_not_taken(client: Client, store: Path, content: bytes, code: str) -> None:
    answer = upload(client, files.jpeg(), content)
    assert answer.status_code == 400
    assert answer.json()["errors"]["attachments"]["1"][0]["code"] == code
    assert not Case.objects.exists()
    assert not Complaint.objects.exists()
    assert not kept(store)


def test_six_files_and_a_hundred_megabytes(client: Client, store: Path) -> None:
    answer = upload(client, *[files.jpeg()] * 6)
    assert answer.json()["errors"]["attachments"]["5"][0]["code"] == "too_many"
    answer = client.post(
        "/api/v1/complaints/",
        b"x" * 1000,
        content_type="multipart/form-data; boundary=b",
        headers={"content-length": str(100 * 1024 * 1024)},
    )
    assert (answer.status_code, answer.json()["type"]) == (413, "urn:clearhost:problem:too-large")
    assert not kept(store)


def test_nothing_is_kept_when_the_case_cannot_be(client: Client, store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: Any, **options: Any) -> None:
        raise RuntimeError("the database went away")

    monkeypatch.setattr(complaints, "record_own", fail)
    with pytest.raises(RuntimeError, match="went away"):
        complaints.file_complaint(
            influencer=host("h2"),
            topic="quality",
            text="x",
            at=timezone.now(),
            files=[sniff(files.pdf())],  # type: ignore[arg-type]
        )
    assert not Case.objects.exists()
    assert not kept(store)


def test_too_many_complaints(client: Client, settings: Settings) -> None:
    settings.THROTTLE = True
    cache.clear()
    assert [post(client).status_code for _ in range(21)] == [201] * 20 + [429]
