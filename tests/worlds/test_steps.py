"""The way from the base model to the current one."""

from __future__ import annotations

from ratings.worlds.steps import BASE, STEPS, step_policies


def test_every_step_changes_what_the_base_switches_off() -> None:
    changed = {name for _, changes in STEPS for name in changes}
    assert changed <= set(BASE)
    for _, changes in STEPS:
        assert any(BASE[name] != value for name, value in changes.items())


def test_steps_add_up() -> None:
    rows = step_policies()
    assert rows[0][0] == "base"
    assert len(rows) == 1 + len(STEPS)
    assert all(getattr(rows[0][1], name) == value for name, value in BASE.items())
    last = rows[-1][1]
    for _, changes in STEPS:
        assert all(getattr(last, name) == value for name, value in changes.items())
