"""Publishing and going back: one step, undone whole, on record."""

import gzip
import json
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from pytest_django import DjangoAssertNumQueries

from ratings import publication
from ratings.models import HistoryPoint, KeptDocument, Publication, PublicDocument, PublicRun, Run, Scorecard
from ratings.publication.serving import forget
from tests.publication.stored import AT, DAY, hosts, stored_run

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def shown(slug: str) -> float:
    found = publication.document(slug)
    assert found is not None
    score: float = found.data["overall"]["score"]
    return score


def test_nothing_is_public_at_first() -> None:
    assert publication.public_run() is None
    with pytest.raises(publication.CannotPublish, match="Nothing is public"):
        publication.unpublish(at=AT)


def test_publishing_shows_the_run_everywhere() -> None:
    anna, berta = hosts(2)
    run = stored_run({anna: 90.0, berta: None})
    publication.publish(run=run, at=AT, reason="first")
    anna.refresh_from_db()
    assert anna.slug is not None
    found = publication.document(anna.slug)
    assert found is not None
    assert found.data["run"] == found.run_id == run.pk
    assert found.data["overall"]["score"] == 90.0
    assert found.data["influencer"]["slug"] == anna.slug
    assert found.data["dimensions"]["compliance"]["peer_mean"] == found.data["peer_group"]["mean"]["compliance"]
    assert found.data["standing"] == []
    assert gzip.decompress(PublicDocument.objects.get(pk=anna.slug).body_gzip) == bytes(found.body)
    public = publication.public_run()
    assert public is not None
    assert (public.run_id, public.previous_id, public.published_at) == (run.pk, None, AT)
    assert HistoryPoint.objects.filter(influencer=berta).values_list("status", flat=True).get() == "provisional"
    assert Publication.objects.values_list("run", "action", "reason").get() == (run.pk, "published", "first")


def test_going_back_restores_what_was_public_and_withdraws_the_rest() -> None:
    (anna,) = hosts(1)
    first, second = stored_run({anna: 90.0}), stored_run({anna: 50.0}, as_of=DAY + timedelta(days=1))
    publication.publish(run=first, at=AT)
    anna.refresh_from_db()
    publication.publish(run=second, at=AT + HOUR)
    assert shown(str(anna.slug)) == 50.0
    public = publication.unpublish(at=AT + 2 * HOUR, reason="wrong file")
    assert (public.run_id, public.previous_id) == (first.pk, None)
    assert shown(str(anna.slug)) == 90.0
    assert list(HistoryPoint.objects.values_list("as_of", "score")) == [(DAY, 90.0)]
    assert list(KeptDocument.objects.values_list("as_of", flat=True)) == [DAY]
    log = list(Publication.objects.order_by("id").values_list("run", "action"))
    assert log[2:] == [(second.pk, "withdrawn"), (first.pk, "published")]
    with pytest.raises(publication.CannotPublish, match="none before"):
        publication.unpublish(at=AT + 3 * HOUR)


def test_the_same_day_rated_again_replaces_its_point_and_going_back_restores_it() -> None:
    (anna,) = hosts(1)
    publication.publish(run=stored_run({anna: 90.0}), at=AT)
    publication.publish(run=stored_run({anna: 50.0}), at=AT + HOUR)
    assert HistoryPoint.objects.get().score == 50.0
    publication.unpublish(at=AT + 2 * HOUR)
    assert HistoryPoint.objects.get().score == 90.0


def test_two_runs_stay_readable_and_older_ones_are_archived() -> None:
    (anna,) = hosts(1)
    runs = [stored_run({anna: 60.0 + n}, as_of=DAY + timedelta(days=n)) for n in range(3)]
    for run in runs:
        publication.publish(run=run, at=AT)
    assert set(Scorecard.objects.values_list("run", flat=True)) == {runs[1].pk, runs[2].pk}
    runs[0].refresh_from_db()
    assert runs[0].status == Run.Status.ARCHIVED
    with pytest.raises(publication.CannotPublish, match="archived"):
        publication.publish(run=runs[0], at=AT)
    assert publication.unpublish(at=AT).run_id == runs[1].pk


def test_publishing_the_public_run_again_keeps_the_one_before() -> None:
    (anna,) = hosts(1)
    first, second = stored_run({anna: 90.0}), stored_run({anna: 50.0})
    publication.publish(run=first, at=AT)
    publication.publish(run=second, at=AT)
    again = publication.publish(run=second, at=AT + HOUR)
    assert (again.run_id, again.previous_id) == (second.pk, first.pk)


def test_documents_are_kept_daily_for_90_days_then_the_last_of_each_month() -> None:
    (anna,) = hosts(1)
    days = [date(2025, 1, 5), date(2025, 1, 20), date(2025, 2, 3), date(2025, 2, 27), date(2025, 6, 1)]
    for day in days:
        publication.publish(run=stored_run({anna: 70.0}, as_of=day), at=AT)
    kept = sorted(KeptDocument.objects.values_list("as_of", flat=True))
    assert kept == [date(2025, 1, 20), date(2025, 2, 27), date(2025, 6, 1)]
    assert HistoryPoint.objects.count() == len(days)
    anna.refresh_from_db()
    nearest = publication.kept_document(slug=str(anna.slug), at=date(2025, 2, 10))
    assert nearest is not None
    assert json.loads(nearest)["as_of"] == "2025-02-27"
    assert publication.kept_document(slug="nobody-0", at=DAY) is None


def test_a_voided_influencer_is_not_published_and_leaves_at_the_next_publication() -> None:
    anna, berta = hosts(2)
    run = stored_run({anna: 90.0, berta: 80.0})
    publication.publish(run=run, at=AT)
    berta.refresh_from_db()
    type(berta).objects.filter(pk=berta.pk).update(voided_at=AT)
    publication.publish(run=run, at=AT + HOUR)
    assert publication.document(str(berta.slug)) is None
    public = PublicRun.objects.get()
    assert [row.card.influencer_id for row in publication.influencers(public=public).rows] == [anna.pk]


def test_the_log_refuses_to_be_changed_or_shortened() -> None:
    (anna,) = hosts(1)
    publication.publish(run=stored_run({anna: 90.0}), at=AT)
    for statement in ("UPDATE ratings_publication SET reason = 'x'", "DELETE FROM ratings_publication"):
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_a_cached_document_is_trusted_for_a_second_then_revalidated_by_one_read(
    monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    (anna,) = hosts(1)
    publication.publish(run=stored_run({anna: 90.0}), at=AT)
    anna.refresh_from_db()
    slug = str(anna.slug)
    now = [100.0]
    monkeypatch.setattr("ratings.publication.serving.time.monotonic", lambda: now[0])
    forget()
    for passed, queries in ((0.0, 1), (0.5, 0), (1.1, 1)):
        now[0] += passed
        with django_assert_num_queries(queries):
            assert shown(slug) == 90.0
    body = b'{"overall": {"score": 1.0}}'
    PublicDocument.objects.filter(pk=slug).update(body=body, body_gzip=gzip.compress(body), etag="other")
    now[0] += 1.1
    with django_assert_num_queries(2):
        assert shown(slug) == 1.0
