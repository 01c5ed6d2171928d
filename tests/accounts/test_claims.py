"""Who speaks for an influencer, and what staff need to say so."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission, User
from django.db import IntegrityError, transaction
from django.test import Client

from ratings.members import claims, roles
from ratings.members.refusal import NotPossible
from ratings.models import Claim, MemberEvent
from tests.accounts.people import AT, account, speaker
from tests.feedback.people import host

pytestmark = pytest.mark.django_db


def test_only_an_approved_claim_opens_a_page(client: Client) -> None:
    influencer, user = host(), account("lin")
    client.force_login(user)
    answer = client.post(f"/me/claim/{influencer.slug}/", {"statement": "Write to my Kuaishou account."})
    assert answer.status_code == 302
    assert "waiting for our decision" in client.get("/me/").content.decode()
    assert client.get(f"/me/{influencer.slug}/").status_code == 404
    assert roles.influencers_of(user) == []
    claims.decide(claim=Claim.objects.get(), approve=True, reason="Seen.", by=account("staff", is_staff=True), at=AT)
    assert client.get(f"/me/{influencer.slug}/").status_code == 200
    claims.end(claim=Claim.objects.get(), reason="The agency changed.", by=User.objects.get(username="staff"), at=AT)
    assert client.get(f"/me/{influencer.slug}/").status_code == 404
    kinds = list(MemberEvent.objects.order_by("id").values_list("kind", flat=True))
    assert kinds == ["claimed", "claim_approved", "claim_ended"]


def test_what_is_refused() -> None:
    influencer, user, staff = host(), account("lin"), account("staff", is_staff=True)
    with pytest.raises(NotPossible, match="how we can tell"):
        claims.claim(influencer=influencer, user=user, statement=" ", at=AT)
    made = claims.claim(influencer=influencer, user=user, statement="me", at=AT)
    with pytest.raises(NotPossible, match="already"):
        claims.claim(influencer=influencer, user=user, statement="me", at=AT)
    with pytest.raises(NotPossible, match="reason"):
        claims.decide(claim=made, approve=True, reason=" ", by=staff, at=AT)
    with pytest.raises(NotPossible, match="their own"):
        claims.decide(claim=made, approve=True, reason="me", by=user, at=AT)
    claims.decide(claim=made, approve=False, reason="No answer.", by=staff, at=AT)
    with pytest.raises(NotPossible, match="decided already"):
        claims.decide(claim=made, approve=True, reason="x", by=staff, at=AT + timedelta(days=1))
    claims.claim(influencer=influencer, user=user, statement="now with proof", at=AT)  # may try again
    for number in range(2):
        claims.claim(influencer=host(f"h{number + 2}"), user=user, statement="me", at=AT)
    with pytest.raises(NotPossible, match="wait"):
        claims.claim(influencer=host("h9"), user=user, statement="me", at=AT)


def test_the_log_only_grows() -> None:
    speaker("lin", host())
    for change in (MemberEvent.objects.update, MemberEvent.objects.all().delete):
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            change(**({"reason": "x"} if change == MemberEvent.objects.update else {}))


def test_staff_decide_in_the_admin_with_a_reason(client: Client) -> None:
    made = claims.claim(influencer=host(), user=account("lin"), statement="me", at=AT)
    staff = account("staff", is_staff=True)
    client.force_login(staff)
    path = "/admin/ratings/claim/"
    fields = {"action": "approve", "_selected_action": [made.pk]}
    assert client.post(path, fields).status_code == 403
    staff.user_permissions.add(Permission.objects.get(codename="view_claim"))
    client.post(path, fields | {"reason": "Seen."})
    made.refresh_from_db()
    assert made.state == "pending", "who may look may not decide"
    staff.user_permissions.add(Permission.objects.get(codename="change_claim"))
    asked = client.post(path, fields)
    assert asked.status_code == 200
    assert 'name="reason"' in asked.content.decode()
    assert client.post(path, fields | {"reason": "Seen in the back office."}).status_code == 302
    made.refresh_from_db()
    assert (made.state, made.decided_by, made.reason) == ("approved", staff, "Seen in the back office.")


def test_a_merchant_signs_up_by_itself(client: Client) -> None:
    user = account("buyer")
    client.force_login(user)
    assert client.post("/me/merchant/", {"name": "  "}).status_code == 400
    assert client.post("/me/merchant/", {"name": "晨光优选"}).status_code == 302
    assert [merchant.name for merchant in roles.merchants_of(user)] == ["晨光优选"]
    assert roles.merchants_of(account("other")) == []
