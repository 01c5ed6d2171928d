"""Addresses: readable where they can be, unique, fixed for ever, and nothing but letters, digits and hyphens."""

import re

import pytest

from influencers.models import Account, Influencer
from ratings import publication
from ratings.publication.slugs import base36, slug_for
from tests.pages.published import influencer
from tests.publication.stored import AT, stored_run


@pytest.mark.parametrize(("number", "written"), [(0, "0"), (35, "z"), (36, "10"), (1295, "zz"), (46656, "1000")])
def test_numbers_in_base_36(number: int, written: str) -> None:
    assert base36(number) == written


@pytest.mark.parametrize(
    ("handle", "name", "slug"),
    [
        ("xiaoman", "周小满", "xiaoman-a"),
        ("周小满", "Xiao Man", "xiao-man-a"),
        ("周小满", "农家铺", "host-a"),
        ("", "", "host-a"),
        ("Renée_Ünlü!", "", "renee-unlu-a"),
        ("../../etc/passwd", "", "etc-passwd-a"),
        ("<script>alert(1)</script>", "", "script-alert-1-script-a"),
        ("\u202egnp.exe\x00", "", "gnp-exe-a"),
        ("---", "%00%0a", "00-0a-a"),
        ("a" * 300, "", "a" * 60 + "-a"),
    ],
)
def test_readable_part(handle: str, name: str, slug: str) -> None:
    found = slug_for(influencer_id=10, handle=handle, name=name)
    assert found == slug
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", found)


@pytest.mark.django_db
def test_an_address_never_changes_and_is_never_shared() -> None:
    one, other = influencer("Li Na", handle="lina"), influencer("Li Na 2", handle="lina")
    publication.publish(run=stored_run({one: 80.0, other: 70.0}), at=AT)
    first = dict(Influencer.objects.values_list("pk", "slug"))
    assert len(set(first.values())) == 2
    Account.objects.update(handle="another")
    Influencer.objects.update(name="Another")
    publication.publish(run=stored_run({one: 80.0, other: 70.0}), at=AT)
    assert dict(Influencer.objects.values_list("pk", "slug")) == first
