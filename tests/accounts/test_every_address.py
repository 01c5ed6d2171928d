"""Every address of the service has a row here that says whom it opens to; one without a row, or a stale one, fails."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import pytest
from django.contrib.admin import site
from django.test import Client
from django.urls import get_resolver, resolve

from influencers.models import Influencer
from tests.accounts.test_matrix import GROUPS, cast, doors

pytestmark = pytest.mark.django_db
__all__ = ["cast"]

PUBLIC = """
healthz|readyz|metrics|i18n/setlang/|api/schema/|api/docs/|api/v1/checks/rules/|api/v1/influencers/|api/v1/rankings/
api/v1/influencers/{slug}/|api/v1/influencers/{slug}/scorecard/|api/v1/influencers/{slug}/history/
api/v1/influencers/{slug}/evidence/|api/v1/influencers/{slug}/reviews/|api/v1/influencers/{slug}/pieces/
api/v1/influencers/{slug}/badge.svg|api/v1/compare/|api/v1/transparency/|api/v1/transparency.csv|api/v1/runs/{run}/
api/v1/methodology/|api/v1/methodology/{version}/|api/v1/reviews/|api/v1/complaints/||search/|rankings/|compare/
influencers/{slug}/|influencers/{slug}/card.svg|influencers/{slug}/reviews/|influencers/{slug}/evidence/
methodology/|transparency/|reviews/new/|complaints/new/|theme/|robots.txt|sitemap.xml|sitemap-{number}.xml
"""
# whoever has the token; a wrong one is a page that is not there
TOKEN = """
api/v1/reviews/{token}/|api/v1/complaints/{token}/|api/v1/complaints/{token}/attachments/{name}/
api/v1/complaints/{token}/evidence/|api/v1/complaints/{token}/evidence.pdf|reviews/{token}/|complaints/{token}/
accounts/confirm-email/{key}/|accounts/password/reset/key/{uidb36}-{key}/
"""
# how one comes in; says nothing about anybody
DOOR = """
accounts/login/|accounts/logout/|accounts/inactive/|accounts/signup/|accounts/confirm-email/|accounts/password/reset/
accounts/password/reset/done/|accounts/password/reset/key/done/|accounts/login/code/confirm/|accounts/2fa/authenticate/
admin/login/
"""
# of the account itself, and of nobody else: the address names no object
ACCOUNT = """
accounts/reauthenticate/|accounts/email/|accounts/password/change/|accounts/password/set/|accounts/2fa/
accounts/2fa/reauthenticate/|accounts/2fa/totp/activate/|accounts/2fa/totp/deactivate/|accounts/2fa/recovery-codes/
accounts/2fa/recovery-codes/generate/|accounts/2fa/recovery-codes/download/|accounts/sessions/|me/|me/merchant/
me/claim/{slug}/|check/|check/many/|watchlist/|api/v1/checks/|api/v1/watchlist/hooks/|api/v1/watchlist/{slug}/
"""
# of one host or merchant: each is a door of the matrix, tried by every role for both owners
OWN = """
me/{slug}/|me/{slug}/plan/|me/{slug}/what-if/|me/{slug}/reviews/|me/{slug}/reviews/{review}/reply/
me/{slug}/replies/{number}/end/|me/{slug}/cases/|me/{slug}/contests/{number}/end/|me/{slug}/contest/{kind}/{name}/
me/{slug}/appeal/{number}/|me/{slug}/workload/|me/{slug}/data.zip|me/claims/{number}/end/|api/v1/me/|api/v1/me/plan/
api/v1/me/what-if/|api/v1/me/replies/|api/v1/me/contests/|api/v1/me/appeals/|check/{id}/|check/{id}/outcome/
api/v1/checks/{id}/|api/v1/checks/{id}/outcome/|api/v1/watchlist/|api/v1/watchlist/hooks/{number}/
watchlist/{merchant}/|watchlist/{merchant}/{what}/|check/many/{id}/|check/many/{id}/answers.csv
check/many/{id}/answers.xlsx|check/many/{id}/stop/
"""
KEY = {"api/v1/ingest/{kind}/": "key ingest", "api/v1/ingest/{kind}/void/": "key ingest", "api/v1/changes/": "key read"}
OPEN_FORMS = {"check/"}  # the form is there for everyone, what it answers is not

STAFF_ALONE = """
admin/|admin/queue/|admin/audit/|admin/merge/{pk}/|admin/import/|admin/import/{token}/|admin/import/{token}/rejects.csv
admin/logout/|admin/password_change/|admin/password_change/done/|admin/autocomplete/|admin/jsi18n/
admin/r/{content_type_id}/{object_id}/|admin/{app_label}/|admin/{url}
"""
# lists that every group of staff reads; not here, and so an administrator's alone: keys of machines and of receipts,
# who is of which merchant, who of the staff looked at whom, accounts and their groups
SEEN = """
influencers.influencer|influencers.account|influencers.category|feedback.session|feedback.review|feedback.refund
feedback.complaint|feedback.violation|feedback.case|feedback.coverage|feedback.revision|feedback.ingest|feedback.outbox
feedback.deal|feedback.slot|feedback.order|ratings.case|ratings.action|ratings.appeal|ratings.event|ratings.notice
ratings.outgoingemail|ratings.standing|ratings.alert|ratings.course|ratings.attempt|ratings.claim|ratings.contest
ratings.reply|ratings.merchant|ratings.memberevent|ratings.run|ratings.scorecard|ratings.publicrun|ratings.publication
ratings.policyversion|ratings.publicdocument|ratings.keptdocument|ratings.historypoint|admin.logentry
"""
# the only form to add by: a course is written, not decided
ADDED: dict[str, set[str]] = {
    "Moderator": set(),
    "Senior": {"ratings.course"},
    "Appeals reviewer": set(),
    "Analyst": set(),
}


def rows(text: str) -> set[str]:
    return {row.strip() for line in text.strip().splitlines() for row in line.split("|")}


def addresses(resolver: Any = None, before: str = "") -> Iterator[str]:
    """Every address of the URL conf, with names in braces where something is put in."""
    for pattern in (resolver or get_resolver()).url_patterns:
        route = before + _plain(str(pattern.pattern))
        if hasattr(pattern, "url_patterns"):
            yield from addresses(pattern, route)
        else:
            yield route


def _plain(route: str) -> str:
    route = re.sub(r"\(\?P<(\w+)>(?:[^()]|\([^()]*\))*\)", r"{\1}", route.replace("^", "").replace("$", ""))
    return re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", route)


def route_of(path: str) -> str:
    """The address in the URL conf that a path is answered by."""
    return _plain(resolve(path.partition("?")[0]).route)


ALL = sorted(set(addresses()))
ADMIN = [route for route in ALL if route.startswith("admin/") and route != "admin/login/"]
TABLE = {PUBLIC: "public", TOKEN: "token", DOOR: "door", ACCOUNT: "account", OWN: "own", STAFF_ALONE: "staff"}


def filled(route: str, slug: str) -> str:
    values = {"slug": slug, "token": "x" * 32, "kind": "reviews", "version": "2026.1", "what": "key", "name": "x",
              "id": "0b8f9c9e-0000-4000-8000-000000000000", "uidb36": "1", "key": "x-y", "review": "x",
              "app_label": "ratings", "url": "nowhere"}  # fmt: skip
    return "/" + re.sub(r"\{(\w+)\}", lambda name: values.get(name[1], "1"), route)


def test_every_address_has_its_row_and_every_row_an_address() -> None:
    told = [row for text in TABLE for row in rows(text)] + list(KEY)
    assert len(told) == len(set(told)), "a row stands twice"
    models = {
        route for route in ADMIN if len(route.split("/")) > 3 and not route.startswith(("admin/import", "admin/merge"))
    }
    assert set(told) - set(ALL) == set(), "rows of addresses that are gone"
    assert set(ALL) - set(told) - (models - rows(STAFF_ALONE)) == set(), "addresses nobody has said anything about"


def test_all_that_is_somebodys_is_tried_by_the_matrix(cast: dict[str, Callable[[], Client]]) -> None:
    tried = {route_of(door.path) for name in "AB" for door in doors(name)}
    assert rows(OWN) <= tried


def test_what_is_public_is_public_to_all(cast: dict[str, Callable[[], Client]]) -> None:
    slug = str(Influencer.objects.order_by("pk")[0].slug)
    for route in sorted(rows(PUBLIC) | rows(DOOR) - {"accounts/logout/", "admin/login/"}):
        for role in ("anonymous", "member without a role", "host A", "merchant B", "Moderator", "key read"):
            answer = cast[role]().get(filled(route, slug))
            assert answer.status_code in (200, 301, 302, 400, 404, 405), (route, role, answer.status_code)
            if route in rows(PUBLIC) and answer.status_code == 302:
                assert not answer["Location"].startswith("/accounts/"), (route, role)


def test_a_wrong_token_opens_nothing(cast: dict[str, Callable[[], Client]]) -> None:
    for route in sorted(rows(TOKEN)):
        for role in ("anonymous", "host A", "merchant A", "Senior", "key ingest"):
            answer = cast[role]().get(filled(route, "x"))
            if answer.status_code == 200:  # the accounts' pages say that a link is not good any more
                assert route.startswith("accounts/"), (route, role)
            else:
                assert answer.status_code in (302, 404, 405), (route, role, answer.status_code)


def test_without_an_account_nothing_of_ones_own_is_there(cast: dict[str, Callable[[], Client]]) -> None:
    slug = str(Influencer.objects.order_by("pk")[0].slug)
    for route in sorted(rows(ACCOUNT) | rows(OWN)):
        for role in ("anonymous", "revoked key of A"):
            answer = cast[role]().get(filled(route, slug))
            if route in OPEN_FORMS:
                assert answer.status_code == 200, (route, role)
                continue
            assert answer.status_code in (302, 401, 403, 404, 405), (route, role, answer.status_code)
            if answer.status_code == 302:
                assert answer["Location"].startswith("/accounts/"), (route, role)


def test_machines_need_their_own_key(cast: dict[str, Callable[[], Client]]) -> None:
    for route, key in KEY.items():
        opened = set()
        for role, make in cast.items():
            path, client = filled(route, "x"), make()
            reads = route == "api/v1/changes/"
            answer = client.get(path) if reads else client.post(path, b"[]", content_type="application/json")
            if answer.status_code not in (401, 403):
                opened.add(role)
        assert opened == {key}, route


def test_nobody_but_staff_is_let_into_the_admin(cast: dict[str, Callable[[], Client]]) -> None:
    slug = str(Influencer.objects.order_by("pk")[0].slug)
    outside = [role for role in cast if role not in GROUPS]
    assert {"anonymous", "host A", "merchant B", "revoked key of A", "pending claim on A"} <= set(outside)
    for route in ADMIN:
        for role in ("anonymous", "host A", "merchant A", "key read", "revoked key of A"):
            for method in ("get", "post"):
                answer = getattr(cast[role](), method)(filled(route, slug))
                assert answer.status_code in (302, 403, 404, 405), (route, role, answer.status_code)
                if answer.status_code == 302 and route != "admin/logout/":
                    assert re.match(r"/(admin/login|accounts/login)/\?next=", answer["Location"]), (route, role)


def test_what_each_group_of_staff_sees_and_may_add(cast: dict[str, Callable[[], Client]]) -> None:
    """Lists, and forms to add: nobody below an administrator writes by a form what a verb should write."""
    for group in GROUPS:
        client, seen, added = cast[group](), set(), set()
        for model in site._registry:
            name = f"{model._meta.app_label}.{model._meta.model_name}"
            place = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
            answer = client.get(place)
            assert answer.status_code in (200, 302, 403), name
            if answer.status_code == 200:
                seen.add(name)
            if client.get(f"{place}add/").status_code == 200:
                added.add(name)
        assert added == ADDED[group], group
        assert seen == rows(SEEN), group


NOT_FILES = (
    *("/static/../config/settings.py", "/static/%2e%2e/manage.py", "/static/ratings/"),
    *("/attachments/1", "/imports/", "/.env", "/media/"),
)


@pytest.mark.parametrize("path", NOT_FILES)
def test_files_lie_nowhere_else(client: Client, path: str) -> None:
    assert client.get(path).status_code in (400, 404)


def test_static_files_are_public(client: Client) -> None:
    with closing(client.get("/static/ratings/css/clearhost.css")) as answer:
        assert answer.status_code == 200
        assert b"{" in b"".join(answer.streaming_content)  # type: ignore[attr-defined]
