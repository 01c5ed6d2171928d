"""A few rows by REST take the single road where nothing is in doubt: nobody may be able to tell which it was."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from feedback import intake, rows
from feedback.api import ingest
from feedback.api.ingest import Array, Body, Lines, taken
from feedback.columns import Column, Kind, Type
from feedback.keys import create_api_key
from feedback.kinds import KINDS
from feedback.models import ApiKey
from feedback.plain import MOST_ROWS, plain_rows
from feedback.stored import table_of
from tests.feedback.factories import DEFAULTS
from tests.feedback.people import host

pytestmark = pytest.mark.django_db

AT = datetime(2026, 1, 20, 12, tzinfo=UTC)
EXAMPLES = int(os.environ.get("ROADS", "40"))  # each takes a tenth of a second and more of the bulk road
SINGLE = ("sessions", "reviews", "refunds", "complaints", "violations")
TIMES = ("2025-03-05T12:00:00+08:00", "2025-03-06T01:02:03.5Z", "2025-12-31T23:59:59.999999-05:30")
ODD_TIMES = (
    *("2025-03-05", "2025-03-05T12:00:00", "1990-01-01T03:00:00+08:00", "2099-12-31T23:00:00-05:00", "soon"),
    *("2025-02-30T12:00:00Z", "2025-03-05 12:00 Z", "2025-03-05T24:00:00Z", "２０２５-03-05T12:00:00Z"),
)
TEXTS = st.text(st.characters(codec="utf-8"), max_size=12) | st.sampled_from(
    [
        "=1+1",
        "@SUM(A1)",
        "-abc",
        " edge",
        "edge\u3000",
        "a\0b",
        "两\r\n行",
        'said "so"',
        "\u200b",
        "😀 good",
        "\\N",
        "\\.",
    ]
)
ODD: st.SearchStrategy[Any] = (
    st.none() | st.booleans() | st.integers(-3, 10**19) | st.floats() | TEXTS | st.just([]) | st.just({"a": 1})
)
USUAL: dict[Type, Callable[[Column], st.SearchStrategy[Any]]] = {
    Type.ID: lambda column: st.sampled_from(["x1", "订单-7", "a b", "x" * 128]) | TEXTS,
    Type.TEXT: lambda column: TEXTS,
    Type.CHOICE: lambda column: st.sampled_from([*column.choices[:6], "unheard of"]),
    Type.WHOLE: lambda column: st.integers(1, 5) | st.integers(0, 10**13) | st.just(2.0) | st.just("3"),
    Type.NUMBER: lambda column: st.floats(0, 1e16) | st.integers(0, 10**16) | st.just(0.1),
    Type.BOOLEAN: lambda column: st.booleans() | st.just("true"),
    Type.TIME: lambda column: st.sampled_from(TIMES) | st.sampled_from(ODD_TIMES),
    Type.DATE: lambda column: st.just("2025-03-05"),
}


@st.composite
def bodies(draw: st.DrawFn) -> tuple[Kind, Body]:
    """One to four rows of a kind: usual ones with a value or two that may be odd, repeated, known or nobody's."""
    kind = KINDS[draw(st.sampled_from(SINGLE))]
    found = []
    for number in range(draw(st.integers(1, 4))):
        row: dict[str, Any] = dict(DEFAULTS[kind.name]) | {kind.key: f"{kind.name}-{number}"}
        for column in draw(st.lists(st.sampled_from(kind.columns), max_size=2, unique_by=lambda one: one.name)):
            row[column.name] = draw(USUAL[column.type](column) | ODD if draw(st.integers(0, 9)) == 0 else _mild(column))
        if draw(st.integers(0, 9)) == 0:
            row[kind.key] = draw(st.sampled_from(["known", "known", f"{kind.name}-0", "consumer:1"]))
        if draw(st.integers(0, 19)) == 0:
            row[draw(st.sampled_from(["influencer_id", "more", "received_at"]))] = draw(ODD)
        found.append(row)
    if draw(st.booleans()):
        return kind, Array().parse(_Stream(json.dumps(found).encode()))
    lines = draw(st.sampled_from(["\n", "\r\n", "\n\n"])).join(json.dumps(row, ensure_ascii=False) for row in found)
    return kind, Body(lines.encode("utf-8", "surrogatepass"), Lines.ending)


def _mild(column: Column) -> st.SearchStrategy[Any]:
    return USUAL[column.type](column)


class _Stream:
    def __init__(self, content: bytes) -> None:
        self.content = content

    def read(self) -> bytes:
        return self.content


@pytest.fixture
def shop() -> ApiKey:
    host()
    key, _secret = create_api_key(name="Shop", scope="ingest")
    for name in SINGLE:
        kind = KINDS[name]
        content = json.dumps({**DEFAULTS[name], kind.key: "known"}).encode()
        taken(kind=kind, key=key, body=Body(content, Lines.ending), at=AT)
    return key


def outcome(kind: Kind, key: ApiKey, body: Body) -> tuple[Any, ...]:
    """What a body is answered, and all that it leaves behind; then it is as if it had never come."""
    with transaction.atomic():
        verdicts = taken(kind=kind, key=key, body=body, at=AT)
        answer = [ingest._row(number, verdict, key.source) for number, verdict in enumerate(verdicts, 1)]
        left = [
            _asked(f"SELECT to_jsonb(f) - 'id' - 'loaded_at' FROM {table_of(kind)} f ORDER BY source_id"),
            _asked("SELECT DISTINCT influencer_id, day FROM feedback_outbox ORDER BY 1, 2"),
            _asked('SELECT source_id, "from" FROM feedback_coverage ORDER BY 1'),
            _asked("SELECT to_jsonb(l) - 'id' - 'at' FROM feedback_ingest l ORDER BY id DESC LIMIT 1"),
            _asked("SELECT kind, source_id, row FROM feedback_revision ORDER BY id"),
        ]
        transaction.set_rollback(True)
    return answer, left


def _asked(question: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(question)
        return cursor.fetchall()


@given(bodies())
@settings(max_examples=EXAMPLES, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_both_roads_answer_and_store_the_same(shop: ApiKey, given_body: tuple[Kind, Body]) -> None:
    kind, body = given_body
    single = plain_rows(kind=kind, content=body.content, source="", reserved=ingest.RESERVED)
    event("nothing in doubt" if single else "in doubt")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ingest, "take_in_lines", lambda **_given: None)
        bulk = outcome(kind, shop, body)
    assert outcome(kind, shop, body) == bulk


@pytest.mark.parametrize("name", SINGLE)
@pytest.mark.parametrize("many", [1, MOST_ROWS])
def test_ordinary_rows_take_the_single_road(
    shop: ApiKey, monkeypatch: pytest.MonkeyPatch, name: str, many: int
) -> None:
    kind = KINDS[name]
    found = [{**DEFAULTS[name], kind.key: f"n{number}", "more": "😀"} for number in range(many)]

    def fail(**_given: Any) -> Any:
        raise AssertionError("the bulk road was taken")

    monkeypatch.setattr(intake, "record", fail)
    body = Array().parse(_Stream(json.dumps(found).encode()))
    verdicts = taken(kind=kind, key=shop, body=body, at=AT)
    assert [(verdict.line, verdict.status, verdict.source_id) for verdict in verdicts] == [
        (number + 1, rows.Status.ACCEPTED, f"n{number}") for number in range(many)
    ]
    assert len(_asked(f"SELECT FROM {table_of(kind)}")) == many + 1
    waiting = _asked("SELECT id FROM feedback_outbox")
    again = taken(kind=kind, key=shop, body=body, at=AT)
    assert {verdict.status for verdict in again} == {rows.Status.DUPLICATE}
    assert _asked("SELECT id FROM feedback_outbox") == waiting


def test_a_source_stands_before_every_id_on_either_road(monkeypatch: pytest.MonkeyPatch) -> None:
    host("ks:h1")
    key, _secret = create_api_key(name="Shop", scope="ingest", source="ks")
    body = Body(json.dumps({**DEFAULTS["reviews"], "session_id": "s1"}).encode(), Lines.ending)
    single = outcome(KINDS["reviews"], key, body)
    monkeypatch.setattr(ingest, "take_in_lines", lambda **_given: None)
    assert single == outcome(KINDS["reviews"], key, body)
    assert single[0] == [{"row": 1, "line": 1, "status": "accepted", "id": "r1"}]
