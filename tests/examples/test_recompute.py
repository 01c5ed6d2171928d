"""A stranger's seventy lines give the published scores."""

from __future__ import annotations

import ast
import importlib.util
import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from ratings import ledger, live
from ratings.close import close
from ratings.models import PublicDocument
from ratings.publication.serving import forget
from ratings.rating import CURRENT, rate_evidence
from ratings.worlds.demo import EVERYDAY
from ratings.worlds.smooth import Smooth, smooth_world
from ratings.worlds.tables import clean_tables
from tests.examples.places import EXAMPLES
from tests.feedback.loading import load_folder
from tests.live.test_live import review

SCRIPT = EXAMPLES / "recompute" / "recompute.py"
AS_OF = date(2026, 1, 1)


def recompute(*documents: Any) -> dict[str, float]:
    """What the script makes of the three documents, as JSON carries them."""
    spec = importlib.util.spec_from_file_location("recompute", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    result: dict[str, float] = module.recompute(*(json.loads(json.dumps(document)) for document in documents))
    return result


def published(card: dict[str, Any]) -> dict[str, float]:
    return {"overall": card["overall"]["score"], **{name: d["score"] for name, d in card["dimensions"].items()}}


def test_seventy_lines_that_import_nothing_of_the_project() -> None:
    text = SCRIPT.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 75
    imported = {
        alias.name if isinstance(node, ast.Import) else node.module
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    assert imported == {"json", "sys", "urllib.request", "numpy"}


def test_every_card_of_a_rated_world() -> None:
    everyday = {name: getattr(EVERYDAY, name) for name in EVERYDAY.__slots__}
    world = smooth_world(n=30, seed=7, until=AS_OF, p=Smooth(**{**everyday, "days": 100}))
    scores = rate_evidence(clean_tables(world), as_of=AS_OF)
    entries = list(scores.entries())
    assert {entry["status"] for entry in entries} == {"rated", "provisional"}
    for entry in entries:
        found = recompute(
            CURRENT.document(), {"parameters": scores.parameters}, scores.evidence_of(entry["influencer_id"])
        )
        assert found == published(entry)


@pytest.mark.django_db
def test_published_cards_by_what_the_api_answers(client: Client, tmp_path: Path) -> None:
    size = ("--influencers", "25", "--days", "100", "--seed", "5", "--until", "2026-02-28")
    call_command("demo_world", str(tmp_path), *size, verbosity=0)
    load_folder(tmp_path)
    ledger._state_named.cache_clear()
    forget()
    close(day=date(2026, 2, 25), at=datetime(2026, 2, 26, 1, tzinfo=UTC))

    def read(path: str) -> Any:
        response = client.get(f"/api/v1/{path}")
        assert response.status_code == 200, path
        return response.json()

    seen = set()
    for slug in PublicDocument.objects.order_by("slug").values_list("slug", flat=True)[:6]:
        card = read(f"influencers/{slug}/scorecard/")
        evidence = read(f"influencers/{slug}/evidence/")
        assert evidence["next"] is None
        documents = read(f"methodology/{card['policy']}/"), read(f"runs/{card['run']}/"), evidence
        assert recompute(*documents) == published(card)
        seen.add(card["status"])
    assert seen == {"rated", "provisional"}

    document = PublicDocument.objects.select_related("influencer").order_by("slug")[0]
    at = datetime(2026, 2, 26, 5, tzinfo=UTC)
    review(1, document.influencer.source_id, at)
    while live.take_up(at=at):
        pass
    forget()
    card = read(f"influencers/{document.slug}/scorecard/")
    assert card["overall"]["score"] != document.data["overall"]["score"]
    evidence = read(f"influencers/{document.slug}/evidence/")
    documents = read(f"methodology/{card['policy']}/"), read(f"runs/{card['run']}/"), evidence
    assert evidence["as_of"] == "2026-02-27"
    assert recompute(*documents) == published(card)


@pytest.mark.django_db
def test_nobody_and_no_run(client: Client) -> None:
    assert client.get("/api/v1/influencers/nobody/evidence/").status_code == 404
    assert client.get("/api/v1/runs/1/").status_code == 404
