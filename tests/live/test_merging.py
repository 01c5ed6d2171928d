"""A host that goes on as another: live, the close and files agree, and a merge taken back never was."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pyarrow as pa
import pytest
from django.contrib.auth.models import User
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from feedback.kinds import KINDS
from feedback.rows import record_own
from influencers.models import Influencer
from influencers.search import search
from ratings import ledger, live, publication, runs
from ratings.close import close
from ratings.governance import actions
from ratings.governance.errors import CannotAct, MergedAway
from ratings.growth.own import own
from ratings.models import PublicDocument, ReviewTrust, Run, Scorecard
from ratings.rating import rate_evidence
from tests.live.markets import AT, LAST, closed
from tests.scoring.worlds import AS_OF, World, drawn

pytestmark = pytest.mark.django_db
law = settings(
    max_examples=3,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
seeds = st.integers(0, 10_000)


def host(source_id: str) -> Influencer:
    return Influencer.objects.get(source_id=source_id)


def staff() -> User:
    return User.objects.get_or_create(username="senior", defaults={"is_staff": True})[0]


def merge(gone: str, into: str) -> None:
    actions.merge(influencer=host(gone), into=host(into), by=staff(), reason="One person, a new account.", at=AT)


def unmerge(gone: str) -> None:
    actions.unmerge(influencer=host(gone), by=staff(), reason="They were two after all.", at=AT)


def busy(seed: int) -> World:
    """A drawn world in which the two that are merged have something to bring, on the same days too."""
    world = drawn(seed, influencers=5)
    for name in ("h0", "h1"):
        for day in range(3, 60, 9):
            world.session(name, day, 40, viewers=2000, commenters=150)
            world.review(name, day - 0.5, (4, 5, 4) if name == "h0" else (2, 3, 2), f"{name}-{day}")
            world.review(name, day - 0.4, (5, 5, 5), f"fan-{day}", verified=False)
    return world


def cards(run: Run) -> dict[str, Any]:
    """Every card of a run as the live path gives it for the same day."""
    everyone = list(Influencer.objects.values_list("pk", flat=True))
    found = live.recount(influencers=everyone, as_of=run.as_of, run=run)
    return {one.about.source_id: json.loads(json.dumps(one.card)) for one in found}


def stored(run: Run) -> dict[str, Any]:
    return {card.influencer.source_id: card.card for card in Scorecard.objects.filter(run=run)}


def event(kind: str, name: str, who: str, when: Any, **row: Any) -> None:
    of = KINDS[kind]
    record_own(kind=of, row={of.key: name, "influencer_id": who, of.event_time: when, **row}, at=when)


def marked(name: str, who: str, when: Any, mark: int) -> None:
    event("reviews", name, who, when, reviewer_id=f"by {name}", professionalism=mark, service=mark, as_described=mark,
          verified=True)  # fmt: skip


@law
@given(seeds)
def test_live_is_full_and_files_agree(seed: int) -> None:
    world = busy(seed)
    with closed(world) as before:
        alone = stored(before)
        merge("h1", "h0")
        run = runs.rate(as_of=AS_OF, at=AT)
        assert cards(run) == stored(run)
        assert set(stored(run)) == set(alone) - {"h1"}
        counts = {kind: n + alone["h1"]["evidence"]["counts"][kind] for kind, n in _counts(alone["h0"]).items()}
        assert _counts(stored(run)["h0"]) == counts
        assert stored(run)["h0"]["overall"]["score"] != alone["h0"]["overall"]["score"]
        assert ledger.replayed() == ReviewTrust.objects.count()
        digest = run.digest
    tables = {**world.tables(), "merged": pa.table({"influencer_id": ["h1"], "into_id": ["h0"]})}
    assert rate_evidence(tables, as_of=AS_OF).document()["digest"] == digest


def _counts(card: dict[str, Any]) -> dict[str, int]:
    found: dict[str, int] = card["evidence"]["counts"]
    return found


@law
@given(seeds)
def test_a_merge_taken_back_never_was(seed: int) -> None:
    with closed(busy(seed)) as run:
        before = cards(run)
        merge("h1", "h0")
        assert cards(run) != before
        unmerge("h1")
        assert cards(run) == before
        assert runs.rate(as_of=AS_OF, at=AT).digest == run.digest


@law
@given(seeds)
def test_not_even_with_closes_and_evidence_in_between(seed: int) -> None:
    def lived(merged: bool) -> list[tuple[str, dict[str, Any]]]:
        found = []
        with closed(busy(seed)):
            for number in range(3):
                if merged and number == 0:
                    merge("h1", "h0")
                if merged and number == 2:
                    unmerge("h1")
                at = AT + timedelta(days=number, hours=1)
                event("sessions", f"late{number}", "h1", at, orders=25)
                for k, who in enumerate(("h0", "h1", "h1")):
                    marked(f"new{number}{k}", who, at + timedelta(hours=2 + k), 1 + k * 2)
                run = close(day=LAST + timedelta(days=number + 1), at=AT + timedelta(days=number + 1))
                assert run is not None
                assert cards(run) == stored(run)
                assert ledger.replayed() == ReviewTrust.objects.count()
                found.append((run.digest, stored(run)))
        return found

    apart, together = lived(False), lived(True)
    assert [one[0] == two[0] for one, two in zip(apart, together, strict=True)] == [False, False, True]
    assert json.dumps(apart[2][1], sort_keys=True) == json.dumps(together[2][1], sort_keys=True)


def test_chains_and_circles_are_refused() -> None:
    with closed(busy(1)):
        merge("h1", "h0")
        for gone, into, refusal in (
            ("h0", "h2", CannotAct),  # others were merged into it
            ("h1", "h2", MergedAway),
            ("h2", "h1", MergedAway),
            ("h0", "h1", MergedAway),
            ("h2", "h2", CannotAct),
        ):
            with pytest.raises(refusal):
                merge(gone, into)
        with pytest.raises(CannotAct):
            unmerge("h0")
        merge("h2", "h0")
        assert set(Influencer.with_merged(host("h0").pk)) == {host(name).pk for name in ("h0", "h1", "h2")}
        unmerge("h1")
        assert set(Influencer.with_merged(host("h0").pk)) == {host(name).pk for name in ("h0", "h2")}


def test_the_address_leads_on_and_back(client: Client) -> None:
    with closed(busy(2)) as run:
        gone, into = host("h1"), host("h0")
        old = PublicDocument.objects.get(influencer=gone).data
        merge("h1", "h0")
        for path in ("", "reviews/", "evidence/", "card.svg"):
            answer = client.get(f"/influencers/{gone.slug}/{path}?lang=en")
            assert answer.status_code == 302
            assert answer["Location"] == f"/influencers/{into.slug}/{path}?lang=en"
        for path in ("", "scorecard/", "history/", "reviews/", "badge.svg"):
            answer = client.get(f"/api/v1/influencers/{gone.slug}/{path}")
            assert (answer.status_code, answer["Location"]) == (302, f"/api/v1/influencers/{into.slug}/{path}")
        assert client.get("/influencers/nobody-0/").status_code == 404
        page = client.get(f"/influencers/{gone.slug}/?lang=en", follow=True).content.decode()
        assert f"{gone.name} goes on here since 1 January 2026" in page
        card = client.get(f"/api/v1/influencers/{into.slug}/scorecard/").json()
        assert [row["slug"] for row in card["influencer"]["formerly"]] == [gone.slug]
        for path in ("/api/v1/influencers/?page_size=200", "/api/v1/rankings/?page_size=200"):
            assert gone.slug not in client.get(path).content.decode()
        assert [one.pk for one in search(gone.name)] == [into.pk], "it is found under the name it had"
        tables = own(influencer=into, at=AT).tables
        assert set(tables["sessions"]["influencer_id"].to_pylist()) == {"h0", "h1"}

        unmerge("h1")
        publication.serving.forget()  # readers trust what they have read for a second
        page = client.get(f"/influencers/{gone.slug}/?lang=en")
        assert page.status_code == 200
        back = PublicDocument.objects.get(influencer=gone).data
        assert back["overall"]["score"] == _live_score(run, gone)
        assert back["influencer"] == old["influencer"]
        assert "goes on here" not in client.get(f"/influencers/{into.slug}/?lang=en").content.decode()
        assert [one.pk for one in search(gone.name)] == [gone.pk]


def _live_score(run: Run, influencer: Influencer) -> float:
    as_of = AS_OF + timedelta(days=1)
    (found,) = live.recount(influencers=[influencer.pk], as_of=as_of, run=run)
    return float(found.card["overall"]["score"])


def test_what_comes_in_for_the_merged_one_moves_the_other_at_once() -> None:
    with closed(busy(3)) as run:
        merge("h1", "h0")
        before = PublicDocument.objects.get(influencer=host("h0")).data["overall"]["score"]
        for k in range(6):
            marked(f"bad{k}", "h1", AT + timedelta(minutes=k), 1)
        assert live.take_up(at=AT + timedelta(hours=1)) >= 1
        after = PublicDocument.objects.get(influencer=host("h0")).data["overall"]["score"]
        assert after < before
        assert not PublicDocument.objects.filter(influencer=host("h1")).exists()
        assert run.pk == publication.public_run().run_id  # type: ignore[union-attr]  # published by `closed`


def test_going_back_to_a_run_from_before_keeps_them_one() -> None:
    with closed(busy(4)):
        merge("h1", "h0")
        close(day=LAST + timedelta(days=1), at=AT + timedelta(days=1))
        publication.unpublish(at=AT + timedelta(days=1))
        assert not PublicDocument.objects.filter(influencer=host("h1")).exists()
        live.take_up(at=AT + timedelta(days=1))
        data = PublicDocument.objects.get(influencer=host("h0")).data
        assert data["influencer"]["formerly"][0]["slug"] == host("h1").slug
        unmerge("h1")
        assert PublicDocument.objects.filter(influencer=host("h1")).exists()
