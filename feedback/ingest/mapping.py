"""How another source's columns become the canonical ones: a TOML file, checked before anything is read."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping as MappingType
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from feedback.columns import Kind
from feedback.kinds import KINDS

NUMBERS = ("plain", "wan", "percent")
_RULE_WORDS = {"from", "value", "concat", "hash", "sep", "match", "format", "tz", "times", "number"}
_FILE_WORDS = {"kind", "source", "file", "null", "where", "columns", "values"}


class MappingError(ValueError):
    """A mapping that can't be followed."""


@dataclass(frozen=True)
class Rule:
    """How one canonical column is made. Exactly one of `sources` and `value` is given."""

    sources: tuple[str, ...] = ()
    value: str | None = None
    sep: str = ""
    hashed: bool = False
    match: str | None = None
    formats: tuple[str, ...] = ()
    tz: str | None = None
    times: float | None = None
    number: str | None = None
    values: MappingType[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Mapping:
    """What to read of a source and how."""

    kind: Kind
    columns: MappingType[str, Rule]
    source: str | None = None
    file: str | None = None  # of a folder: what this mapping reads, where it isn't named after the kind
    null: tuple[str, ...] = ()
    where: MappingType[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def wanted(self) -> frozenset[str]:
        """The source columns that are read."""
        return frozenset(name for rule in self.columns.values() for name in rule.sources) | frozenset(self.where)


def canonical(kind: Kind) -> Mapping:
    """Every column by its own name."""
    return Mapping(kind, {column.name: Rule(sources=(column.name,)) for column in kind.columns})


def read_mapping(path: Path) -> Mapping:
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise MappingError(f"{path}: {error}") from None
    try:
        return parse(document)
    except MappingError as error:
        raise MappingError(f"{path}: {error}") from None


def parse(document: dict[str, Any]) -> Mapping:
    _only(document, _FILE_WORDS, "the mapping")
    try:
        kind = KINDS[document["kind"]]
    except KeyError:
        raise MappingError(f"kind has to be one of {', '.join(KINDS)}") from None
    given, values = document.get("columns", {}), document.get("values", {})
    _only(given, set(kind.by_name), "[columns]")
    _only(values, set(given), "[values]")
    columns = {name: _rule(name, rule, values.get(name, {})) for name, rule in given.items()}
    if not any(rule.sources for rule in columns.values()):
        raise MappingError("[columns] takes nothing from the file")
    where = {name: tuple(map(_text, _listed(value))) for name, value in document.get("where", {}).items()}
    null = tuple(map(_text, document.get("null", ())))
    return Mapping(kind, columns, document.get("source"), document.get("file"), null, where)


def _rule(name: str, given: Any, values: dict[str, Any]) -> Rule:
    if isinstance(given, str):
        given = {"from": given}
    if not isinstance(given, dict):
        raise MappingError(f"{name}: expected a column's name or a table")
    _only(given, _RULE_WORDS, name)
    if sum(word in given for word in ("from", "value", "concat", "hash")) != 1:
        raise MappingError(f"{name}: give one of from, value, concat and hash")
    if given.get("number", "plain") not in NUMBERS:
        raise MappingError(f"{name}: number has to be one of {', '.join(NUMBERS)}")
    if (match := given.get("match")) is not None:
        try:
            groups = re.compile(match).groups
        except re.error as error:
            raise MappingError(f"{name}: match: {error}") from None
        if groups != 1:
            raise MappingError(f"{name}: match has to have exactly one group")
    times = given.get("times")
    if times is not None and (isinstance(times, bool) or not isinstance(times, int | float)):
        raise MappingError(f"{name}: times has to be a number")
    if given.get("tz") is not None:
        try:
            ZoneInfo(given["tz"])
        except (ZoneInfoNotFoundError, ValueError):
            raise MappingError(f"{name}: unknown time zone {given['tz']}") from None
    return Rule(
        sources=tuple(_listed(given.get("from", given.get("concat", given.get("hash", ()))))),
        value=_text(given["value"]) if "value" in given else None,
        sep=str(given.get("sep", "")),
        hashed="hash" in given,
        match=match,
        formats=tuple(_listed(given.get("format", ()))),
        tz=given.get("tz"),
        times=times,
        number=given.get("number"),
        values={key: _text(value) for key, value in values.items()},
    )


def _only(given: MappingType[str, Any], known: set[str], place: str) -> None:
    if unknown := sorted(set(given) - known):
        raise MappingError(f"{place}: unknown: {', '.join(unknown)}; known: {', '.join(sorted(known))}")


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [value]


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
