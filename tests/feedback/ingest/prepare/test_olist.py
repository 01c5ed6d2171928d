"""`prepare olist`: who sold what, who is refused and why, on files small enough to check by eye."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from tests.feedback.ingest.prepare.olist_files import ITEMS, ORDERS, PRODUCTS, REVIEWS, published


def prepare(source: Path, into: Path) -> str:
    """Every world here has something to refuse, so the command always ends with 1."""
    with pytest.raises(CommandError) as caught:
        call_command("prepare", "olist", str(source), str(into))
    assert caught.value.returncode == 1
    return str(caught.value)


def rows(into: Path, name: str) -> list[dict[str, str]]:
    with (into / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def refused(into: Path) -> list[tuple[str, str, str]]:
    return [(row["file"], row["id"], row["reason"]) for row in rows(into, "refused")]


@pytest.fixture
def out(tmp_path: Path) -> Path:
    prepare(published(tmp_path / "in"), tmp_path / "out")
    return tmp_path / "out"


def test_one_session_per_seller_and_day_sums_orders_and_sales(out: Path) -> None:
    assert rows(out, "sessions") == [
        {
            "seller_id": "s1",
            "day": "2017-10-14",
            "first_purchase": "2017-10-14 08:00:00",
            "orders": "2",
            "gmv": "30.20",
        },
        {
            "seller_id": "s2",
            "day": "2017-10-14",
            "first_purchase": "2017-10-14 23:50:00",
            "orders": "1",
            "gmv": "99.00",
        },
        {
            "seller_id": "s2",
            "day": "2018-03-02",
            "first_purchase": "2018-03-02 10:00:00",
            "orders": "1",
            "gmv": "99.00",
        },
    ]


def test_a_review_counts_for_every_seller_of_its_order(out: Path) -> None:
    found = [(row["review_id"], row["seller_id"], row["review_score"]) for row in rows(out, "reviews")]
    assert found == [("r1", "s1", "4"), ("r1", "s2", "4"), ("r2", "s1", "5"), ("r3", "s2", "1")]


def test_a_comment_keeps_its_quotes_and_never_becomes_a_formula(out: Path) -> None:
    texts = {row["review_id"]: row["review_comment_message"] for row in rows(out, "reviews")}
    assert texts == {"r1": 'Chegou, mas "atrasado"', "r2": "", "r3": "'=cmd|' /C calc'!A0"}


def test_an_order_without_item_is_refused_by_name_with_its_review(out: Path) -> None:
    assert refused(out) == [
        ("orders", "o4", "no item hangs on the order, so no seller"),
        ("reviews", "r4", "no item hangs on its order, so no seller"),
    ]


def test_only_cancelled_orders_with_a_seller_are_refunds(out: Path) -> None:
    assert [(row["order_id"], row["seller_id"], row["amount"]) for row in rows(out, "refunds")] == [
        ("o3", "s2", "99.00")
    ]


def test_the_category_is_what_was_sold_most_and_known(out: Path) -> None:
    # s1 sold two toys and two pieces without a category; nobody translated pc_gamer; s3 sold nothing.
    assert {row["seller_id"]: row["category"] for row in rows(out, "influencers")} == {
        "s1": "toys",
        "s2": "pc_gamer",
        "s3": "uncategorised",
    }


@pytest.mark.parametrize(
    ("second_price", "category"),
    [("10.10", "beauty"), ("10.20", "toys"), ("10.00", "beauty")],
    ids=["equal: the first by name", "toys earned more", "beauty earned more"],
)
def test_a_tie_of_categories_goes_to_the_one_that_earned_more_then_by_name(
    tmp_path: Path, second_price: str, category: str
) -> None:
    items = f"{ITEMS.splitlines()[0]}\no1,1,p3,s1,x,10.10,1\no2,1,p1,s1,x,{second_price},1\n"
    products = "product_id,product_category_name\np1,brinquedos\np3,beauty\n"
    source = published(tmp_path / "in", olist_order_items_dataset=items, olist_products_dataset=products)
    prepare(source, tmp_path / "out")
    assert rows(tmp_path / "out", "influencers")[0]["category"] == category


def test_the_order_of_the_published_rows_changes_nothing(tmp_path: Path, out: Path) -> None:
    def backwards(text: str) -> str:
        header, *lines = text.splitlines()
        return "\n".join([header, *reversed(lines)]) + "\n"

    source = published(
        tmp_path / "turned",
        olist_orders_dataset=backwards(ORDERS),
        olist_order_items_dataset=backwards(ITEMS),
        olist_order_reviews_dataset=backwards(REVIEWS),
        olist_products_dataset=backwards(PRODUCTS),
    )
    prepare(source, tmp_path / "again")
    for file in sorted(out.glob("*.csv")):
        assert (tmp_path / "again" / file.name).read_bytes() == file.read_bytes()


def test_rows_that_cannot_be_joined_are_refused_and_the_others_kept(tmp_path: Path) -> None:
    source = published(
        tmp_path / "in",
        olist_orders_dataset=ORDERS + "o5,c5,delivered,yesterday,x\no2,c9,shipped,2017-10-14 08:00:00,x\n",
        olist_order_items_dataset=ITEMS + "o1,4,p1,s9,x,1.00,1\no1,5,p1,s1,x,free,1\no9,1,p1,s1,x,1.00,1\n",
        olist_order_reviews_dataset=REVIEWS + "r5,o8,5,,,2018-01-01 00:00:00,x\n",
    )
    said = prepare(source, tmp_path / "out")
    assert refused(tmp_path / "out") == [
        ("items", "o1/4", "its seller is not in the sellers file"),
        ("items", "o1/5", "the price is not a number of 0 or more"),
        ("items", "o2/1", "its order is not in the orders file"),
        ("items", "o2/2", "its order is not in the orders file"),
        ("items", "o9/1", "its order is not in the orders file"),
        ("orders", "o2", "the same id stands twice with different content"),
        ("orders", "o2", "the same id stands twice with different content"),
        ("orders", "o4", "no item hangs on the order, so no seller"),
        ("orders", "o5", "the time of purchase is missing or no time"),
        ("reviews", "r2", "its order is not in the orders file"),
        ("reviews", "r4", "no item hangs on its order, so no seller"),
        ("reviews", "r5", "its order is not in the orders file"),
    ]
    assert "12 rows were refused" in said
    assert [row["review_id"] for row in rows(tmp_path / "out", "reviews")] == ["r1", "r1", "r3"]


def test_the_mapping_files_are_laid_beside_what_they_read(out: Path) -> None:
    assert sorted(file.stem for file in out.glob("*.toml")) == ["influencers", "refunds", "reviews", "sessions"]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"olist_sellers_dataset": "seller_id,seller_city\ns1,x\n"}, "has no column seller_state"),
        ({"olist_products_dataset": ""}, "olist_products_dataset.csv.gz"),
    ],
)
def test_a_file_of_another_shape_stops_with_its_name(tmp_path: Path, changed: dict[str, str], said: str) -> None:
    source = published(tmp_path / "in", **changed)
    with pytest.raises(CommandError, match=said) as caught:
        call_command("prepare", "olist", str(source), str(tmp_path / "out"))
    assert caught.value.returncode == 2


def test_a_missing_file_and_a_truncated_one_are_named(tmp_path: Path) -> None:
    source = published(tmp_path / "in")
    packed = source / "olist_order_items_dataset.csv.gz"
    packed.write_bytes(packed.read_bytes()[:60])
    with pytest.raises(CommandError, match=r"olist_order_items_dataset\.csv\.gz can't be read"):
        call_command("prepare", "olist", str(source), str(tmp_path / "out"))
    packed.unlink()
    with pytest.raises(CommandError, match=r"olist_order_items_dataset\.csv\.gz \(or \.csv\) is missing"):
        call_command("prepare", "olist", str(source), str(tmp_path / "out"))
