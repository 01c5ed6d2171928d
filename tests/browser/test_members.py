"""A merchant and a host in a real browser: from sign-up to appeal, with axe on every page of their own."""

import re
import zipfile
from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from django.core import mail
from django.core.cache import cache
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from feedback.kinds import KINDS
from feedback.models import Review
from feedback.rows import record_own
from influencers import search
from influencers.models import Influencer
from ratings import publication, runs
from ratings.days import policy_date
from ratings.growth import plan
from ratings.growth.own import own
from ratings.members import claims
from ratings.models import Claim, Contest, Follow, GrowthPlan, Reply, Run
from ratings.models.governance import Appeal
from tests.accounts.people import PASSWORD, account
from tests.browser.chromium import LANGUAGES, MARKS, THEMES, WIDTHS, confirmed, look, opened
from tests.feedback.people import host
from tests.governance.people import acted

pytestmark = MARKS


@pytest.fixture
def lin() -> Influencer:
    """A host with some weeks of shows, reviews and complaints, rated and published as of today."""
    cache.clear()
    influencer, now = host("h1", name="林小雨手作"), timezone.now()

    def row(kind: str, name: str, days: float, **values: Any) -> None:
        of = KINDS[kind]
        at = now - timedelta(days=days)
        record_own(kind=of, row={of.key: name, "influencer_id": "h1", of.event_time: at, **values}, at=at)

    for show in range(20):
        row("sessions", f"s{show}", 40 - show * 2, orders=30, viewers=3000, commenters=200)
        for k in range(3):
            mark = 3 if (show + k) % 4 == 0 else 5
            row("reviews", f"r{show}-{k}", 39.9 - show * 2 + k / 10, reviewer_id=f"b{show}-{k}", professionalism=mark,
                service=mark, as_described=4, verified=True, text="不错")  # fmt: skip
        if show % 6 == 0:
            row("complaints", f"c{show}", 39 - show * 2, severity="moderate", status="upheld", fault="influencer")
    run = runs.rate(as_of=policy_date(now) + timedelta(days=1), at=now)
    publication.publish(run=run, at=now)
    search.refresh(influencers={influencer.pk})
    influencer.refresh_from_db()
    return influencer


def planned(lin: Influencer, made: dict[str, Any]) -> None:
    """The plan that the service's clock would have made; many ratings, so it is made once for all tests here."""
    at, run = timezone.now(), Run.objects.get()
    made["document"] = made.get("document") or plan.make(own=own(influencer=lin, at=at))
    GrowthPlan.objects.create(influencer=lin, run=run, as_of=run.as_of, document=made["document"], made_at=at)


@pytest.fixture(scope="module")
def made() -> dict[str, Any]:
    return {}


def sign_up(page: Page, site: str, email: str) -> None:
    page.goto(f"{site}/accounts/signup/")
    page.locator("input[name=email]").fill(email)
    page.locator("input[name=password1]").fill(PASSWORD)
    page.locator("input[name=password2]").fill(PASSWORD)
    page.locator("main form button[type=submit]").click()
    page.wait_for_url("**/accounts/confirm-email/")
    link = re.search(r"http://\S+/confirm-email/\S+", str(mail.outbox[-1].body))
    assert link
    page.goto(link[0])
    confirmed(page)
    if "/login" in page.url:
        sign_in(page, site, email)


def sign_in(page: Page, site: str, name: str) -> None:
    page.goto(f"{site}/accounts/login/")
    page.locator("input[name=login]").fill(name)
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("main form button[type=submit]").click()
    page.wait_for_url("**/me/")


@pytest.mark.parametrize("script", [True, False])
def test_a_merchant(browser: Browser, live_server: LiveServer, lin: Influencer, script: bool) -> None:
    page, errors = opened(browser, java_script_enabled=script, locale="en-GB")
    sign_up(page, live_server.url, "buyer@example.org")
    page.get_by_role("button", name="Open a merchant's page").or_(
        page.get_by_role("link", name="Open a merchant's page")
    ).click()
    page.get_by_label("Name of the shop or company").fill("晨光优选")
    page.get_by_role("button", name="Open it").click()
    page.get_by_role("link", name="晨光优选").click()
    page.get_by_label("Find a host by name or handle").fill("林小雨")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("button", name="Follow 林小雨手作").click()
    expect(page.get_by_role("button", name="Follow 林小雨手作")).to_have_count(0)
    assert Follow.objects.get().influencer == lin
    page.get_by_label("Address of the web-hook").fill("https://127.0.0.1/hook")
    page.get_by_role("button", name="Add the web-hook").click()
    expect(page.get_by_text(re.compile("private network|back to this service")).first).to_be_visible()
    page.get_by_label("Name of the key").fill("till")
    page.get_by_role("button", name="Make a key").click()
    expect(page.locator("code.keep")).to_contain_text(".")
    assert [error for error in errors if "400" not in error] == []


def test_a_host(browser: Browser, live_server: LiveServer, lin: Influencer, made: dict[str, Any]) -> None:
    page, errors = opened(browser, locale="en-GB")
    site = live_server.url
    sign_up(page, site, "lin@example.org")
    page.get_by_label("Find your name or handle").fill("林小雨")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("link", name="林小雨手作").click()
    page.get_by_label("How can we tell").fill("Write to my account.")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("waiting for our decision")).to_be_visible()
    account("staff", is_staff=True, is_superuser=True)
    staff, _errors = opened(browser, locale="en-GB")
    staff.goto(f"{site}/admin/")
    staff.locator("input[name=login]").fill("staff")
    staff.locator("input[name=password]").fill(PASSWORD)
    staff.locator("main form button[type=submit]").click()
    staff_decide(staff, site, "claim", "approve", "Seen in the back office.")
    assert Claim.objects.get().state == "approved"
    acted(lin, "PRM-01", at=timezone.now() - timedelta(hours=1))
    page.goto(f"{site}/me/")
    page.get_by_role("link", name="林小雨手作").click()
    expect(page.get_by_role("heading", name="Today")).to_be_visible()
    nav = page.get_by_label("Your host pages")
    nav.get_by_role("link", name="Growth plan").click()
    expect(page.get_by_text("Your plan is being made")).to_be_visible()
    planned(lin, made)
    page.get_by_role("link", name="Look again").click()
    expect(page.get_by_role("heading", name="Most to win first")).to_be_visible()
    earlier = GrowthPlan.objects.get()
    earlier.pk, earlier.as_of = None, earlier.as_of - timedelta(days=40)
    earlier.made_at -= timedelta(days=40)
    earlier.save()
    page.reload()
    progress = page.get_by_role("region", name="Progress")
    expect(progress.get_by_role("row").nth(1)).to_be_visible()  # each aim of the last plan against what was seen since
    nav.get_by_role("link", name="What if").click()
    page.get_by_label("upheld complaints answered").fill("3")
    page.get_by_role("button", name="Compute").click()
    expect(page.locator(".notice .lead")).to_contain_text("would be")
    nav.get_by_role("link", name="Reviews and replies").click()
    page.get_by_role("link", name="Reply", exact=True).first.click()
    page.get_by_label("Your public reply").fill("<script>alert(1)</script> thank you")
    page.get_by_role("button", name="Publish the reply").click()
    expect(page.get_by_text("no HTML, no scripts").first).to_be_visible()
    page.get_by_label("Your public reply").fill("Thank you for coming back to us.")
    page.get_by_role("button", name="Publish the reply").click()
    assert Reply.objects.get().text == "Thank you for coming back to us."
    page.get_by_role("link", name="Contest it").first.click()
    page.get_by_label("What is wrong with it").fill("Not a buyer of ours.")
    page.get_by_role("button", name="Contest it").click()
    contest = Contest.objects.get()
    assert contest.kind == "reviews"
    staff_decide(staff, site, "contest", "uphold", "No order of that account is known.")
    contest.refresh_from_db()
    assert contest.state == "upheld"
    assert Review.objects.get(source_id=contest.source_id).voided_at is not None
    nav.get_by_role("link", name="Contests and appeals").click()
    expect(page.get_by_text("No order of that account is known.").first).to_be_visible()
    page.get_by_role("link", name="Appeal", exact=True).click()
    page.get_by_label("Your grounds").fill("The claim was true.\nThe clip is cut.")
    page.get_by_role("button", name="File the appeal").click()
    assert Appeal.objects.get().grounds == ["The claim was true.", "The clip is cut."]
    expect(page.get_by_text("The decision is due by")).to_be_visible()
    nav.get_by_role("link", name="Standing").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download").first.click()
    with zipfile.ZipFile(download.value.path()) as archive:
        assert "reviews" in " ".join(archive.namelist())
    assert [error for error in errors if "400" not in error] == []


def staff_decide(page: Page, site: str, model: str, action: str, reason: str) -> None:
    """Take an action on the one row of a list, with its reason."""
    page.goto(f"{site}/admin/ratings/{model}/")
    page.locator("input.action-select").first.check()
    page.locator("select[name=action]").select_option(action)
    page.locator("button[name=index]").click()
    page.locator("textarea[name=reason]").fill(reason)
    page.get_by_role("button", name="Do it").click()
    page.locator(".messagelist").wait_for()


def test_no_violation_no_overflow_no_error(
    browser: Browser, live_server: LiveServer, lin: Influencer, made: dict[str, Any]
) -> None:
    """Every page of an account's own at both widths, in both themes and both languages."""
    page, _errors = opened(browser)
    site, user = live_server.url, account("both")
    at = timezone.now()
    planned(lin, made)
    speaks = claims.claim(influencer=lin, user=user, statement="me", at=at)
    claims.decide(claim=speaks, approve=True, reason="ok", by=account("staff"), at=at)
    action = acted(lin, "PRM-01", at=at - timedelta(hours=1))
    sign_in(page, site, "both")
    page.goto(f"{site}/me/merchant/")
    page.locator("input[name=name]").fill("Shop")
    page.locator("main form button[type=submit]").click()
    page.goto(f"{site}/accounts/reauthenticate/")
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("main form button[type=submit]").click()
    kept = page.context.storage_state()
    review = Review.objects.order_by("pk")[0].source_id
    mine = f"/me/{lin.slug}"
    own = [
        "/me/", "/me/merchant/", f"{mine}/", f"{mine}/plan/", f"{mine}/what-if/?complaints=2", f"{mine}/reviews/",
        f"{mine}/reviews/{review}/reply/", f"{mine}/contest/reviews/{review}/", f"{mine}/cases/", f"{mine}/workload/",
        f"{mine}/appeal/{action.pk}/", f"/me/claim/{lin.slug}/", "/watchlist/", "/watchlist/?q=林", "/accounts/email/",
        "/accounts/password/change/", "/accounts/2fa/", "/accounts/2fa/totp/activate/", "/accounts/sessions/",
        "/accounts/logout/",
    ]  # fmt: skip
    strangers = ["/accounts/login/", "/accounts/signup/", "/accounts/password/reset/", "/accounts/confirm-email/"]
    found: list[str] = []
    for width, theme, language in product(WIDTHS, THEMES, LANGUAGES):
        options: dict[str, Any] = {"viewport": {"width": width, "height": 800}, "color_scheme": theme}
        where = f"{width} {theme} {language}"
        for paths, session in ((own, {"storage_state": kept}), (strangers, {})):
            page, errors = opened(browser, **options, **session)
            found += look(page, site, paths, where, language)
            found += [f"{where}: {error}" for error in errors if "400" not in error]
            page.context.close()
    assert found == []
