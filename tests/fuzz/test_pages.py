"""Every address with nonsense in its path, its query and its form, from everybody: an answer, never a crash."""

from __future__ import annotations

import os
import random
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
from django.contrib.admin import site
from django.contrib.auth.models import User
from django.db import transaction
from django.test import Client

from influencers.models import Influencer
from tests.accounts.people import account
from tests.accounts.test_every_address import ALL, filled
from tests.accounts.test_matrix import cast

pytestmark = pytest.mark.django_db
__all__ = ["cast"]

SHARE = float(os.environ.get("PAGE_CALLS", "0.3"))  # calls of each address by each role; below one, of some addresses
SEED = int(os.environ.get("FUZZ_SEED", "8"))
NUMBERS = ["0", "-1", "1", "2147483648", "9223372036854775808", "9" * 40, "1e9", "٣", "NaN", "0x10", "1_0"]
WORDS = [
    "", "\0", "a\0b", "'", '"', "';--", "%", "_", "\\", "../../etc/passwd", "<script>alert(1)</script>", "{{7*7}}",
    "\r\nSet-Cookie: a=b", "=1+1", "é" * 300, "主播" * 2000, "\ud7ff\ue000", "👩‍👩‍👧", "\u202e\u2066", "x" * 9_000,
    "2026-02-30", "0001-01-01", "9999-12-31", "10000-01-01", "2026-01-01T00:00:00+99:99", "null", "[]", "{}", "true",
    "2026-02", "2026-99", "P9Y", "1,2,3", ",", ",".join("ab" * 200), "b" * 64, "00000000-0000-0000-0000-000000000000",
]  # fmt: skip
NAMED = """
q page page_size order cursor lang next category tier league platform grade status min_score dimension by slugs at since
influencer merchant theme form from to new period month kind session receipt text shows _popup _to_field o p e all
_changelist_filters id__exact id__in pk state__exact state__in influencer__id__exact at__gte at__year desk verified
app_label model_name field_name term index action _selected_action select_across confirm reason login email password
language placement_fee commission_rate unit_price unit_cost slot_minutes max_loss step code grounds rows source file
number slug prefix name topic wish order_id professionalism service as_described until run other before after who log
"""
NAMES = NAMED.split()
SEARCHED = re.compile(r"\{(\w+)\}")


def nonsense(draw: random.Random) -> str:
    return draw.choice(NUMBERS) if draw.random() < 0.4 else draw.choice(WORDS)


def path_of(route: str, slug: str, draw: random.Random) -> str:
    """The address with one of its parts made up, or as it should be."""
    parts = SEARCHED.findall(route)
    chosen = draw.choice([*parts, ""]) if parts else ""
    return filled(SEARCHED.sub(lambda found: "%WRONG%" if found[1] == chosen else found[0], route), slug).replace(
        "%WRONG%", quote(nonsense(draw), safe="")
    )


def fields(draw: random.Random) -> dict[str, str]:
    return {name: nonsense(draw) for name in draw.sample(NAMES, draw.randint(0, 6))}


def everybody(cast: dict[str, Callable[[], Client]]) -> dict[str, Client]:
    """One of each kind; an administrator sees more than any group."""
    boss = Client(raise_request_exception=False)
    boss.force_login(account("boss", is_staff=True, is_superuser=True))
    found = {"anonymous": Client(), "administrator": boss}
    found |= {role: cast[role]() for role in ("host A", "merchant A", "Moderator", "key read", "key ingest")}
    for client in found.values():
        client.raise_request_exception = False
    return found


def asked(client: Client, path: str, given: dict[str, str], *, method: str = "get") -> tuple[int, str]:
    """Status, and what went wrong; nothing of it stays."""
    with transaction.atomic():
        answer = getattr(client, method)(path, given)
        transaction.set_rollback(True)
    why: Any = getattr(answer, "exc_info", None)
    return answer.status_code, repr(why[1])[:200] if why else ""


def test_no_nonsense_is_our_fault(cast: dict[str, Callable[[], Client]]) -> None:
    draw, slug = random.Random(SEED), str(Influencer.objects.order_by("pk")[0].slug)
    routes = [route for route in ALL if route != "accounts/logout/"]
    wrong: list[tuple[Any, ...]] = []
    calls = 0
    for role, client in everybody(cast).items():
        for route in routes:
            if route.startswith("admin/") and role not in ("administrator", "Moderator"):
                continue
            for _time in range(int(SHARE) + (draw.random() < SHARE % 1)):
                path, given = path_of(route, slug, draw), fields(draw)
                method = "get" if draw.random() < 0.6 else "post"
                status, why = asked(client, path, given, method=method)
                calls += 1
                if status >= 500 and status != 503:
                    wrong.append((role, method, path[:80], {name: given[name][:40] for name in given}, why))
    print(f"{calls} calls")
    assert calls > 200
    assert wrong == []


@pytest.mark.parametrize(
    "path",
    [
        "/influencers/%00/", "/influencers/a%00b/card.svg", "/api/v1/influencers/%00/badge.svg", "/complaints/%00/",
        "/api/v1/complaints/x/attachments/%00/", "/api/v1/reviews/%00/", "/sitemap-99999999999999999999.xml",
        "/sitemap-2305843009213694.xml", "/api/v1/ingest/%00/", "/influencers/%00/reviews/", "/%00", "/admin/%00/",
    ],
)  # fmt: skip
def test_no_such_path(client: Client, path: str) -> None:
    client.raise_request_exception = False
    answer = client.get(path)
    assert answer.status_code in (302, 401, 404, 405)


def test_lists_of_the_admin_bear_any_filter(cast: dict[str, Callable[[], Client]]) -> None:
    """Django turns what its lists are asked into a question to the database."""
    boss = everybody(cast)["administrator"]
    draw = random.Random(SEED)
    wrong: list[tuple[str, ...]] = []
    for model, known in site._registry.items():
        names = [entry[0] if isinstance(entry, tuple) else entry for entry in known.get_list_filter(None) or ()]  # type: ignore[arg-type]
        keys = [f"{name}{ending}" for name in names if isinstance(name, str) for ending in ("", "__exact", "__isnull")]
        path = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
        every = [*keys, "q", "p", "o", "pk__in", "id__exact"]
        for key in every if SHARE >= 1 else draw.sample(every, 2):
            value = nonsense(draw)
            status, why = asked(boss, path, {key: value})
            if status >= 500:
                wrong.append((path, key, value[:40], why))
    assert wrong == []
    assert User.objects.filter(username="boss", is_superuser=True).exists()
