"""Columns of the evidence tables, told by the same words as the canonical ones; null means not known."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.indexes import BrinIndex
from django.db import models

from feedback.columns import Column, Type
from feedback.kinds import KINDS
from influencers.models import ID_COLLATION


def bounds(kind: str) -> list[models.CheckConstraint]:
    """The bounds of `kinds` once more, held by the database."""
    return [
        models.CheckConstraint(condition=_within(column), name=f"{kind}_{column.name}_within")
        for column in KINDS[kind].columns
        if column.choices or column.low is not None
    ]


def _within(column: Column) -> models.Q:
    name = {"class": "violation_class"}.get(column.name, column.name)
    if column.choices:
        return models.Q(**{f"{name}__in": column.choices})
    as_stored = int if column.type is Type.WHOLE else float
    assert column.low is not None
    assert column.high is not None
    return models.Q(**{f"{name}__gte": as_stored(column.low), f"{name}__lte": as_stored(column.high)})


def choice(kind: str, column: str, label: Any, **options: Any) -> models.CharField[Any, Any]:
    choices = KINDS[kind].by_name[column].choices
    options = {"null": True, "blank": True, **options}
    return models.CharField(label, max_length=32, choices=[(value, value) for value in choices], **options)


def source_key(label: Any, **options: Any) -> models.CharField[Any, Any]:
    options = {"null": True, "blank": True, **options}
    return models.CharField(label, max_length=128, db_collation=ID_COLLATION, **options)


def count(label: Any) -> models.BigIntegerField[Any, Any]:
    return models.BigIntegerField(label, null=True, blank=True)


def number(label: Any) -> models.FloatField[Any, Any]:
    return models.FloatField(label, null=True, blank=True)


def moment(label: Any, **options: Any) -> models.DateTimeField[Any, Any]:
    return models.DateTimeField(label, null=True, blank=True, **options)


def words(label: Any, length: int = 200) -> models.CharField[Any, Any]:
    return models.CharField(label, max_length=length, null=True, blank=True)


def by_time_and_influencer(kind: str, time: str) -> list[models.Index]:
    """Every further index costs load speed; of those by revision only rows that were ever revised are in one."""
    found = [
        BrinIndex(fields=[time], name=f"{kind}_time"),
        models.Index(fields=["influencer", f"-{time}"], name=f"{kind}_of_influencer"),
        voided(kind),
    ]
    if KINDS[f"{kind}s"].rated:  # who rates asks what was revised later, of the whole table, whoever it is about
        revised = models.Q(updated_at__isnull=False)
        found.append(models.Index(fields=["updated_at"], condition=revised, name=f"{kind}_revised"))
    return found


def voided(kind: str) -> models.Index:
    """The few that were voided, for whoever lists them; nothing on a row that was not."""
    return models.Index(fields=["id"], condition=models.Q(voided_at__isnull=False), name=f"{kind}_voided")
