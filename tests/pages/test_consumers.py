"""The pages where consumers write: plain forms, errors beside their fields, a token page that needs no account."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from feedback import complaints
from feedback.models import Case, Complaint, Fault, Remedy, Review, Role, Severity
from tests.feedback import files
from tests.feedback.people import Platform, host

pytestmark = pytest.mark.django_db

REVIEW = {"professionalism": "5", "service": "4", "as_described": "3", "text": "Fresh, as shown.", "receipt": ""}
COMPLAINT = {"topic": "quality", "text": "It broke.", "wish": "refund", "order_id": "", "receipt": ""}
NEW_REVIEW, NEW_COMPLAINT = "/reviews/new/?influencer=host-h1", "/complaints/new/?influencer=host-h1"


@pytest.fixture(autouse=True)
def store(db: None, settings: Settings, tmp_path: Path) -> Path:
    settings.ATTACHMENTS_ROOT = tmp_path
    host()
    return tmp_path


def kept(store: Path) -> list[Path]:
    return [path for path in store.rglob("*") if path.is_file()]


def text(answer: Any) -> str:
    return str(answer.content.decode())


def test_without_a_host_one_is_looked_for(client: Client) -> None:
    for path in ("/reviews/new/", "/complaints/new/"):
        answer = client.get(path)
        assert answer.status_code == 200
        assert 'name="q"' in text(answer)
        assert client.get(f"{path}?q=小满").status_code == 200
        for slug in ("nobody", "%00", "<script>", "x" * 500):
            answer = client.get(f"{path}?influencer={slug}")
            assert answer.status_code == 404
            assert "There is no such host here" in text(answer)


def test_a_review_from_form_to_withdrawal(client: Client) -> None:
    page = text(client.get(NEW_REVIEW))
    assert page.count('type="radio"') == 15
    assert '<meta name="robots" content="noindex">' in page
    sent = client.post(NEW_REVIEW, REVIEW)
    assert sent.status_code == 302
    thanks = client.get(sent["Location"])
    assert "Thank you. Your review is in." in text(thanks)
    assert "What happens next" in text(thanks)
    address = sent["Location"].removesuffix("?new")
    assert f"http://testserver{address}" in text(thanks)
    assert "no-store" in thanks["Cache-Control"]
    assert client.post(address).status_code == 302
    assert "Your review is withdrawn" in text(client.get(address))
    assert Review.objects.get().void_reason == "withdrawn by its author"


def test_the_next_review_is_one_of_the_same_person(client: Client) -> None:
    client.post(NEW_REVIEW, REVIEW)
    cookie = client.cookies["reviewer"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    client.post(NEW_REVIEW, REVIEW)
    Client().post(NEW_REVIEW, REVIEW)
    one, again, other = Review.objects.order_by("id").values_list("reviewer_id", flat=True)
    assert one == again != other


def test_a_receipt_that_does_not_count_is_asked_about_first(client: Client) -> None:
    platform = Platform()
    assert client.post(NEW_REVIEW, {**REVIEW, "receipt": platform.receipt("A-1")}).status_code == 302
    assert Review.objects.get().verified is True
    used = {**REVIEW, "receipt": platform.receipt("A-1")}
    page = client.post(NEW_REVIEW, used)
    assert page.status_code == 400
    assert "reviewed already" in text(page)
    assert 'name="without_receipt"' in text(page)
    assert Review.objects.count() == 1
    assert client.post(NEW_REVIEW, {**used, "without_receipt": "on"}).status_code == 302
    assert list(Review.objects.order_by("id").values_list("verified", flat=True)) == [True, False]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"professionalism": ""}, "This field is required"),
        ({"service": "6"}, "Select a valid choice"),
        ({"as_described": "\0"}, "Select a valid choice"),
        ({"text": "a\0b"}, "control characters"),
        ({"text": "x" * 100_000}, "At most 5,000 characters; this is 100,000"),
        ({"receipt": "chr1.x.y"}, "This is not an order receipt"),
        ({"receipt": "x" * 3_000}, "At most 2,048 characters"),
    ],
)
def test_errors_stand_beside_their_fields(client: Client, wrong: dict[str, str], said: str) -> None:
    answer = client.post(NEW_REVIEW, {**REVIEW, **wrong})
    assert answer.status_code == 400
    (name,) = wrong
    assert re.search(f'id="f-{name}_error">.*?{re.escape(said)}', text(answer), re.DOTALL)
    assert "Nothing was sent yet." in text(answer)
    assert 'aria-invalid="true"' in text(answer)
    assert not Review.objects.exists()


def test_what_is_typed_comes_back_as_text(client: Client) -> None:
    said = '<script>alert(1)</script>"\u202e مرحبا 👍'
    page = text(client.post(NEW_REVIEW, {**REVIEW, "service": "", "text": said}))
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    host("h2", name='<script>x</script>\u202e"' + "长" * 150)
    answer = client.post("/reviews/new/?influencer=host-h2", {**REVIEW, "text": said})
    page = text(client.get(answer["Location"]))
    assert "<script>x" not in page
    assert "<script>alert" not in page


def test_a_complaint_from_form_to_decision(client: Client, store: Path) -> None:
    photo = SimpleUploadedFile("IMG_1.jpg", files.jpeg())
    sent = client.post(NEW_COMPLAINT, {**COMPLAINT, "attached": [photo, SimpleUploadedFile("b.pdf", files.pdf())]})
    assert sent.status_code == 302
    page = text(client.get(sent["Location"]))
    assert "Your complaint is filed" in page
    assert "It broke." in page
    assert len(re.findall(r'href="/api/v1/complaints/[^"]+/attachments/[0-9a-f]{32}/"', page)) == 2
    assert "IMG_1" not in page
    assert len(kept(store)) == 2
    address = sent["Location"].removesuffix("?new")
    case = complaints.answer(case=Case.objects.get(), text="Sorry.", role=Role.MERCHANT, at=timezone.now())
    complaints.uphold(
        case=case,
        severity=Severity.MODERATE,
        fault=Fault.MERCHANT,
        remedy=Remedy.REFUND,
        reason="The photo shows it.",
        at=timezone.now(),
    )
    page = text(client.get(address))
    for shown in ("Sorry.", "The photo shows it.", "the merchant", "refund"):
        assert shown in page
    refused = client.post(address)
    assert refused.status_code == 409
    assert "it cannot become withdrawn" in text(refused)
    assert Complaint.objects.get().status == "upheld"


def test_withdrawing_a_complaint(client: Client) -> None:
    address = client.post(NEW_COMPLAINT, COMPLAINT)["Location"].removesuffix("?new")
    assert "Withdraw the complaint" in text(client.get(address))
    assert client.post(address).status_code == 302
    assert "Withdraw the complaint" not in text(client.get(address))
    assert Complaint.objects.get().status == "withdrawn"


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("holiday.jpg", files.EXECUTABLE, "holiday.jpg: This is not a JPEG, PNG or WebP picture nor a PDF"),
        ("bomb.png", files.bomb(), "bomb.png: This picture is too large"),
        ("half.png", files.png()[:-2], "half.png: This picture is broken"),
        ("big.jpg", files.jpeg() + b"\0" * (10 * 1024 * 1024), "big.jpg: This file is larger than 10 MB"),
        ("empty.pdf", b"", "empty.pdf: This file is empty"),
        ("<script>alert(1)</script>.jpg", files.SCRIPT, "is not a JPEG"),
    ],
)
def test_files_that_are_not_taken(client: Client, store: Path, name: str, content: bytes, said: str) -> None:
    attached = [SimpleUploadedFile("good.jpg", files.jpeg()), SimpleUploadedFile(name, content)]
    answer = client.post(NEW_COMPLAINT, {**COMPLAINT, "attached": attached})
    assert answer.status_code == 400
    assert said in text(answer)
    assert "<script>alert" not in text(answer)
    assert "please choose them again" in text(answer)
    assert not Case.objects.exists()
    assert not kept(store)


def test_a_hundred_megabytes_get_a_page_and_are_not_read_into_a_form(client: Client, store: Path) -> None:
    body = b"x" * (100 * 1024 * 1024)
    answer = client.post(NEW_COMPLAINT, body, content_type="multipart/form-data; boundary=b")
    assert answer.status_code == 413
    assert "At most 51 MB can be sent here at once" in text(answer)
    answer = client.post(NEW_REVIEW, body[: 2 * 1024 * 1024], content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 413
    assert not kept(store)


def test_forged_forms_are_refused() -> None:
    strict = Client(enforce_csrf_checks=True)
    for path, given in ((NEW_REVIEW, REVIEW), (NEW_COMPLAINT, COMPLAINT)):
        assert strict.post(path, given).status_code == 403
    assert not Review.objects.exists()
    assert not Case.objects.exists()


def test_unknown_tokens(client: Client) -> None:
    for path in ("/reviews/x/", "/complaints/x/", "/complaints/%00/", "/reviews/周/"):
        assert client.get(path).status_code == 404
        assert client.post(path).status_code == 404


def test_too_much_from_one_address(client: Client, settings: Settings) -> None:
    settings.THROTTLE = True
    cache.clear()
    statuses = [client.post(NEW_COMPLAINT, COMPLAINT) for _ in range(21)]
    assert [answer.status_code for answer in statuses] == [302] * 20 + [429]
    assert 0 < int(statuses[-1]["Retry-After"]) <= 3600
    assert "Too many at once" in text(statuses[-1])


def test_both_languages(client: Client) -> None:
    for path in (NEW_REVIEW, NEW_COMPLAINT):
        page = text(client.get(f"{path}&lang=zh-hans"))
        assert '<html lang="zh-Hans"' in page
