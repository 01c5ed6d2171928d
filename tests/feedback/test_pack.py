"""The evidence pack: whole for the consumer who holds the token, of the others no personal data, JSON and PDF."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from feedback import complaints
from feedback.kinds import KINDS
from feedback.models import Role, Topic
from feedback.pack import evidence_pack
from feedback.pack_pdf import pdf
from feedback.rows import record_own
from influencers.models import Account, Influencer
from tests.feedback.people import Platform, host
from tests.feedback.test_complaints import DAY, HOUR, T0, upheld

pytestmark = pytest.mark.django_db
TEXT = "货不对板。Call me: 138 0013 8000."


def filed() -> complaints.Filed:
    who = host()
    Influencer.objects.filter(pk=who.pk).update(operator="北方直播间", agency="青橙网络")
    Account.objects.create(source_id="a1", influencer=who, platform="kuaishou", handle="xiaoman")
    now = timezone.now()
    show = {"session_id": "s1", "influencer_id": "h1", "started_at": now - 3 * DAY, "orders": 4, "platform": "kuaishou"}
    record_own(kind=KINDS["sessions"], row=show, at=now)
    return complaints.file_complaint(
        influencer=Influencer.objects.get(),
        topic=Topic.NOT_AS_SHOWN,
        text=TEXT,
        receipt=Platform().receipt("A-9", session="s1", amount="199"),
        at=now,
    )


def test_the_pack_holds_complaint_receipt_show_timeline_host_and_operator(client: Client) -> None:
    found = filed()
    clerk = User.objects.create_user("li.wei")
    complaints.acknowledge(case=found.case, at=timezone.now(), actor=clerk)
    answer = client.get(f"/api/v1/complaints/{found.token}/evidence/")
    pack: dict[str, Any] = answer.json()
    assert answer["Content-Disposition"].startswith("attachment")
    assert pack["complaint"]["text"] == TEXT
    assert pack["receipt"] == {"order_id": "A-9", "amount": "199.00", "session_id": "s1", "verified": True}
    assert pack["session"]["session_id"] == "s1"
    assert pack["host"]["operator"] == "北方直播间"
    assert pack["host"]["accounts"] == [{"platform": "kuaishou", "handle": "xiaoman"}]
    assert pack["against"] == {"who": "host", "name": "周小满农家铺"}
    assert [line["event"] for line in pack["timeline"]] == ["received", "acknowledged"]
    assert "li.wei" not in answer.content.decode()
    assert found.token not in answer.content.decode()


def test_its_digest_can_be_checked_by_anybody() -> None:
    pack = evidence_pack(filed().case, at=T0)
    digest = pack.pop("digest")
    canonical = json.dumps(pack, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert digest == "sha256:" + hashlib.sha256(canonical.encode()).hexdigest()


def test_a_decision_and_its_remedy_are_in_it() -> None:
    case = complaints.answer(
        case=complaints.file_complaint(influencer=host(), topic=Topic.QUALITY, text="x", at=T0).case,
        text="Ours. Ask chen@example.com",
        role=Role.HOST,
        at=T0 + HOUR,
    )
    case = complaints.remedy_done(case=upheld(case), at=T0 + 5 * DAY)
    pack = evidence_pack(case, at=T0 + 6 * DAY)
    assert pack["decision"] == {
        "at": "2026-03-06T09:00:00+00:00",
        "reason": "Photo shows it.",
        "fault": "merchant",
        "shares": {},
        "remedy": "refund",
        "remedied_at": "2026-03-07T09:00:00+00:00",
    }
    assert "chen@example.com" not in str(pack)


def test_the_pdf_comes_with_the_token_alone(client: Client) -> None:
    found = filed()
    answer = client.get(f"/api/v1/complaints/{found.token}/evidence.pdf")
    assert answer.content.startswith(b"%PDF-")
    assert answer["Content-Type"] == "application/pdf"
    assert client.get("/api/v1/complaints/nobody/evidence.pdf").status_code == 404
    assert client.get("/api/v1/complaints/nobody/evidence/").status_code == 404


def test_a_long_complaint_goes_over_several_pages() -> None:
    case = complaints.file_complaint(influencer=host(), topic=Topic.OTHER, text="长" * 5000 + "<b>&", at=T0).case
    made = evidence_pack(case, at=T0)
    assert pdf(made) == pdf(made)
    assert pdf(made).count(b"/Type /Page\n") >= 3


def test_a_sign_the_font_does_not_have_is_said_by_its_name() -> None:
    pack = evidence_pack(filed().case, at=T0)
    pack["complaint"]["text"] = "Sour \U0001f600 <b> & 酸"
    plain = {**pack, "complaint": {**pack["complaint"], "text": "Sour [grinning face] <b> & 酸"}}
    assert pdf(pack) == pdf(plain)
    other = {**pack, "complaint": {**pack["complaint"], "text": "Sour 㷞 <b> & 酸"}}
    assert pdf(pack) != pdf(other)
