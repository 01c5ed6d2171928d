"""Writes live_sessions.csv: a synthetic export in the shape of Douyin Compass's live-session list (直播明细).

    python examples/douyin_compass/make_sample.py

Nobody in it exists. What is real is the shape: Chinese headers behind a byte-order mark, times without a zone, counts
shortened to 万 or w, sales as ranges, a dash for what the platform does not show, refunds only as totals per show and
comments (评论次数) without the people who wrote them (评论人数).
"""

from __future__ import annotations

import csv
import random
from datetime import datetime, timedelta
from pathlib import Path

SEED = 20251101
FIRST_DAY = datetime(2025, 8, 1)  # noqa: DTZ001 - as in the export: no zone
HOSTS = [
    ("69001", "青禾家居", "家居", 9000, 0.08),
    ("69002", "小满的衣橱", "女装", 26000, 0.31),
    ("69003", "阿川零食铺", "食品", 4200, 0.03),
    ("69004", "林间美妆", "美妆", 61000, 0.12),
    ("69005", "老周农货", "食品", 900, 0.02),
    ("69006", "南枝珠宝", "珠宝", 2100, 0.44),
    ("69007", "一米阳光童装", "女装", 12000, 0.19),
    ("69008", "海味渔家", "食品", 5200, 0.05),
    ("69009", "白鹭护肤", "美妆", 15000, 0.09),
    ("69010", "木子生活馆", "家居", 380, 0.06),
]
BRACKETS = [0, 500, 1000, 2500, 5000, 7500, 10_000, 25_000, 50_000, 75_000, 100_000, 250_000, 500_000, 1_000_000]
HEADER = [
    "直播间ID",
    "达人ID",
    "达人昵称",
    "主营类目",
    "直播开始时间",
    "直播结束时间",
    "累计观看人数",
    "累计观看次数",
    "最高在线人数",
    "平均在线人数",
    "人均观看时长(秒)",
    "评论次数",
    "点赞次数",
    "新增粉丝数",
    "成交订单数",
    "成交人数",
    "成交金额",
    "观看成交转化率",
    "退款订单数",
    "退款金额",
]


def short(number: float, rng: random.Random) -> str:
    """As the export prints it: full below 10,000, else in 万, spelt in either way."""
    if number < 10_000:
        return str(int(number))
    return f"{number / 10_000:.1f}{rng.choice('w万')}"


def bracket(amount: float) -> str:
    """Sales are shown as the bracket they fall in."""
    low = max(edge for edge in BRACKETS if edge <= amount)
    high = min(edge for edge in BRACKETS if edge > low)
    return "~".join(f"{edge / 10_000:g}w" if edge >= 10_000 else str(edge) for edge in (low, high))


def show(host: tuple[str, str, str, int, float], number: int, rng: random.Random) -> list[str]:
    identity, name, category, size, refunds = host
    start = FIRST_DAY + timedelta(days=number * 6 + rng.randrange(6), hours=rng.choice([10, 14, 19, 20]), minutes=30)
    minutes = rng.randrange(60, 300)
    viewers = int(size * rng.lognormvariate(0, 0.5))
    views = viewers * rng.uniform(1.2, 1.6)
    watched = rng.randrange(25, 180)
    online = views * watched / (minutes * 60) * rng.lognormvariate(0, 0.1)  # who watches is online, so they must agree
    orders = int(viewers * rng.uniform(0.008, 0.03))
    buyers = int(orders * rng.uniform(0.85, 1))
    price = rng.uniform(30, 160)
    hidden = rng.random() < 0.1
    back = sum(rng.random() < refunds for _ in range(orders))
    return [
        f"74{identity}{number:03d}",
        identity,
        name,
        category,
        start.strftime("%Y/%m/%d %H:%M"),
        (start + timedelta(minutes=minutes)).strftime("%Y/%m/%d %H:%M"),
        "-" if hidden else short(viewers, rng),
        "-" if hidden else short(views, rng),
        short(online * rng.uniform(1.8, 3), rng),
        short(online, rng),
        str(watched),
        short(viewers * rng.uniform(0.05, 0.3), rng),
        short(viewers * rng.uniform(0.5, 6), rng),
        short(viewers * rng.uniform(0.002, 0.02), rng),
        str(orders),
        str(buyers),
        bracket(orders * price),
        "-" if hidden else f"{100 * buyers / max(1, viewers):.2f}%",
        str(back),
        f"{back * price:.2f}" if back else "--",
    ]


def main() -> None:
    rng = random.Random(SEED)
    rows = [show(host, number, rng) for host in HOSTS for number in range(12)]
    rows.sort(key=lambda row: row[4], reverse=True)
    with (Path(__file__).parent / "live_sessions.csv").open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([HEADER, *rows])


if __name__ == "__main__":
    main()
