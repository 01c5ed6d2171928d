"""Whatever order the tests come in: what migrations brought is there again after a test that empties every table."""

import pytest
from django.contrib.auth.models import Group
from django.core.management import call_command

from ratings.models import Course, Question
from tests.brought import NAME, brought


def there() -> tuple[list[tuple[str, ...]], int, int]:
    permitted = Group.objects.values_list("name", *(f"permissions__{part}" for part in NAME))
    return sorted(permitted), Course.objects.count(), Question.objects.count()


@pytest.mark.django_db(transaction=True)
def test_what_migrations_brought_comes_back() -> None:
    before = there()
    assert len(before[0]) > 100
    call_command("flush", verbosity=0, interactive=False)
    assert there() == ([], 0, 0)
    brought[0].bring_back()
    assert there() == before
    brought[0].bring_back()
    assert there() == before
