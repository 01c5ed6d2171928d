"""The staff's way through the admin: each group does its own part, and sees first what it would do."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from feedback import complaints
from feedback.models import Fault, Remedy, Role, Topic
from influencers.models import Influencer
from ratings.governance import actions
from ratings.models import Alert, AlertEvent
from ratings.models.governance import Action, Appeal, Case, Event, Notice, Standing
from tests.admin.staff import GROUPS, as_of, filled, member
from tests.governance.people import AT, case, host, issued
from tests.pages.published import influencer

pytestmark = pytest.mark.django_db
SURE = {"confirmed": "yes"}


def alert(about: Influencer, **more: Any) -> Alert:
    given = {
        "rule": "refunds", "cause": "refunds:2026-01", "severity": 3, "desk": "moderators", "suggestion": "look",
        "reason_en": "Refunds are five times those of peers.", "reason_zh": "退款是同类的五倍。",
        "evidence": {"ratio": 5.0}, "code": "PRM-01", "raised_at": AT, "due_at": AT, "last_seen_at": AT,
    }  # fmt: skip
    return Alert.objects.create(influencer=about, **{**given, **more})


def issue_form(client: Client, of: Case, **more: str) -> dict[str, Any]:
    given = {"public_summary": "A misleading claim about a cream.", "language": "zh-hans", **more}
    return filled(client, f"/admin/ratings/case/{of.pk}/step/issue/", **given)


def test_from_alert_to_an_overturned_warning() -> None:
    about = host("星河大牌日")
    found = alert(about)
    moderator, reviewer = as_of("Moderator"), as_of("Appeals reviewer")
    address = f"/admin/ratings/case/open/{about.pk}/?alert={found.pk}"
    given = filled(moderator, address, facts="The host said that the cream heals acne.")
    assert given["code"] == "PRM-01"
    preview = moderator.post(address, given)
    assert "Nothing has happened yet." in preview.content.decode()
    assert (Case.objects.count(), Alert.objects.get().state) == (0, "open")
    moderator.post(address, given | SURE)
    moderator.post(address, given | SURE)  # sent twice: one case
    opened = Case.objects.get()
    assert (opened.automated_detection, opened.opened_by_name) == (True, "moderator")
    assert Alert.objects.get().state == "acted"

    address = f"/admin/ratings/case/{opened.pk}/step/issue/"
    given = issue_form(moderator, opened)
    rehearsed = moderator.post(address, given).context["rehearsal"]
    assert (rehearsed.before.balance, rehearsed.after.balance) == (100, 88)
    assert not Action.objects.exists()
    assert not Notice.objects.exists()
    moderator.post(address, given | SURE)
    action = Action.objects.get()
    assert (action.level, action.state, action.decided_by.username) == ("L1", "in_force", "moderator")
    (letter,), sent = rehearsed.letters, Notice.objects.get()
    number = re.compile(rf"(no\. |编号 ?|第 ?)?\b{action.pk}\b")
    for language in ("en", "zh"):
        assert getattr(letter, f"subject_{language}") == getattr(sent, f"subject_{language}")
        shown, written = (getattr(notice, f"body_{language}") for notice in (letter, sent))
        differ = [(a, b) for a, b in zip(shown.splitlines(), written.splitlines(), strict=True) if a != b]
        assert all(number.search(b) or re.search(r"\d\d:\d\d", b) for _a, b in differ), differ
        assert len(differ) <= 2  # its number, and the minute if one has passed meanwhile

    address = f"/admin/ratings/action/{action.pk}/step/appeal/"
    grounds = filled(moderator, address, grounds="The cream is registered.\nThe words were about another cream.")
    moderator.post(address, grounds | SURE)
    appeal = Appeal.objects.get()
    assert appeal.on_behalf
    assert len(appeal.grounds) == 2
    address = f"/admin/ratings/appeal/{appeal.pk}/step/"
    assert moderator.post(f"{address}decide/", SURE).status_code == 403
    reviewer.post(f"{address}acknowledge/", SURE)
    decision = {"outcome": "overturned", "reason": "The registration covers it.", "answer0": "It is.", **SURE}
    half = reviewer.post(f"{address}decide/", decision)
    assert "answer1" in half.context["form"].errors
    reviewer.post(f"{address}decide/", decision | {"answer1": "They were."})
    appeal.refresh_from_db()
    assert (appeal.outcome, appeal.answers) == ("overturned", ["It is.", "They were."])
    assert Standing.objects.get().balance == 100
    action.refresh_from_db()
    assert action.state == "overturned"
    page = reviewer.get(f"/admin/influencers/influencer/{about.pk}/change/").content.decode()
    for words in ("100", "Refunds are five times", "The cream is registered.", "overturned"):
        assert words in page


def test_a_revocation_needs_its_second_person() -> None:
    opened = case(host(), "PRD-01", at=AT)
    one, other = as_of("Senior", "one"), as_of("Senior", "other")
    one.post(f"/admin/ratings/case/{opened.pk}/step/issue/", issue_form(one, opened) | SURE)
    action = Action.objects.get()
    assert (action.level, action.state) == ("L5", "proposed")
    address = f"/admin/ratings/action/{action.pk}/step/approve/"
    itself = one.post(address, {"reason": "Agreed.", **SURE})
    assert "does not approve it" in itself.content.decode()
    assert as_of("Moderator").post(address, {"reason": "Agreed.", **SURE}).status_code == 403
    queue = other.get("/admin/queue/").content.decode()
    assert "senior, not one" in queue
    preview = other.post(address, {"reason": "Agreed."}).content.decode()
    assert f"Decision no. {action.pk}." in preview
    other.post(address, {"reason": "Agreed.", **SURE})
    action.refresh_from_db()
    assert (action.state, action.approved_by_name) == ("in_force", "other")


def test_nobody_decides_what_they_issued() -> None:
    both = member("Appeals reviewer", "both")
    now = timezone.now()
    action = issued(case(host(), at=now), by=both, at=now)
    action_page = as_of("Moderator").get(f"/admin/ratings/action/{action.pk}/change/").content.decode()
    assert "File an appeal" in action_page
    client = as_of("Moderator")
    address = f"/admin/ratings/action/{action.pk}/step/appeal/"
    client.post(address, filled(client, address, grounds="It was not so.") | SURE)
    own = as_of("Appeals reviewer", "both")
    appeal = Appeal.objects.get()
    decision = {"outcome": "upheld", "reason": "It was.", "answer0": "It was.", **SURE}
    answer = own.post(f"/admin/ratings/appeal/{appeal.pk}/step/decide/", decision)
    assert "did not decide, approve or file" in answer.content.decode()
    appeal.refresh_from_db()
    assert appeal.state == "filed"


STEPS = {
    "case": ("issue", "hold", "release", "dismiss"),
    "action": ("approve", "refuse", "review", "cure", "lift", "reverse", "appeal"),
    "appeal": ("acknowledge", "decide", "withdraw"),
    "alert": ("dismiss", "acted"),
}
MAY = {
    "Moderator": {"issue", "hold", "release", "dismiss", "review", "cure", "appeal", "withdraw", "acted"},
    "Senior": set().union(*STEPS.values()) - {"acknowledge", "decide"},
    "Appeals reviewer": {"acknowledge", "decide"},
    "Analyst": set(),
}


@pytest.mark.parametrize("group", GROUPS)
def test_what_each_group_may(group: str) -> None:
    about = influencer("Someone")
    opened, found = case(about), alert(about)
    now = timezone.now()
    action = issued(case(about, "PRM-05", at=now), at=now)
    client = as_of("Moderator", "filer")
    address = f"/admin/ratings/action/{action.pk}/step/appeal/"
    client.post(address, filled(client, address, grounds="It was not so.") | SURE)
    events = (Event.objects.count(), AlertEvent.objects.count())
    records = {"case": opened, "action": action, "appeal": Appeal.objects.get(), "alert": found}
    asks = as_of(group)
    for model, names in STEPS.items():
        base = f"/admin/ratings/{model}/{records[model].pk}"  # type: ignore[attr-defined]
        assert asks.get(f"{base}/change/").status_code == 200
        assert asks.post(f"{base}/change/", {"state": "x"}).status_code == 403
        for name in names:
            assert asks.get(f"{base}/step/{name}/").status_code == (200 if name in MAY[group] else 403), name
            if name not in MAY[group]:
                assert asks.post(f"{base}/step/{name}/", {"reason": "x", **SURE}).status_code == 403
    assert asks.get(f"{base}/step/nonsense/").status_code == 404
    opens = asks.get(f"/admin/ratings/case/open/{about.pk}/").status_code
    assert opens == (200 if group in ("Moderator", "Senior") else 403)
    for page in ("/admin/", "/admin/queue/", "/admin/audit/", f"/admin/influencers/influencer/{about.pk}/change/"):
        assert asks.get(page).status_code == 200
    for model in ("case", "action", "appeal", "alert", "event", "notice", "outgoingemail", "standing", "run"):
        assert asks.get(f"/admin/ratings/{model}/").status_code == 200, model
    assert (Event.objects.count(), AlertEvent.objects.count()) == events


def test_alerts_are_dismissed_together_with_a_reason() -> None:
    about = host()
    rows = [alert(about, cause=f"c{n}") for n in range(3)]
    choice = {"action": "dismiss_chosen", "_selected_action": [row.pk for row in rows]}
    moderator = as_of("Moderator")
    assert "Refunds are five times" in moderator.post("/admin/ratings/alert/", choice).content.decode()
    moderator.post("/admin/ratings/alert/", choice | SURE | {"reason": " "})
    assert Alert.objects.filter(state="open").count() == 3
    as_of("Analyst").post("/admin/ratings/alert/", choice | SURE | {"reason": "a fair"})
    assert Alert.objects.filter(state="open").count() == 3
    moderator.post("/admin/ratings/alert/", choice | SURE | {"reason": "a fair"})
    assert set(Alert.objects.values_list("state", "settled_why", "settled_by__username")) == {
        ("dismissed", "a fair", "moderator")
    }


def test_the_queue_goes_by_severity_then_by_clock() -> None:
    about = host("阿岩户外")
    alert(about, cause="a", severity=2)
    alert(about, cause="b", severity=4)
    case(about, "PRM-02", at=AT)  # class D: low
    case(about, "PRM-01", at=AT)  # class B: high
    page = as_of("Analyst").get("/admin/queue/")
    assert [(item.urgency, str(item.what)) for item in page.context["items"]] == [
        (4, "alert"), (3, "case"), (2, "alert"), (1, "case"),
    ]  # fmt: skip
    only = as_of("Analyst").get("/admin/queue/?kind=cases").context["items"]
    assert [(item.urgency, item.due - AT) for item in only] == [(3, timedelta(days=14)), (1, timedelta(days=14))]
    assert page.content.decode().count("staff-late") == 4  # all are of a day long past
    for odd in ("?p=0", "?p=x", "?p=999999999", "?kind=nonsense"):
        assert as_of("Analyst").get(f"/admin/queue/{odd}").status_code == 200


def test_what_is_late_comes_first_whatever_waits_for_it() -> None:
    about, now = host(), timezone.now()
    day = timedelta(days=1)
    alert(about, cause="fresh", severity=2, raised_at=now, due_at=now + day)
    case(about, "PRC-01", at=now - 15 * day)
    case(about, "SVC-01", at=now)
    old = complaints.file_complaint(influencer=about, topic=Topic.QUALITY, text="Sour.", at=now - 20 * day).case
    old = complaints.answer(case=old, text="Sorry.", role=Role.HOST, at=now - 19 * day)
    verdict = {"severity": "moderate", "fault": Fault.MERCHANT, "remedy": Remedy.REFUND, "reason": "Seen."}
    complaints.uphold(case=old, at=now - 18 * day, **verdict)
    complaints.file_complaint(influencer=about, topic=Topic.QUALITY, text="Sour, too.", at=now)
    items = as_of("Senior").get("/admin/queue/").context["items"]
    assert [(str(item.what), item.due < now) for item in items if item.urgency == 2] == [
        ("complaint", True),  # its remedy was never carried out
        ("case", True),
        ("alert", False),
        ("complaint", False),
        ("case", False),
    ]
    assert [str(item.waits_for) for item in items if item.what == "complaint"] == ["moderator", "moderator"]


def test_the_audit_trail_merges_all_logs_and_pages() -> None:
    about = host()
    for _number in range(60):
        actions.dismiss(case=case(about), reason="nothing in it", by=member("Moderator"), at=AT)
    analyst = as_of("Analyst")
    seen, address = [], "/admin/audit/?log=governance"
    while address:
        page = analyst.get(address)
        seen += [line.what for line in page.context["lines"]]
        after = page.context["after"]
        address = f"/admin/audit/?log=governance&after={after}" if after else ""
    assert len(seen) == Event.objects.count() == 120
    by_whom = analyst.get("/admin/audit/?who=moderator").context["lines"]
    assert {line.who for line in by_whom} == {"moderator"}
    assert analyst.get("/admin/audit/?after=x-1.governance-abc.governance-99999999999999999999").status_code == 200


def test_words_of_others_are_shown_as_words(admin_client: Client) -> None:
    about = host("<b>bold</b>")
    opened = case(about, facts="<script>alert(1)</script>")
    issued(opened)
    for address in (
        f"/admin/ratings/case/{opened.pk}/change/",
        f"/admin/influencers/influencer/{about.pk}/change/",
        "/admin/audit/",
        "/admin/queue/",
    ):
        page = admin_client.get(address).content.decode()
        assert "<script>alert(1)" not in page
        assert "<b>bold</b>" not in page
