"""Olist's order data → one file per evidence kind, each row carrying its seller.

Only what a mapping file can't do happens here: an order's seller stands on its items, its customer on the order,
a seller's category on the products of its items. Names, times and constants are left to the mapping files.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb

from feedback.ingest.prepare.errors import PrepareError

FILES: dict[str, tuple[str, tuple[str, ...]]] = {
    "orders": ("olist_orders_dataset", ("order_id", "customer_id", "order_status", "order_purchase_timestamp")),
    "items": ("olist_order_items_dataset", ("order_id", "order_item_id", "product_id", "seller_id", "price")),
    "reviews": (
        "olist_order_reviews_dataset",
        ("review_id", "order_id", "review_score", "review_comment_message", "review_creation_date"),
    ),
    "products": ("olist_products_dataset", ("product_id", "product_category_name")),
    "sellers": ("olist_sellers_dataset", ("seller_id", "seller_city", "seller_state")),
    "translation": (
        "product_category_name_translation",
        ("product_category_name", "product_category_name_english"),
    ),
}
KEYS = {
    "orders": ("order_id",),
    "items": ("order_id", "order_item_id"),
    "reviews": ("review_id",),
    "products": ("product_id",),
    "sellers": ("seller_id",),
    "translation": ("product_category_name",),
}
RETURNED = ("canceled", "unavailable")
UNCATEGORISED = "uncategorised"

# One row per order × seller. The day is the one on the shop's clock: the timestamps carry no zone, and the mapping
# files name it (America/Sao_Paulo), so the first ten characters are the local date.
SALES = """
CREATE TABLE sales AS
SELECT i.order_id, i.seller_id, o.customer_id, o.order_status, o.order_purchase_timestamp,
       left(o.order_purchase_timestamp, 10) AS day, sum(i.price)::DECIMAL(18, 2) AS amount
FROM items i JOIN orders o USING (order_id)
GROUP BY ALL
"""

# Ties by what earns more, then by name, so that the category never depends on the order of the rows.
CATEGORIES = f"""
CREATE TABLE categories AS
WITH sold AS (
    SELECT i.seller_id, coalesce(t.product_category_name_english, p.product_category_name) AS category,
           count(*) AS pieces, sum(i.price) AS worth
    FROM items i
    LEFT JOIN products p USING (product_id)
    LEFT JOIN translation t USING (product_category_name)
    GROUP BY ALL
)
SELECT seller_id, coalesce(category, '{UNCATEGORISED}') AS category
FROM sold
QUALIFY row_number() OVER (
    PARTITION BY seller_id ORDER BY category IS NULL, pieces DESC, worth DESC, category
) = 1
"""  # noqa: S608

READ = """
CREATE TABLE {table} AS
SELECT DISTINCT * FROM read_csv(?, header=true, delim=',', quote='"', escape='"', all_varchar=true, store_rejects=true)
"""

# A cell that a spreadsheet would run is written as text, as everywhere in the project; an id stays what it is, and is
# refused when it is loaded.
AS_TEXT = """
CREATE MACRO as_text(cell) AS CASE WHEN regexp_matches(cell, '^[=+@\t\r-]') THEN '''' || cell ELSE cell END
"""

OUTPUTS = {
    "influencers": f"""
        SELECT s.seller_id, 'Seller ' || left(s.seller_id, 8) || ' (' || s.seller_city || ', ' || s.seller_state || ')'
                   AS seller_name,
               as_text(s.seller_city) AS seller_city, as_text(s.seller_state) AS seller_state,
               coalesce(as_text(c.category), '{UNCATEGORISED}') AS category
        FROM sellers s LEFT JOIN categories c USING (seller_id)
        ORDER BY s.seller_id
    """,  # noqa: S608
    "sessions": """
        SELECT seller_id, day, min(order_purchase_timestamp) AS first_purchase,
               count(*) AS orders, sum(amount)::DECIMAL(18, 2) AS gmv
        FROM sales GROUP BY seller_id, day ORDER BY seller_id, day
    """,
    "reviews": """
        SELECT r.review_id, r.order_id, s.seller_id, s.customer_id, s.day, r.review_score, r.review_creation_date,
               as_text(r.review_comment_message) AS review_comment_message
        FROM reviews r JOIN sales s USING (order_id)
        ORDER BY r.review_id, s.seller_id
    """,
    "refunds": f"""
        SELECT order_id, seller_id, day, order_status, order_purchase_timestamp, amount
        FROM sales WHERE order_status IN {RETURNED} ORDER BY order_id, seller_id
    """,  # noqa: S608
    "refused": "SELECT file, as_text(id) AS id, as_text(order_id) AS order_id, reason FROM refused ORDER BY ALL",
}


def prepare(source: Path, into: Path) -> Iterator[tuple[str, int]]:
    """Joins the published files of `source` and writes the five CSV files of `into`; yields (name, rows) of each."""
    with duckdb.connect(config={"autoinstall_known_extensions": "false"}) as db:
        db.execute(AS_TEXT)
        db.execute("CREATE TABLE refused (file VARCHAR, id VARCHAR, order_id VARCHAR, reason VARCHAR)")
        for table, (name, columns) in FILES.items():
            _read(db, table, _find(source, name), columns)
        _refuse(db)
        db.execute(SALES)
        db.execute(CATEGORIES)
        into.mkdir(parents=True, exist_ok=True)
        for name, sql in OUTPUTS.items():
            written = db.execute(f"COPY ({sql}) TO '{_quoted(into / name)}.csv' (HEADER, DELIMITER ',')").fetchone()
            yield name, int(written[0]) if written else 0


def _find(folder: Path, name: str) -> Path:
    for suffix in (".csv.gz", ".csv"):
        if (path := folder / f"{name}{suffix}").is_file():
            return path
    raise PrepareError(f"{folder / name}.csv.gz (or .csv) is missing")


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")


def _read(db: duckdb.DuckDBPyConnection, table: str, path: Path, columns: tuple[str, ...]) -> None:
    """Every value as text; a line that is no row of this file is refused with its number."""
    try:
        db.execute(READ.format(table=table), [str(path)])
    except duckdb.Error as error:
        raise PrepareError(f"{path.name} can't be read: {str(error).splitlines()[0]}") from error
    found = {row[0] for row in db.execute(f"DESCRIBE {table}").fetchall()}
    if missing := [column for column in columns if column not in found]:
        raise PrepareError(f"{path.name} has no column {', '.join(missing)}")
    db.execute("INSERT INTO refused SELECT ?, 'line ' || line, NULL, error_message FROM reject_errors", [path.name])
    db.execute("DROP TABLE reject_errors; DROP TABLE reject_scans")


def _refuse(db: duckdb.DuckDBPyConnection) -> None:
    """Takes out what can't be joined, each row with its reason, before anything is counted."""
    for table, key in KEYS.items():
        columns = ", ".join(key)
        twice = f"({columns}) IN (SELECT ({columns}) FROM {table} GROUP BY ALL HAVING count(*) > 1)"  # noqa: S608
        _take_out(db, table, twice, "the same id stands twice with different content")
    db.execute("ALTER TABLE items ALTER price TYPE DECIMAL(18, 2) USING try_cast(price AS DECIMAL(18, 2))")
    _take_out(db, "items", "price IS NULL OR price < 0", "the price is not a number of 0 or more")
    _take_out(
        db,
        "orders",
        "try_strptime(order_purchase_timestamp, '%Y-%m-%d %H:%M:%S') IS NULL",
        "the time of purchase is missing or no time",
    )
    _take_out(
        db, "items", "(order_id IN (SELECT order_id FROM orders)) IS NOT TRUE", "its order is not in the orders file"
    )
    _take_out(
        db,
        "items",
        "(seller_id IN (SELECT seller_id FROM sellers)) IS NOT TRUE",
        "its seller is not in the sellers file",
    )
    _take_out(
        db, "reviews", "(order_id IN (SELECT order_id FROM orders)) IS NOT TRUE", "its order is not in the orders file"
    )
    without_item = "(order_id IN (SELECT order_id FROM items)) IS NOT TRUE"
    _take_out(db, "reviews", without_item, "no item hangs on its order, so no seller")
    _take_out(db, "orders", without_item, "no item hangs on the order, so no seller")


def _take_out(db: duckdb.DuckDBPyConnection, table: str, where: str, reason: str) -> None:
    name = f"concat_ws('/', {', '.join(KEYS[table])})"
    order = "order_id" if table in ("orders", "items", "reviews") else "NULL"
    named = f"SELECT ?, {name}, {order}, ? FROM {table} WHERE {where}"  # noqa: S608
    db.execute(f"INSERT INTO refused {named}", [table, reason])
    db.execute(f"DELETE FROM {table} WHERE {where}")  # noqa: S608
