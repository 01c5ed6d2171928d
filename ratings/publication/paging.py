"""Pages by key, not by number: page N costs what page 1 costs, and a cursor stays within the run it came from."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.core import signing
from django.db.models import F, Model, Q, QuerySet
from django.db.models.expressions import OrderBy

SALT = "ratings.cursor"
Row = TypeVar("Row")
Stored = TypeVar("Stored", bound=Model)


class CursorInvalid(Exception):
    """Not a cursor of ours, or one of another list."""


class CursorGone(Exception):
    """A cursor of a run that the public no longer reads."""


@dataclass(frozen=True)
class Order:
    """Columns to order by, each with whether it descends; together unique, never null."""

    columns: tuple[tuple[str, bool], ...]

    def expressions(self, *, backwards: bool) -> list[OrderBy]:
        return [OrderBy(F(name), descending=descends != backwards) for name, descends in self.columns]

    def beyond(self, key: Sequence[Any], *, backwards: bool) -> Q:
        """Rows strictly after `key`; the first column also stands alone, so that an index can start there."""
        beyond = Q()
        for depth, (name, descends) in enumerate(self.columns):
            equal = Q(**{column: value for (column, _), value in zip(self.columns[:depth], key[:depth], strict=True)})
            beyond |= equal & Q(**{f"{name}__{'lt' if descends != backwards else 'gt'}": key[depth]})
        first, descends = self.columns[0]
        return Q(**{f"{first}__{'lte' if descends != backwards else 'gte'}": key[0]}) & beyond

    def key(self, row: Model) -> list[Any]:
        values = [getattr(row, name) for name, _ in self.columns]
        return [_plain(value) for value in values]


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value


@dataclass(frozen=True)
class Page(Generic[Row]):
    """One page of a list: its run and rows, the place of the first, and cursors to its neighbours."""

    run: int
    rows: list[Row]
    first_place: int
    next: str | None
    previous: str | None


@dataclass(frozen=True)
class Cursor:
    """Where a page starts: `run` and `scope` name the list, `key` the neighbour row, `place` that page's edge."""

    run: int
    scope: str
    key: list[Any]
    backwards: bool
    place: int

    def sign(self) -> str:
        return signing.dumps([self.run, self.scope, self.key, self.backwards, self.place], salt=SALT)

    @classmethod
    def read(cls, text: str) -> Cursor:
        try:
            run, scope, key, backwards, place = signing.loads(text, salt=SALT)
        except (signing.BadSignature, ValueError, TypeError) as error:
            raise CursorInvalid from error
        return cls(run, scope, key, backwards, place)


def scope_of(name: str, asked: list[Any]) -> str:
    """A cursor serves the list it came from and no other."""
    return hashlib.sha256(json.dumps([name, *asked]).encode()).hexdigest()[:16]


def page(
    rows: QuerySet[Stored], *, order: Order, run: int, scope: str, cursor: Cursor | None, size: int
) -> Page[Stored]:
    """The page of `rows` that `cursor` points at (the first one without)."""
    backwards = cursor is not None and cursor.backwards
    if cursor is not None:
        rows = rows.filter(order.beyond(cursor.key, backwards=backwards))
    found = list(rows.order_by(*order.expressions(backwards=backwards))[: size + 1])
    more, found = len(found) > size, found[:size]
    if backwards:
        found.reverse()
    place = 1
    if cursor is not None:
        place = cursor.place - len(found) if backwards else cursor.place
    ahead = backwards or more
    behind = more if backwards else cursor is not None
    if not found:
        return Page(run, [], place, None, None)
    return Page(
        run,
        found,
        place,
        Cursor(run, scope, order.key(found[-1]), False, place + len(found)).sign() if ahead else None,
        Cursor(run, scope, order.key(found[0]), True, place).sign() if behind else None,
    )
