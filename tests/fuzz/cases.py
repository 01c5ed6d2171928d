"""Calls the service with what its schema allows and with what it does not, and gathers what came back wrong."""

from __future__ import annotations

import collections
import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import hypothesis
import schemathesis
from hypothesis import HealthCheck
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.core.failures import FailureGroup
from schemathesis.schemas import APIOperation, BaseSchema

from tests.fuzz.credentials import Credential

LIKELY = 0.7  # how often what stands for something stored is something stored


@dataclass
class Found:
    """How many calls were made, what they were answered, and what was wrong, one example of each kind."""

    calls: int = 0
    statuses: collections.Counter[int] = field(default_factory=collections.Counter)
    wrong: dict[tuple[str, str], str] = field(default_factory=dict)

    def add(self, other: Found) -> None:
        self.calls += other.calls
        self.statuses += other.statuses
        self.wrong = other.wrong | self.wrong


def fuzzed(
    operation: APIOperation[Any, Any, Any],
    *,
    credential: Credential,
    known: Mapping[str, list[Any]],
    calls: int,
    seed: int,
    excluded: list[Any],
) -> Found:
    """Call one operation: half with data of its schema, half without; `known` holds values that exist."""
    found = Found()
    for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
        try:
            _calls(operation, mode, credential=credential, known=known, calls=calls // 2, seed=seed, found=found,
                   excluded=excluded)  # fmt: skip
        except hypothesis.errors.Unsatisfiable:  # an operation without parameters has no wrong data
            continue
    return found


def _calls(
    operation: APIOperation[Any, Any, Any],
    mode: GenerationMode,
    *,
    credential: Credential,
    known: Mapping[str, list[Any]],
    calls: int,
    seed: int,
    found: Found,
    excluded: list[Any],
) -> None:
    @hypothesis.seed(seed)
    @hypothesis.settings(
        max_examples=calls,
        deadline=None,
        database=None,
        phases=[hypothesis.Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @hypothesis.given(case=operation.as_strategy(generation_mode=mode), dice=st.randoms(use_true_random=False))
    def once(case: Case, dice: random.Random) -> None:
        _stored(case, dice, known, body=mode is GenerationMode.POSITIVE)
        found.calls += 1
        try:
            response = case.call(headers=credential.headers, cookies=credential.cookies)
        except Exception as error:  # an exception that leaves the service is worse than a 500
            found.wrong.setdefault(
                (operation.label, type(error).__name__), f"{case.path_parameters} {case.body!r:.300}"
            )
            return
        found.statuses[response.status_code] += 1
        try:
            case.validate_response(
                response,
                excluded_checks=excluded,
                headers=credential.headers,
                transport_kwargs={"cookies": credential.cookies},
            )
        except FailureGroup as group:
            for failure in group.exceptions:
                if credential.cookies and "in cookie" in str(failure):  # ours goes along all the same
                    continue
                example = f"{case.as_curl_command()[:600]}\n  -> {response.status_code} {response.content[:300]!r}"
                key = (operation.label, f"{getattr(failure, 'title', failure)} [{response.status_code}]")
                found.wrong.setdefault(key, f"{example}\n  {str(failure)[:300]}")

    once()


def _stored(case: Case, dice: random.Random, known: Mapping[str, list[Any]], *, body: bool) -> None:
    """Put what exists where the schema says only "a string"; strangers are asked for, too."""
    for name in case.path_parameters or ():
        if name in known and dice.random() < LIKELY:
            case.path_parameters[name] = dice.choice(known[name])
    if body and isinstance(case.body, dict):
        for name in case.body:
            if name in known and dice.random() < LIKELY:
                case.body[name] = dice.choice(known[name])


def loaded(app: Any) -> BaseSchema:
    """The schema as the service serves it."""
    return schemathesis.openapi.from_wsgi("/api/schema/?format=json", app)
