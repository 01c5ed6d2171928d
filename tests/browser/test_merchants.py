"""A merchant in a real browser: signed up, checked, printed, many at once, told of a sanction by the worker."""

import csv
import hashlib
import hmac
import io
import json
import re
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from itertools import product
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.core import mail
from django.db import connection, connections
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from feedback.kinds import REFUNDS
from feedback.rows import record_own
from influencers.models import Influencer
from ratings import ledger, pieces
from ratings.jobs import tasks
from ratings.jobs.live_loop import work
from ratings.jobs.queue import Queue, defer_with
from ratings.models import Check, CheckBatch, Delivery, WatchEvent
from ratings.publication.serving import forget
from ratings.watchlist import sending
from tests.accounts.people import PASSWORD, account, buyer_of
from tests.browser.chromium import LANGUAGES, MARKS, THEMES, WIDTHS, confirmed, look, objections, opened
from tests.governance.people import acted
from tests.jobs.queueing import empty_queue, wait_for
from tests.pages.rated import rated_world

HEAD = "influencer,placement_fee,commission_rate,unit_price,unit_cost,category\n"

pytestmark = MARKS


@pytest.fixture
def hosts(live_server: LiveServer) -> Iterator[dict[str, Influencer]]:
    forget()
    pieces._kept.clear()
    with ledger.forgotten():
        now = timezone.now()
        found = rated_world(at=now)
        for key, week in product(found, range(2, 10)):
            came_back(key, week, now - timedelta(days=7 * week - 3))
        yield found
    with connection.cursor() as cursor:  # the log of publications refuses DELETE, as it should
        cursor.execute(
            "TRUNCATE ratings_run, ratings_trustclose, ratings_reviewtrust, ratings_bucketday, ratings_orderday, "
            "influencers_influencer, influencers_category CASCADE"
        )


def came_back(host: str, week: int, when: datetime) -> None:
    """One order of that week's show, five days after it: what comes back is known, without which nothing is avoided."""
    row = {"refund_id": f"{host}-back-{week}", "influencer_id": host, "session_id": f"{host}-sessions-{week}"}
    record_own(kind=REFUNDS, row={**row, "created_at": when, "reason": "no_reason"}, at=when)


@pytest.fixture
def worker(hosts: dict[str, Influencer], monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The whole worker, its live loop and its queue, on connections of its own."""
    monkeypatch.setitem(connection.settings_dict, "CONN_MAX_AGE", 0)
    empty_queue()
    done = threading.Event()

    def run() -> None:
        try:
            with Queue():
                work(now=timezone.now, stopped=done.is_set)
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    yield
    done.set()
    thread.join(timeout=120)
    assert not thread.is_alive()
    empty_queue()


class Shop(BaseHTTPRequestHandler):
    """A merchant's server: away twice, then there."""

    heard: list[tuple[dict[str, str], bytes]] = []
    answers: list[int] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.heard.append((dict(self.headers), body))
        self.send_response(self.answers.pop(0) if self.answers else 204)
        self.end_headers()

    def log_message(self, *_given: Any) -> None:
        pass


@pytest.fixture
def shop(settings: Settings) -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Shop)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    settings.WEBHOOK_EXEMPT = [f"127.0.0.1:{server.server_port}"]
    Shop.heard, Shop.answers = [], [503, 500]
    yield f"http://127.0.0.1:{server.server_port}/clearhost"
    server.shutdown()
    thread.join()
    server.server_close()


def sign_up(page: Page) -> None:
    """From the page that explains the check: an account, the letter, its link, and back to where one wanted to go."""
    page.get_by_role("link", name="Before paying").click()
    page.get_by_role("link", name="Create a free account").or_(
        page.get_by_role("button", name="Create a free account")
    ).click()
    page.locator("input[name=email]").fill("buyer@example.org")
    page.locator("input[name=password1]").fill(PASSWORD)
    page.locator("input[name=password2]").fill(PASSWORD)
    page.locator("main form button[type=submit]").click()
    page.wait_for_url("**/accounts/confirm-email/")
    link = re.search(r"http://\S+/confirm-email/\S+", str(mail.outbox[-1].body))
    assert link
    page.goto(link[0])
    confirmed(page)
    if "/login" in page.url:
        page.locator("input[name=login]").fill("buyer@example.org")
        page.locator("input[name=password]").fill(PASSWORD)
        page.locator("main form button[type=submit]").click()
    page.wait_for_load_state()


def ask(page: Page, site: str, host: Influencer, fee: str) -> None:
    page.goto(f"{site}/check/?influencer={host.slug}")
    expect(page.get_by_label("Host")).to_have_value(str(host.name))
    page.get_by_label("Placement fee").fill(fee)
    page.get_by_label("Commission", exact=True).fill("20%")
    page.get_by_label("What one order pays").fill("100")
    page.get_by_label("What the goods of one order cost you").fill("40")
    page.get_by_role("button", name="Check these terms").click()
    page.wait_for_url(re.compile(r"/check/[0-9a-f-]{36}/"))


@pytest.mark.parametrize("script", [True, False])
def test_from_sign_up_to_the_sheet(
    browser: Browser, live_server: LiveServer, hosts: dict[str, Influencer], script: bool, tmp_path: Path
) -> None:
    page, errors = opened(browser, java_script_enabled=script, locale="en-GB")
    site = live_server.url
    page.goto(site)
    sign_up(page)
    ask(page, site, hosts["h1"], "300000")
    expect(page.locator(".verdict")).to_have_text("Avoid")
    expect(page.locator(".why")).to_contain_text("The fee is earned back in 0 of 100 cases")
    expect(page.locator(".lead").first).to_contain_text("Most likely −29")
    assert Check.objects.get().request["placement_fee"] == "300000"
    sheet = page.pdf(format="A4", path=tmp_path / "sheet.pdf") if script else b""
    assert len(re.findall(rb"/Type\s*/Page\b(?!s)", sheet)) == int(script), "prints on one sheet"
    if script:
        slider = page.get_by_label("Another fee")
        with page.expect_response(lambda answer: "fee=" in answer.url):
            slider.fill(slider.get_attribute("min") or "0")
        expect(page.locator("#at-fee strong").first).to_have_text("0")
    page.get_by_text("Check other terms").click()
    expect(page.get_by_label("Placement fee")).to_have_value("300000")
    page.get_by_label("Placement fee").fill("0")
    page.get_by_role("button", name="Check these terms").click()
    expect(page.locator(".verdict")).to_have_text("Go")
    orders = "order_id,amount,status,buyer_id\n" + "".join(f"o{k},100,cancelled,b{k}\n" for k in range(60))
    page.get_by_label("Order export").set_input_files(
        {"name": "orders.csv", "mimeType": "text/csv", "buffer": orders.encode()}
    )
    page.get_by_role("button", name="Audit these orders").click()
    expect(page.get_by_text("Brushed: orders were placed to be undone.")).to_be_visible()
    assert [error for error in errors if "400" not in error] == []


def sign_in(page: Page, site: str, name: str, path: str) -> None:
    page.goto(f"{site}/accounts/login/?next={path}")
    page.locator("input[name=login]").fill(name)
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("main form button[type=submit]").click()
    page.wait_for_url(f"**{path}")


def test_two_hundred_rows_come_back_as_csv_and_as_xlsx(
    browser: Browser, live_server: LiveServer, hosts: dict[str, Influencer]
) -> None:
    account("shop")
    page, errors = opened(browser, locale="en-GB")
    sign_in(page, live_server.url, "shop", "/check/")
    slugs = [str(host.slug) for host in hosts.values()]
    lines = [f"{slugs[k % 3]},{100 * k},20%,100,40,food\n" for k in range(199)] + ["nobody,1,20%,100,40,food\n"]
    file = {"name": "合作.csv", "mimeType": "text/csv", "buffer": (HEAD + "".join(lines)).encode("gb18030")}
    for form in ("csv", "xlsx"):
        page.get_by_label("CSV or XLSX file").set_input_files(file)  # type: ignore[arg-type]
        page.get_by_label("Answer as").select_option(form)
        with page.expect_download() as download:
            page.get_by_role("button", name="Check the file").click()
        body = download.value.path().read_bytes()
        if form == "csv":
            rows = list(csv.reader(io.StringIO(body.decode("utf-8-sig"))))
        else:
            sheet = openpyxl.load_workbook(io.BytesIO(body)).active
            assert sheet is not None
            rows = [[str(cell or "") for cell in row] for row in sheet.iter_rows(values_only=True)]
        assert len(rows) == 201
        assert (rows[1][2], rows[199][2]) == ("Go", "Avoid")
        assert rows[200][-1].startswith("influencer: is not known")
    assert errors == []


def test_a_longer_file_is_answered_by_the_worker(
    browser: Browser, live_server: LiveServer, hosts: dict[str, Influencer], worker: None
) -> None:
    account("shop")
    page, errors = opened(browser, locale="en-GB")
    sign_in(page, live_server.url, "shop", "/check/")
    text = HEAD + f"{hosts['h1'].slug},100,20%,100,40,food\n" * 600
    page.get_by_label("CSV or XLSX file").set_input_files(
        {"name": "long.csv", "mimeType": "text/csv", "buffer": text.encode()}
    )
    page.get_by_role("button", name="Check the file").click()
    page.wait_for_url(re.compile(r"/check/many/[0-9a-f-]{36}/"))
    page.get_by_text("All 600 rows are answered.").wait_for()
    with page.expect_download() as download:
        page.get_by_role("link", name="Answers as CSV").or_(page.get_by_role("button", name="Answers as CSV")).click()
    assert len(download.value.path().read_text(encoding="utf-8-sig").splitlines()) == 601
    assert CheckBatch.objects.get().counts == {"go": 600}
    assert errors == []


def test_a_sanction_reaches_the_shop_through_the_worker(
    browser: Browser,
    live_server: LiveServer,
    hosts: dict[str, Influencer],
    worker: None,
    shop: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Refused twice, it comes again under the same id, later each time; the signature is the secret's."""
    monkeypatch.setattr(sending, "PATIENCE", (timedelta(seconds=1), timedelta(seconds=2), timedelta(seconds=4)))
    buyer_of("晨光")
    page, errors = opened(browser, locale="en-GB")
    sign_in(page, live_server.url, "晨光", "/watchlist/")
    page.get_by_label("Find a host by name or handle").fill("星河")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("button", name="Follow 星河大牌日").click()
    page.get_by_label("Address of the web-hook").fill("http://169.254.169.254/latest/")
    page.get_by_role("button", name="Add the web-hook").click()
    expect(page.get_by_text("begins with https://").last).to_be_visible()
    page.get_by_label("Address of the web-hook").fill(shop)
    page.get_by_role("button", name="Add the web-hook").click()
    secret = page.locator("code.keep").inner_text()
    before = len(mail.outbox)
    acted(hosts["h2"], "PRM-01", at=timezone.now() - timedelta(seconds=1))

    def told() -> bool:
        defer_with(tasks.tell_watchers, timestamp=0)  # the clock would, once a minute
        return Delivery.objects.filter(hook__isnull=False, state="sent").exists()

    wait_for(told, seconds=180)
    kinds = set(WatchEvent.objects.values_list("kind", flat=True))
    assert "sanction" in kinds
    by_id: dict[str, list[tuple[dict[str, str], bytes]]] = {}
    for headers, body in Shop.heard:
        by_id.setdefault(headers["Clearhost-Event"], []).append((headers, body))
    assert len(Shop.heard) >= 3
    for name, calls in by_id.items():
        assert len({body for _headers, body in calls}) == 1, "the same words under the same id"
        for headers, body in calls:
            assert json.loads(body)["id"] == name
            stamp = headers["Clearhost-Signature"].partition(",")[0][2:]
            mark = hmac.new(secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
            assert headers["Clearhost-Signature"] == f"t={stamp},v1={mark}"
    assert any(json.loads(body)["type"] == "sanction" for _headers, body in Shop.heard)
    assert max(Delivery.objects.filter(hook__isnull=False).values_list("attempts", flat=True)) >= 2
    assert any("星河大牌日" in letter.subject for letter in mail.outbox[before:])
    page.goto(f"{live_server.url}/watchlist/")
    expect(page.locator(".timeline")).to_contain_text("public sanction")
    assert [error for error in errors if "400" not in error] == []


def test_no_violation_no_overflow_no_error(
    browser: Browser, live_server: LiveServer, hosts: dict[str, Influencer]
) -> None:
    site = live_server.url
    user, _merchant = buyer_of("shop")
    page, _errors = opened(browser, locale="en-GB")
    sign_in(page, site, "shop", "/check/")
    ask(page, site, hosts["h2"], "3000")
    sheet = page.url.removeprefix(site)
    page.get_by_role("button", name="Follow this host").click()
    expect(page.get_by_role("button", name="Follow this host")).to_have_count(0)
    orders = "order_id,amount,status\n" + "".join(f"o{k},100,cancelled\n" for k in range(60))
    page.goto(f"{site}{sheet}")
    page.get_by_label("Order export").set_input_files(
        {"name": "orders.csv", "mimeType": "text/csv", "buffer": orders.encode()}
    )
    page.get_by_role("button", name="Audit these orders").click()
    expect(page.get_by_text("Brushed: orders were placed to be undone.")).to_be_visible()
    now = timezone.now()
    batches = [
        CheckBatch.objects.create(
            user=user,
            name="l" * 150,
            language="en",
            at=now,
            as_of=now.date(),
            given=b"",
            rows=9,
            done=done,
            state=state,
            counts={"go": done},
        )
        for done, state in ((4, "running"), (9, "done"))
    ]
    paths = ["/check/", f"/check/?influencer={hosts['h1'].slug}", sheet, "/watchlist/", "/watchlist/?q=星"]
    paths += [f"/check/many/{batch.pk}/" for batch in batches] + ["/methodology/"]
    kept = page.context.storage_state()
    found: list[str] = []
    for width, theme, language in product(WIDTHS, THEMES, LANGUAGES):
        where = f"{width} {theme} {language}"
        options: dict[str, Any] = {"viewport": {"width": width, "height": 800}, "color_scheme": theme}
        page, errors = opened(browser, storage_state=kept, **options)
        found += look(page, site, paths, where, language)
        page.goto(f"{site}/check/?lang={language}")
        page.locator("main form.sheet button[type=submit]").first.click()
        page.wait_for_load_state()
        found += objections(page, f"{where} /check/ with errors")
        page.context.clear_cookies()
        found += look(page, site, ["/check/"], f"{where} stranger", language)
        found += [f"{where}: {error}" for error in errors if "400" not in error]
        page.context.close()
    assert found == []
