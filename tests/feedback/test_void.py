"""Evidence that never was: the row stays, marked; whose it was is counted again."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from feedback.models import Outbox, Review
from tests.feedback.factories import row
from tests.feedback.loading import load_rows

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def reviews(tmp_path: Path) -> None:
    load_rows(tmp_path, "influencers", row("influencers"))
    load_rows(tmp_path, "reviews", row("reviews"), row("reviews", review_id="r2"))
    Outbox.objects.all().delete()


def test_the_command_marks_and_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("void", "reviews", "r1", "--reason", "never bought")
    assert "voided 1, already void 0, unknown 0" in capsys.readouterr().out
    review = Review.objects.get(source_id="r1")
    assert review.voided_at is not None
    assert review.void_reason == "never bought"
    assert list(Outbox.objects.values_list("influencer__source_id", "day")) == [("h1", dt.date(2025, 3, 5))]


def test_a_second_void_changes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("void", "reviews", "r1", "--reason", "never bought")
    call_command("void", "reviews", "r1", "--reason", "other words")
    assert Review.objects.get(source_id="r1").void_reason == "never bought"


def test_an_unknown_id_is_named_and_the_known_ones_are_voided() -> None:
    with pytest.raises(CommandError, match="unknown: r404") as failure:
        call_command("void", "reviews", "r1", "r404", "--reason", "never bought")
    assert failure.value.returncode == 1
    assert Review.objects.filter(voided_at=None).count() == 1


def test_a_reason_has_to_be_given() -> None:
    with pytest.raises(CommandError, match="needs a reason"):
        call_command("void", "reviews", "r1", "--reason", " ")
    assert Review.objects.filter(voided_at=None).count() == 2
