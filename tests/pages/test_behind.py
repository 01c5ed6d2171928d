"""What stands behind a card: reviews with how much each counts, single pieces of evidence, filters, cursors."""

import json
import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from feedback import evidence
from feedback.kinds import KINDS
from feedback.rows import record_own
from influencers.models import Category, Influencer
from ratings import ledger, live, pieces
from ratings.close import close
from ratings.models import ReviewTrust
from ratings.publication.reasons import WORDS
from ratings.publication.serving import forget

pytestmark = pytest.mark.django_db
LAST = date(2026, 2, 25)
AT = datetime(2026, 2, 26, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def plain_static(settings: Settings) -> None:
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    forget()
    pieces._kept.clear()
    ledger._state_named.cache_clear()


def happened(days_ago: float) -> datetime:
    return AT - timedelta(days=1, hours=1) - timedelta(days=days_ago)


def record(kind: str, days_ago: float, **row: Any) -> None:
    key = f"{kind[:-1]}_id"
    time = {"sessions": "started_at", "violations": "occurred_at"}.get(kind, "created_at")
    at = happened(days_ago)
    record_own(kind=KINDS[kind], row={key: f"{kind}-{record.count}", "influencer_id": "h1", time: at, **row}, at=at)
    record.count += 1  # type: ignore[attr-defined]


record.count = 0  # type: ignore[attr-defined]


def review(days_ago: float, marks: tuple[int, int, int], *, by: str, **row: Any) -> None:
    names = ("professionalism", "service", "as_described")
    record("reviews", days_ago, reviewer_id=by, **dict(zip(names, marks, strict=True)), **{"verified": True, **row})


@pytest.fixture
def host(db: None) -> Influencer:
    """Sixty orders, thirty reviews of which twenty came in one hour, two refunds, one violation; closed and public."""
    kind = Category.objects.create(code="food")
    made = Influencer.objects.create(source_id="h1", name="周小满", category=kind)
    for week in range(6):
        record("sessions", 7 * week, orders=10, viewers=400, commenters=40)
    for n in range(10):
        review(60 - 5 * n, (5, 4, 4), by=f"u{n}", text=f"Nice. {n}", language="en", verified=n % 2 == 0)
    for n in range(20):
        review(0.01 * n, (1, 1, 1), by=f"x{n}", text="差评")
    review(3, (5, 1, 3), by="u0")
    record("refunds", 4, reason="quality")
    record("refunds", 5, reason="no_reason")
    record("violations", 10, code="PRM-01", status="confirmed")
    close(day=LAST, at=AT)
    made.refresh_from_db()
    return made


def read(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200, path
    return response.content.decode()


def rows(client: Client, host: Influencer, query: str = "") -> list[dict[str, Any]]:
    found = json.loads(read(client, f"/api/v1/influencers/{host.slug}/reviews/{query}"))
    return list(found["results"])


def test_every_review_says_how_much_it_counts_and_why(client: Client, host: Influencer) -> None:
    found = rows(client, host)
    assert len(found) == 31
    by_text = {row["text"]: row for row in found}
    first = by_text["Nice. 0"]
    assert (first["trust"]["share"], first["trust"]["held_down"]) == (0.8, False)  # policy: accounts start at 1/1.25
    assert [why["code"] for why in first["trust"]["why"]] == ["new_account"]
    unverified = by_text["Nice. 1"]
    assert unverified["verified"] is False
    assert "unverified" in {why["code"] for why in unverified["trust"]["why"]}
    burst = by_text["差评"]
    assert burst["trust"]["held_down"]
    assert burst["trust"]["share"] < 0.9
    again = by_text[None]
    assert "repeat" in {why["code"] for why in again["trust"]["why"]}
    assert all(row["reply"] is None for row in found)
    assert "reviewer_id" not in first


def test_shares_are_those_the_rating_used(client: Client, host: Influencer) -> None:
    trusts = {row["review_id"]: row["trust"]["share"] for row in rows(client, host)}
    stored = {t.review_id: t.trust for t in ReviewTrust.objects.all()}
    assert set(trusts) == set(stored)
    assert all(share <= stored[name] / 1_000_000 + 1e-4 for name, share in trusts.items())


def test_the_card_shows_the_newest_and_the_list_all_of_them(client: Client, host: Influencer) -> None:
    card = read(client, f"/influencers/{host.slug}/?lang=en")
    assert card.count('class="review-head"') == 5
    assert "held down" in card
    assert str(WORDS["new_burst"].text) in card or str(WORDS["burst"].text) in card
    assert str(WORDS["new_burst"].lift) in card or str(WORDS["burst"].lift) in card
    page = read(client, f"/influencers/{host.slug}/reviews/?lang=en")
    assert page.count('class="review-head"') == 20
    following = re.search(r'rel="next" href="([^"]+)"', page)
    assert following
    rest = read(client, following[1].replace("&amp;", "&"))
    assert rest.count('class="review-head"') == 11
    assert 'rel="prev"' in rest


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("?marks=low", 21),
        ("?marks=high", 10),
        ("?marks=mixed", 0),
        ("?verified=false", 5),
        ("?verified=true&marks=high", 5),
        ("?marks=low&held_down=true", 21),
    ],
)
def test_filters(client: Client, host: Influencer, query: str, count: int) -> None:
    assert len(rows(client, host, query)) == count
    page = read(client, f"/influencers/{host.slug}/reviews/{query}&lang=en")
    assert page.count('class="review-head"') == min(count, 20)
    assert ("No review in this selection." in page) == (count == 0)


def test_what_just_came_is_there_and_waits_for_the_close(client: Client, host: Influencer) -> None:
    name = dict.fromkeys(("professionalism", "service", "as_described"), 5)
    row = {
        "review_id": "new",
        "influencer_id": "h1",
        "reviewer_id": "me",
        "created_at": AT,
        "text": "👍 just now",
        **name,
    }
    record_own(kind=KINDS["reviews"], row=row, at=AT)
    live.take_up(at=AT)
    forget()
    page = read(client, f"/influencers/{host.slug}/?lang=en")
    assert "👍 just now" in page
    assert "how much is fixed at the close of the day" in page
    assert rows(client, host)[0]["trust"] is None
    assert (
        json.loads(read(client, f"/api/v1/influencers/{host.slug}/scorecard/"))["evidence"]["counts"]["reviews"] == 32
    )


def test_hostile_and_long_texts_stay_text(client: Client, host: Influencer) -> None:
    review(0, (3, 3, 3), by="evil", text="<script>alert(1)</script>\u202e" + "长" * 19_000, language='"><b>')
    page = read(client, f"/influencers/{host.slug}/reviews/?lang=en")
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert "Read on" in page
    assert 'lang="&quot;' not in page


def test_pieces_say_how_far_each_moves_the_score(client: Client, host: Influencer) -> None:
    found = json.loads(read(client, f"/api/v1/influencers/{host.slug}/pieces/?page_size=200"))["results"]
    strength = [abs(piece["points"]) for piece in found]
    assert strength == sorted(strength, reverse=True)
    kinds = {piece["evidence_id"].partition(":")[0] for piece in found}
    assert {"reviews", "refunds", "violations"} <= kinds
    fault = next(p for p in found if p["evidence_id"].startswith("refunds:") and p["facts"]["reason"] == "quality")
    choice = next(p for p in found if p["evidence_id"].startswith("refunds:") and p["facts"]["reason"] == "no_reason")
    assert fault["points"] < choice["points"] < 0
    assert fault["points"] == pytest.approx(10 * choice["points"], rel=0.2)  # one point against a tenth, a day apart
    violation = next(p for p in found if p["evidence_id"].startswith("violations:"))
    assert violation["points"] < 0
    best = max((p for p in found if p["evidence_id"].startswith("reviews:")), key=lambda p: p["points"])
    assert best["facts"]["professionalism"] == 5


def test_the_pieces_of_a_channel_are_those_of_its_contribution(client: Client, host: Influencer) -> None:
    data = json.loads(read(client, f"/api/v1/influencers/{host.slug}/scorecard/"))
    whole = sum(c["points"] for c in data["contributions"] if (c["channel"], c["source"]) == ("refunds", "evidence"))
    found = json.loads(read(client, f"/api/v1/influencers/{host.slug}/pieces/?channel=refunds"))["results"]
    assert len(found) == 2
    assert sum(piece["points"] for piece in found) == pytest.approx(whole, abs=2e-4)


def test_the_evidence_page_reads_them_aloud(client: Client, host: Influencer) -> None:
    address = f"/influencers/{host.slug}/evidence/"
    page = read(client, f"{address}?channel=violations&lang=en")
    assert "false or misleading claim, class B" in page
    assert page.count('class="what"') == 1
    assert "虚假宣传" in read(client, f"{address}?channel=violations&lang=zh-hans")
    none = read(client, f"{address}?channel=violations&direction=up&lang=en")
    assert "No piece of evidence in this selection." in none
    assert read(client, f"{address}?channel=nonsense&direction=%00&lang=en").count('class="what"') > 20
    assert client.get(f"{address}?cursor=x").status_code == 302


def test_the_card_opens_to_its_evidence(client: Client, host: Influencer) -> None:
    card = read(client, f"/influencers/{host.slug}/?lang=en")
    doors = re.findall(r'href="(/influencers/[^"]+/evidence/\?channel=[^"]+)"', card)
    assert len(doors) >= 7
    for door in doors:
        read(client, door.replace("&amp;", "&"))


@pytest.mark.parametrize("path", ["", "reviews/", "reviews/?held_down=true&marks=low", "evidence/?channel=refunds"])
def test_few_queries(
    client: Client, host: Influencer, path: str, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    read(client, f"/influencers/{host.slug}/evidence/")  # summed anew once for each document, outside the page's budget
    forget()
    with django_assert_max_num_queries(6):
        read(client, f"/influencers/{host.slug}/{path}")


@pytest.mark.parametrize("query", ["?marks=good", "?verified=maybe", "?cursor=x", "?page_size=0", "?other=1"])
def test_bad_questions_are_answered_by_a_problem(client: Client, host: Influencer, query: str) -> None:
    answer = client.get(f"/api/v1/influencers/{host.slug}/reviews/{query}")
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"


def test_nobody_has_neither(client: Client, host: Influencer) -> None:
    for path in ("reviews/", "evidence/", "pieces/"):
        for start in ("/influencers/nobody-1/", "/api/v1/influencers/nobody-1/"):
            if (start, path) not in (("/influencers/nobody-1/", "pieces/"),):
                assert client.get(f"{start}{path}").status_code == 404


def test_a_cursor_serves_its_own_list_only(client: Client, host: Influencer) -> None:
    page = json.loads(read(client, f"/api/v1/influencers/{host.slug}/reviews/?page_size=5"))
    cursor = page["next"].partition("cursor=")[2].partition("&")[0]
    assert client.get(f"/api/v1/influencers/{host.slug}/reviews/?page_size=5&cursor={cursor}").status_code == 200
    assert client.get(f"/api/v1/influencers/{host.slug}/reviews/?marks=low&cursor={cursor}").status_code == 400


def test_who_wrote_never_leaves(host: Influencer) -> None:
    found = evidence.reviews_of(host.pk).first()
    assert found is not None
    assert "reviewer_id" in found.get_deferred_fields()


def test_withdrawn_reviews_are_not_shown(client: Client, host: Influencer) -> None:
    evidence.Review.objects.filter(text="Nice. 3").update(voided_at=timezone.now(), void_reason="x")
    assert len(rows(client, host)) == 30
