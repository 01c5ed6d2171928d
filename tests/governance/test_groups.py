"""Who may do what, before anyone is in a group."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group

pytestmark = pytest.mark.django_db
MAY = {
    "Moderator": {"open_case", "issue_action", "file_appeal"},
    "Senior": {"open_case", "issue_action", "file_appeal", "approve_action", "lift_action", "publish_run"},
    "Appeals reviewer": {"decide_appeal"},
    "Analyst": set(),
}
ALL = {"open_case", "issue_action", "approve_action", "lift_action", "file_appeal", "decide_appeal", "publish_run"}


@pytest.mark.parametrize("name", list(MAY))
def test_a_group_may_what_its_work_is_and_see_everything(name: str) -> None:
    has = set(Group.objects.get(name=name).permissions.values_list("codename", flat=True))
    assert has & ALL == MAY[name]
    assert {"view_action", "view_event", "view_appeal", "view_notice", "view_violation", "view_influencer"} <= has


def test_an_analyst_only_reads() -> None:
    has = Group.objects.get(name="Analyst").permissions.values_list("codename", flat=True)
    assert all(codename.startswith("view_") for codename in has)
