"""Staff look at evidence by id and by influencer; nobody edits it, and no list reads a whole table."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from feedback.models import Complaint, Coverage, Ingest, Outbox, Refund, Review, Revision, Session, Violation
from tests.feedback.factories import row
from tests.feedback.loading import load_rows

pytestmark = pytest.mark.django_db

MODELS = [Session, Review, Refund, Complaint, Violation, Coverage, Revision, Outbox, Ingest]


@pytest.fixture
def staff(client: Client, tmp_path: Path) -> Client:
    load_rows(tmp_path, "influencers", row("influencers"), row("influencers", influencer_id="h2", name="周小满"))
    for kind in ("accounts", "sessions", "reviews", "refunds", "complaints", "violations", "coverage"):
        load_rows(tmp_path, kind, row(kind))
    load_rows(tmp_path, "complaints", row("complaints", status="upheld", updated_at="2025-04-01T00:00:00Z"))
    client.force_login(User.objects.create_superuser("staff"))
    return client


@pytest.mark.parametrize("model", MODELS)
def test_every_list_and_every_row_can_be_seen_and_none_changed(staff: Client, model: type) -> None:
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}"  # type: ignore[attr-defined]
    row_of = model.objects.first()  # type: ignore[attr-defined]
    assert staff.get(reverse(f"{name}_changelist")).status_code == 200
    assert staff.get(reverse(f"{name}_change", args=[row_of.pk])).status_code == 200
    assert staff.get(reverse(f"{name}_add")).status_code == 403
    assert staff.post(reverse(f"{name}_change", args=[row_of.pk]), {}).status_code == 403
    assert staff.post(reverse(f"{name}_delete", args=[row_of.pk]), {"post": "yes"}).status_code == 403
    assert not admin.site._registry[model].show_full_result_count


@pytest.mark.parametrize(
    ("q", "found"), [("r1", 1), ("h1", 1), ("rain", 1), ("@rain_lin", 1), ("小满", 0), ("'%--", 0)]
)
def test_reviews_are_found_by_id_and_by_influencer(staff: Client, q: str, found: int) -> None:
    page = staff.get(reverse("admin:feedback_review_changelist"), {"q": q})
    assert page.context["cl"].result_count == found


def test_a_list_takes_as_many_queries_for_many_rows(staff: Client, tmp_path: Path) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as caught:
            staff.get(reverse("admin:feedback_review_changelist"))
        return len(caught)

    queries()  # the first visit of a session is noted
    few = queries()
    load_rows(
        tmp_path, "reviews", *(row("reviews", review_id=f"x{i}", influencer_id=f"h{1 + i % 2}") for i in range(40))
    )
    assert queries() == few
