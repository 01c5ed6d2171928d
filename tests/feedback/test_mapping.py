"""Every transform of a mapping file, on text as real exports spell it."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from openpyxl import Workbook

from feedback.ingest.mapping import MappingError, parse, read_mapping
from feedback.models import Refund, Review, Session
from influencers.models import Account, Influencer
from tests.feedback.factories import DEFAULTS, row, write
from tests.feedback.loading import Loaded, load_file, load_rows


def load_mapped(folder: Path, mapping: str, csv: str, **how: str) -> Loaded:
    (folder / "map.toml").write_text(mapping, encoding="utf-8")
    path = folder / "export.csv"
    path.write_text(csv, encoding="utf-8")
    found = read_mapping(folder / "map.toml")
    return load_file(path, found.kind.name, mapping=found, **how)


@pytest.mark.django_db
class TestTransforms:
    @pytest.fixture(autouse=True)
    def _influencer(self, tmp_path: Path) -> None:
        load_rows(tmp_path, "influencers", row("influencers"), row("influencers", influencer_id="7"))

    def test_the_example_of_the_interface(self, tmp_path: Path) -> None:
        load_rows(tmp_path, "influencers", row("influencers", influencer_id="s1"), source="olist")
        mapping = """
            kind = "reviews"
            source = "olist"
            null = ["-", "--", ""]
            where = {status_type = "video"}
            [columns]
            review_id = "review_id"
            influencer_id = "seller_id"
            reviewer_id = "customer"
            created_at = {from = "review_creation_date", format = "%Y-%m-%d %H:%M:%S", tz = "America/Sao_Paulo"}
            professionalism = "review_score"
            service = "review_score"
            as_described = "review_score"
            verified = {value = true}
            order_id = {concat = ["order_id", "seller_id"], sep = "-"}
            session_id = {from = "post_id", match = "^[0-9]+_([0-9]+)$"}
            language = "language"
            text = "message"
            [values.language]
            portugues = "pt"
        """
        csv = (
            "review_id,seller_id,customer,review_creation_date,review_score,order_id,post_id,language,message,status_type\n"
            "a,s1,u,2018-06-12 00:00:00,3,o1,12_34,portugues,--,video\n"
            "b,s1,u,2018-06-12 00:00:00,3,o1,12_34,en,hello,photo\n"
            "c,s1,u,2018-06-12 00:00:00,3,,nothing,en,hello,video\n"
        )
        assert load_mapped(tmp_path, mapping, csv).counts == {"rows": 3, "loaded": 2, "skipped": 1}
        first, second = Review.objects.order_by("source_id")
        assert first.source_id == "olist:a"
        assert first.created_at.isoformat() == "2018-06-12T03:00:00+00:00"
        assert (first.professionalism, first.verified, first.language, first.text) == (3, True, "pt", None)
        assert (first.order_id, first.session_id) == ("olist:o1-s1", "olist:34")
        assert (second.order_id, second.session_id, second.language) == (None, None, "en")

    def test_quantities_as_a_chinese_export_writes_them(self, tmp_path: Path) -> None:
        mapping = """
            kind = "sessions"
            null = ["-"]
            [columns]
            session_id = "场次"
            influencer_id = {value = "h1"}
            started_at = {from = "开播时间", format = ["%Y/%m/%d %H:%M", "%Y-%m-%d %H:%M:%S"]}
            orders = {from = "成交订单数", number = "plain"}
            viewers = {from = "观看人数", number = "wan"}
            gmv = {from = "成交金额", number = "wan"}
            ad_spend = {from = "投放(分)", times = 0.01}
            avg_online = {from = "占比", number = "percent"}
        """
        csv = (
            "场次,开播时间,成交订单数,观看人数,成交金额,投放(分),占比\n"
            '1,2025/3/1 20:05,"1,234",7.5w,7.5w~10w,1999,12.5%\n'
            "2,2025-03-02 20:05:00,12,3.1万,¥25000,-,-\n"
            "3,2025/3/1 20:05,12,1.2亿,10-12万,-,-\n"
            "4,2025/3/1 20:05,12,lots,1,-,-\n"
        )
        done = load_mapped(tmp_path, mapping, csv, tz="Asia/Shanghai")
        assert done.counts == {"rows": 4, "loaded": 3, "rejected": 1}
        assert done.reasons == ['5 viewers: "lots" is not a whole number']
        names = ("orders", "viewers", "gmv", "gmv_low", "gmv_high", "ad_spend", "avg_online")
        assert list(Session.objects.order_by("source_id").values_list(*names)) == [
            (1234, 75_000, None, 75_000.0, 100_000.0, 19.99, 0.125),
            (12, 31_000, 25_000.0, None, None, None, None),
            (12, 120_000_000, None, 100_000.0, 120_000.0, None, None),
        ]
        assert Session.objects.order_by("source_id")[0].started_at.isoformat() == "2025-03-01T12:05:00+00:00"

    def test_american_dates_without_a_zone_are_refused_without_one(self, tmp_path: Path) -> None:
        mapping = """
            kind = "sessions"
            where = {status_type = ["video", "live"]}
            [columns]
            session_id = {from = "status_id", match = "^[0-9]+_([0-9]+)$"}
            influencer_id = {from = "status_id", match = "^([0-9]+)_[0-9]+$"}
            started_at = {from = "status_published", format = "%m/%d/%Y %H:%M"}
            orders = {value = 0}
            likes = "num_reactions"
        """
        csv = (
            "\ufeffstatus_id,status_type,status_published,num_reactions\n"
            "7_1,video,4/22/2018 6:00,5\n7_2,photo,4/22/2018 6:00,5\n"
        )
        refused = load_mapped(tmp_path, mapping, csv)
        assert refused.counts == {"rows": 2, "skipped": 1, "rejected": 1}
        assert "has no offset from UTC" in refused.reasons[0]
        assert load_mapped(tmp_path, mapping, csv, tz="Asia/Bangkok").counts == {"rows": 2, "loaded": 1, "skipped": 1}
        session = Session.objects.get()
        assert session.started_at.isoformat() == "2018-04-21T23:00:00+00:00"
        assert (session.source_id, session.likes, session.viewers) == ("1", 5, None)

    def test_a_source_goes_before_every_id(self, tmp_path: Path) -> None:
        load_rows(tmp_path, "influencers", row("influencers"), source="shop")
        load_rows(tmp_path, "refunds", row("refunds", order_id="o1"), source="shop")
        refund = Refund.objects.select_related("influencer").get()
        assert (refund.source_id, refund.order_id) == ("shop:f1", "shop:o1")
        assert refund.influencer.source_id == "shop:h1"

    def test_a_column_the_file_lacks_is_named_by_the_source(self, tmp_path: Path) -> None:
        mapping = (
            'kind="refunds"\n[columns]\nrefund_id="id"\ninfluencer_id={value="h1"}\ncreated_at="when"\nreason="why"'
        )
        done = load_mapped(tmp_path, mapping, "id,when\n1,2025-01-01T00:00:00Z\n")
        assert done.reasons == ["2 reason: the file has no column why; add it, or name another in a mapping"]


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ({"kind": "reviewz"}, "kind has to be one of"),
        ({"kind": "reviews", "colums": {}}, "unknown: colums"),
        ({"kind": "reviews", "columns": {"stars": "x"}}, r"\[columns\]: unknown: stars"),
        ({"kind": "reviews", "columns": {"text": {"from": "x", "value": "y"}}}, "give one of from, value, concat"),
        ({"kind": "reviews", "columns": {"text": {"from": "x", "match": "(("}}}, "match"),
        ({"kind": "reviews", "columns": {"text": {"from": "x", "match": "abc"}}}, "exactly one group"),
        ({"kind": "reviews", "columns": {"text": {"from": "x", "number": "lakh"}}}, "number has to be one of"),
        ({"kind": "reviews", "columns": {"text": {"from": "x", "tz": "Mars/Olympus"}}}, "unknown time zone"),
        ({"kind": "reviews", "columns": {"text": {"value": "y"}}}, "takes nothing from the file"),
        ({"kind": "reviews", "columns": {"text": "x"}, "values": {"language": {}}}, r"\[values\]"),
    ],
)
def test_a_mapping_that_can_not_be_followed_says_why(document: dict[str, object], reason: str) -> None:
    with pytest.raises(MappingError, match=reason):
        parse(document)


HOSTS = [row("influencers", influencer_id=str(i), name=f"主播{i}", category="food") for i in range(5)]
ACCOUNTS = [
    row("accounts", account_id=str(100 + i), influencer_id=str(i), handle=f"@x{i}", followers=i * 1000 if i else None)
    for i in range(5)
]


def as_csv(path: Path, rows: list[dict[str, object]]) -> Path:
    return write(path.with_suffix(".csv"), rows)


def as_jsonl(path: Path, rows: list[dict[str, object]]) -> Path:
    path = path.with_suffix(".jsonl")
    path.write_text("\ufeff" + "\n\n".join(json.dumps(found) for found in rows), encoding="utf-8")
    return path


def as_parquet(path: Path, rows: list[dict[str, object]]) -> Path:
    path = path.with_suffix(".parquet")
    table = pa.Table.from_pylist(rows)
    if "followers" in table.column_names:
        at = table.column_names.index("followers")
        table = table.set_column(at, "followers", table["followers"].cast(pa.float64()))  # as pandas does with gaps
    pq.write_table(table, path)
    return path


def as_xlsx(path: Path, rows: list[dict[str, object]]) -> Path:
    path = path.with_suffix(".xlsx")
    book = Workbook()
    sheet = book.active
    sheet.append(list(rows[0]))
    for found in rows:
        sheet.append([int(v) if str(v).isdigit() else v for v in found.values()])  # ids turn into numbers there
    book.save(path)
    return path


@pytest.mark.django_db
@pytest.mark.parametrize("written", [as_csv, as_jsonl, as_parquet, as_xlsx])
def test_every_format_says_the_same(tmp_path: Path, written: object) -> None:
    assert callable(written)
    assert load_file(written(tmp_path / "influencers", HOSTS), "influencers").counts == {"rows": 5, "loaded": 5}
    assert load_file(written(tmp_path / "accounts", ACCOUNTS), "accounts").counts == {"rows": 5, "loaded": 5}
    for other in (as_csv, as_jsonl, as_parquet, as_xlsx):
        assert load_file(other(tmp_path / "accounts", ACCOUNTS), "accounts").counts == {"rows": 5, "duplicate": 5}
    assert [i.source_id for i in Influencer.objects.order_by("source_id")] == ["0", "1", "2", "3", "4"]
    assert list(Account.objects.order_by("source_id").values_list("followers", flat=True)) == [
        None,
        1000,
        2000,
        3000,
        4000,
    ]


@pytest.mark.django_db
def test_json_lines_lose_only_the_lines_at_fault(tmp_path: Path) -> None:
    path = tmp_path / "influencers.jsonl"
    good = json.dumps({**DEFAULTS["influencers"], "joined_at": None, "extra": {"a": [1]}})
    path.write_bytes(good.encode() + b'\n{"a": \n[1]\n\xff\n"x"\n')
    done = load_file(path, "influencers")
    assert done.counts == {"rows": 5, "loaded": 1, "rejected": 4}
    assert sorted(reject["line"] for reject in done.rejects) == ["2", "3", "4", "5"]
    assert done.unknown == {"extra"}
