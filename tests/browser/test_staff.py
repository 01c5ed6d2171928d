"""Staff in Debian's Chromium, by group: an alert, a warning, its appeal; two people to revoke."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from feedback.models import Violation
from influencers.models import Influencer
from ratings import publication
from ratings.models import Alert, PublicDocument
from ratings.models.governance import Action, Notice, Standing
from tests.admin.staff import GROUPS, member
from tests.admin.test_governance_admin import alert
from tests.browser.chromium import AXE, MARKS, PATIENCE
from tests.governance.people import case
from tests.pages.published import influencer
from tests.publication.stored import AT, stored_run

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
WORDS = "password for a test"

pytestmark = MARKS


@pytest.fixture
def host(live_server: LiveServer) -> Iterator[Influencer]:
    """A published host of middling score."""
    about, other = influencer("星河大牌日"), influencer("周小满农家铺")
    publication.publish(run=stored_run({other: 82.0, about: 74.0}), at=AT)
    about.refresh_from_db()
    yield about
    with connection.cursor() as cursor:  # logs refuse DELETE, as they should
        cursor.execute("TRUNCATE ratings_run, influencers_influencer, influencers_category CASCADE")


def at_work(browser: Browser, site: str, group: str, name: str = "", **options: Any) -> Page:
    """A page of someone of this group who has logged in at the admin's door."""
    user = member(group, name)
    user.set_password(WORDS)
    user.save(update_fields=["password"])
    page = browser.new_context(**options).new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(f"{site}/admin/")
    page.locator("input[name=username], input[name=login]").fill(user.username)
    page.locator("input[name=password]").fill(WORDS)
    page.locator("input[type=submit], main button[type=submit]").last.click()
    expect(page.get_by_role("link", name="Queue", exact=True)).to_be_visible()
    return page


def in_two_looks(page: Page) -> str:
    """See what it would do, then do it; what the preview said."""
    page.get_by_role("button", name="See what it would do").click()
    expect(page.get_by_text("Nothing has happened yet.")).to_be_visible()
    shown = page.locator("main").inner_text()
    page.get_by_role("button", name="Yes, I am sure").click()
    expect(page.locator(".messagelist")).to_contain_text("Done")
    return shown


def test_from_an_alert_to_an_overturned_warning(browser: Browser, live_server: LiveServer, host: Influencer) -> None:
    site = live_server.url
    alert(host, raised_at=timezone.now() - timedelta(hours=2), due_at=timezone.now() + timedelta(days=3))
    moderator = at_work(browser, site, "Moderator")
    moderator.get_by_role("link", name="Queue", exact=True).click()
    moderator.get_by_role("link", name="refunds far above peers").click()
    moderator.get_by_role("link", name="Open a case").click()
    expect(moderator.get_by_label("facts")).to_have_value("Refunds are five times those of peers.")
    moderator.get_by_label("facts").fill("The host said that the cream heals acne.")
    in_two_looks(moderator)
    assert Alert.objects.get().state == "acted"

    moderator.get_by_role("link", name="Issue a measure").click()
    moderator.get_by_label("public summary").fill("一款面霜的功效宣传误导消费者")
    said = in_two_looks(moderator)
    action = Action.objects.get()
    assert (action.level, action.state) == ("L1", "in_force")
    notice = Notice.objects.get()
    for line in (*notice.body_en.splitlines(), *notice.body_zh.splitlines()):
        if str(action.pk) not in line and not re.search(r"\d\d:\d\d", line):
            assert line in said
    assert "100 → 88" in said
    document = PublicDocument.objects.get(influencer=host).data
    assert [row["public_summary"] for row in document["standing"]] == ["一款面霜的功效宣传误导消费者"]

    moderator.goto(f"{site}/admin/ratings/action/{action.pk}/change/")
    moderator.get_by_role("link", name="File an appeal on the host's behalf").click()
    moderator.get_by_label("grounds").fill("The cream is registered.\nAnother cream was meant.")
    in_two_looks(moderator)
    public = browser.new_page()
    public.goto(f"{site}/influencers/{host.slug}/?lang=en")
    expect(public.locator("main")).to_contain_text("under appeal")

    reviewer = at_work(browser, site, "Appeals reviewer")
    reviewer.goto(f"{site}/admin/queue/?kind=appeals")
    reviewer.get_by_role("link", name="warning PRM-01").click()
    reviewer.get_by_role("link", name="Acknowledge it").click()
    in_two_looks(reviewer)
    reviewer.get_by_role("link", name="Decide it").click()
    reviewer.get_by_label("outcome").select_option("overturned")
    reviewer.locator("[name=reason]").fill("The registration covers what was said.")
    reviewer.get_by_label("Answer to: The cream is registered.").fill("It is, and for this.")
    reviewer.get_by_label("Answer to: Another cream was meant.").fill("That no longer matters.")
    said = in_two_looks(reviewer)
    assert "It is, and for this." in said
    assert Standing.objects.get(influencer=host).balance == 100
    assert Violation.objects.get().status == "overturned"
    assert PublicDocument.objects.get(influencer=host).data["standing"][0]["overturned"]["on"]

    later = stored_run(dict.fromkeys(Influencer.objects.filter(pk=host.pk), 79.0), as_of=date(2026, 1, 2))
    publication.publish(run=later, at=timezone.now())  # the next close
    public.goto(f"{site}/influencers/{host.slug}/?lang=en")
    for words in ("Overturned on appeal", "79"):
        expect(public.locator("main")).to_contain_text(words)
    public.goto(f"{site}/transparency/?lang=en")
    expect(public.locator("main")).to_contain_text("overturned", ignore_case=True)
    reviewer.goto(f"{site}/admin/influencers/influencer/{host.pk}/change/")
    for found in ("100 / 100", "The registration covers", "Another cream was meant."):
        expect(reviewer.locator("main")).to_contain_text(found)


def test_a_revocation_needs_its_second_approver(browser: Browser, live_server: LiveServer, host: Influencer) -> None:
    site, opened = live_server.url, case(host, "PRD-01", at=timezone.now())
    one = at_work(browser, site, "Senior", "one")
    one.goto(f"{site}/admin/ratings/case/{opened.pk}/step/issue/")
    one.get_by_label("public summary").fill("Counterfeit goods.")
    in_two_looks(one)
    action = Action.objects.get()
    assert (action.level, action.state) == ("L5", "proposed")
    assert not Notice.objects.exists()
    approve = f"{site}/admin/ratings/action/{action.pk}/step/approve/"
    one.goto(approve)
    one.get_by_label("reason").fill("I agree with myself.")
    one.get_by_role("button", name="See what it would do").click()
    expect(one.locator(".errorlist")).to_contain_text("does not approve it")
    other = at_work(browser, site, "Senior", "other")
    other.goto(f"{site}/admin/queue/")
    expect(other.get_by_text("senior, not one")).to_be_visible()
    other.goto(approve)
    other.get_by_label("reason").fill("The goods were tested.")
    assert "Your card is closed" in in_two_looks(other).replace("your card is closed", "Your card is closed")
    action.refresh_from_db()
    assert (action.state, action.decided_by_name, action.approved_by_name) == ("in_force", "one", "other")


def test_an_analyst_changes_nothing(browser: Browser, live_server: LiveServer, host: Influencer) -> None:
    site, opened = live_server.url, case(host, at=timezone.now())
    found = alert(host)
    page = at_work(browser, site, "Analyst")
    for path in ("queue/", "audit/", f"influencers/influencer/{host.pk}/change/", f"ratings/case/{opened.pk}/change/"):
        assert page.goto(f"{site}/admin/{path}").status == 200  # type: ignore[union-attr]
        expect(page.locator(".staff-steps a:not([href^='/influencers'])")).to_have_count(0)
        expect(page.locator("main input[type=submit]:not([value=Show])")).to_have_count(0)
    for path in (f"case/{opened.pk}/step/issue/", f"alert/{found.pk}/step/dismiss/", f"case/open/{host.pk}/"):
        assert page.goto(f"{site}/admin/ratings/{path}").status == 403  # type: ignore[union-attr]
    assert page.goto(f"{site}/admin/import/").status == 403  # type: ignore[union-attr]


def test_axe_finds_nothing_and_the_policy_is_kept(browser: Browser, live_server: LiveServer, host: Influencer) -> None:
    site, opened = live_server.url, case(host, at=timezone.now())
    run = stored_run({host: 70.0}, as_of=date(2026, 1, 2))
    found = alert(host)
    paths = [
        *("", "queue/", "audit/", "import/", "ratings/alert/", "feedback/review/", "influencers/influencer/"),
        *(f"influencers/influencer/{host.pk}/change/", f"ratings/run/{run.pk}/compare/"),
        *(
            f"ratings/case/{opened.pk}/change/",
            f"ratings/case/{opened.pk}/step/issue/",
            f"ratings/case/open/{host.pk}/",
        ),
        *(f"ratings/alert/{found.pk}/change/", f"ratings/alert/{found.pk}/step/dismiss/"),
    ]
    problems: list[str] = []
    for theme, language in (("light", "en"), ("dark", "zh-hans")):
        page = at_work(browser, site, "Senior", color_scheme=theme)
        page.context.add_cookies([{"name": "django_language", "value": language, "url": site}])
        said: list[str] = []
        page.on("console", lambda message, said=said: said.append(f"{message.text} {message.location}"))
        for path in paths:
            page.goto(f"{site}/admin/{path}")
            problems += [text for text in said if "Content Security Policy" in text]
            page.evaluate(AXE)
            result = page.evaluate(f"axe.run(document, {{runOnly: {WCAG}, resultTypes: ['violations']}})")
            found_here = [f"{v['id']} {v['nodes'][0]['html'][:150]}" for v in result["violations"]]
            problems += [f"{theme} {language} {path}: {problem}" for problem in found_here]
            said.clear()  # axe's own: it copies the style sheets it looks into
        page.context.close()
    assert not problems, "\n".join(problems)
    assert User.objects.filter(groups__name__in=GROUPS).exists()
