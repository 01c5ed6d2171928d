"""Categories are made by the first influencer that names them; common ones know their names."""

from pathlib import Path

import pytest

from influencers.models import Category
from tests.feedback.factories import row
from tests.feedback.loading import load_rows

pytestmark = pytest.mark.django_db


def test_a_common_category_comes_with_its_names_and_an_edited_one_keeps_its_own(tmp_path: Path) -> None:
    Category.objects.create(code="beauty", name_en="Make-up", name_zh="彩妆")
    hosts = {"h1": "tea", "h2": "crafts", "h3": "beauty"}
    load_rows(tmp_path, "influencers", *(row("influencers", influencer_id=h, category=c) for h, c in hosts.items()))
    found = {c.code: (c.name_en, c.name_zh) for c in Category.objects.all()}
    assert found == {"tea": ("Tea and tea ware", "茶与茶器"), "crafts": ("", ""), "beauty": ("Make-up", "彩妆")}
