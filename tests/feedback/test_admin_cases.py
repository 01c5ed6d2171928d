"""Staff work a case in the admin through the same verbs; keys are looked at and taken back there."""

import re
from pathlib import Path

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from feedback import complaints
from feedback.attachments import sniff
from feedback.keys import create_api_key, create_receipt_key
from feedback.models import ApiKey, Attachment, Case, Complaint, ReceiptKey, Topic
from tests.feedback import files
from tests.feedback.people import host

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(settings: Settings, tmp_path: Path) -> Case:
    settings.ATTACHMENTS_ROOT = tmp_path
    return complaints.file_complaint(
        influencer=host(),
        topic=Topic.QUALITY,
        text="<script>alert(1)</script>",
        at=timezone.now(),
        files=[sniff(files.pdf())],
    ).case


def test_from_queue_to_remedy(admin_client: Client, case: Case) -> None:
    assert case.complaint_id in admin_client.get("/admin/feedback/case/").content.decode()
    address = f"/admin/feedback/case/{case.pk}/"
    page = admin_client.get(f"{address}change/").content.decode()
    assert "<script>alert" not in page
    assert re.findall(r"/step/(\w+)/", page) == ["acknowledged", "answered", "upheld", "rejected", "reassigned"]
    steps = (
        ("acknowledged", {}),
        ("answered", {"role": "merchant", "text": "Sorry."}),
        ("upheld", {"severity": "severe", "fault": "merchant", "remedy": "refund", "text": "The file shows it."}),
        ("remedied", {}),
    )
    for step, given in steps:
        assert admin_client.get(f"{address}step/{step}/").status_code == 200
        assert admin_client.post(f"{address}step/{step}/", {"go": "1", **given}).status_code == 302
        case.refresh_from_db()
        assert case.state == step
    page = admin_client.get(f"{address}change/").content.decode()
    on = timezone.localtime(case.opened_at)
    assert f"We acknowledge it: {on:%Y-%m-%d} " in page
    assert f"The remedy is carried out: {on:%Y-%m-%d} " in page
    told = re.findall(r"<p>[-\d]+ [:\d]+ <strong>(.+?)</strong> \((.+?) ?(?:admin)?\)<br>(.*?)</p>", page)
    assert [(what, words) for what, _who, words in told][:3] == [
        ("complaint received", "&lt;script&gt;alert(1)&lt;/script&gt;"),
        ("receipt acknowledged", ""),
        ("answered", "Sorry."),
    ]
    row = Complaint.objects.get()
    assert (row.status, row.severity, row.fault, row.remedied_at) == ("upheld", "severe", "merchant", case.remedied_at)
    assert case.events.filter(actor__username="admin").count() == 4


def test_what_is_missing_or_impossible_is_said(admin_client: Client, case: Case) -> None:
    address = f"/admin/feedback/case/{case.pk}/"
    assert admin_client.post(f"{address}step/rejected/", {"text": ""}).status_code == 200
    upheld = {"severity": "severe", "fault": "merchant", "remedy": "refund", "text": "x"}
    answer = admin_client.post(f"{address}step/upheld/", upheld, follow=True)
    assert "still has time" in answer.content.decode()
    assert admin_client.get(f"{address}step/received/").status_code == 404
    case.refresh_from_db()
    assert case.state == "received"


def test_files_for_staff_alone(admin_client: Client, client: Client, case: Case) -> None:
    address = f"/admin/feedback/case/{case.pk}/file/{Attachment.objects.get().name}/"
    answer = admin_client.get(address)
    assert b"".join(answer.streaming_content) == files.pdf()  # type: ignore[attr-defined]
    assert answer["Content-Disposition"].startswith("attachment")
    assert client.get(address).status_code == 302
    clerk = User.objects.create_user("clerk", password="x", is_staff=True)
    client.force_login(clerk)
    assert client.get(address).status_code == 403
    clerk.user_permissions.add(Permission.objects.get(codename="view_case", content_type__app_label="feedback"))
    assert b"".join(client.get(address).streaming_content) == files.pdf()  # type: ignore[attr-defined]
    assert client.post(f"/admin/feedback/case/{case.pk}/step/acknowledged/").status_code == 403


def test_keys(admin_client: Client) -> None:
    key, secret = create_api_key(name="Shop", scope="ingest")
    signing, signing_secret = create_receipt_key(platform="Kuaishou")
    for path, pk in (("apikey", key.pk), ("receiptkey", signing.pk)):
        page = admin_client.get(f"/admin/feedback/{path}/").content.decode()
        page += admin_client.get(f"/admin/feedback/{path}/{pk}/change/", follow=True).content.decode()
        assert secret not in page
        assert signing_secret not in page
        admin_client.post(f"/admin/feedback/{path}/", {"action": "take_back", "_selected_action": [pk]})
    assert ApiKey.objects.get().revoked
    assert ReceiptKey.objects.get().revoked_at is not None
    assert admin_client.get("/admin/rest_framework_api_key/apikey/").status_code == 404


def test_a_split_fault_and_another_side_come_from_the_form(admin_client: Client, case: Case) -> None:
    address = f"/admin/feedback/case/{case.pk}/step"
    other = {"against": "merchant", "against_name": "Cotton Mill", "text": "Their warehouse."}
    assert admin_client.post(f"{address}/reassigned/", other).status_code == 302
    assert admin_client.post(f"{address}/answered/", {"role": "merchant", "text": "Ours."}).status_code == 302
    split = {"severity": "minor", "fault": "merchant", "remedy": "none", "text": "x", "merchant": 70, "courier": 30}
    assert admin_client.post(f"{address}/upheld/", split).status_code == 302
    case.refresh_from_db()
    assert (case.against, case.shares, case.state) == ("merchant", {"merchant": 70, "courier": 30}, "upheld")
