"""What can be violated: codes, names in both languages, class and basis. Plain data, the only source.

The sources were read second hand: show them as "based on", never as legal advice.
"""

from __future__ import annotations

from dataclasses import dataclass

CLASSES = ("D", "C", "B", "A")  # from minor to red line


@dataclass(frozen=True)
class Code:
    """One kind of violation. A code once used is never given another meaning."""

    code: str
    name_en: str
    name_zh: str
    violation_class: str
    basis: tuple[str, ...]


SOURCES = {
    "O117": "SAMR and CAC Order 117, Measures for supervision of livestreaming e-commerce (in force 2026-02-01)",
    "M21": "2021 Measures for online livestreaming marketing",
    "HC22": "2022 code of conduct for online hosts",
    "NUC": "2024 interim provisions against online unfair competition",
    "CC20": "2020 code for online live marketing",
    "PP": "2020 promotion rules",
    "CRI": "2024 consumer-protection regulations",
    "AdL": "Advertising Law",
    "FTC": "16 CFR 465",
}
SOURCES_ZH = {
    "O117": "《直播电商监督管理办法》",
    "M21": "《网络直播营销管理办法（试行）》",
    "HC22": "《网络主播行为规范》",
    "NUC": "《网络反不正当竞争暂行规定》",
    "CC20": "《网络直播营销行为规范》",
    "PP": "《规范促销行为暂行规定》",
    "CRI": "《消费者权益保护法实施条例》",
    "AdL": "《广告法》",
}

_ROWS = (
    ("DAT-01", "fake viewers", "虚构观看人数", "B", "M21, HC22"),
    ("DAT-02", "bought likes or followers", "刷赞刷粉", "C", "M21, HC22"),
    ("DAT-03", "order brushing", "刷单炒信", "B", "CC20, NUC"),
    ("DAT-04", "organised supply of fake data", "组织流量造假", "A", "NUC, FTC 465.8"),
    ("DAT-05", "paid crowd watching", "付费水军观看", "B", "NUC"),
    ("RVW-01", "fabricated reviews", "编造用户评价", "B", "NUC"),
    ("RVW-02", "hired commenters", "职业弹幕人", "B", "NUC"),
    ("RVW-03", "paid praise", "好评返现", "C", "NUC"),
    ("RVW-04", "suppressing or threatening reviewers", "压制差评", "B", "FTC 465"),
    ("PRM-01", "false or misleading claim", "虚假宣传", "B", "O117, AdL"),
    ("PRM-02", "absolute terms", "绝对化用语", "D", "HC22, AdL"),
    ("PRM-03", "false scarcity or rush", "虚假抢购、谎称限量", "C", "NUC"),
    ("PRM-04", "scripted vibe-group inducement", "气氛组诱导", "C", "CRI"),
    ("PRM-05", "health claims for ordinary food", "普通食品宣称功效", "B", "AdL"),
    ("PRM-06", "staged demonstration or origin", "卖惨造假、虚构产地", "B", "M21"),
    ("PRM-07", "medical claims for cosmetics", "化妆品宣称医疗功效", "B", "AdL"),
    ("PRM-08", "advertising not labelled", "未标明广告", "C", "AdL"),
    ("PRC-01", "fictitious original price", "虚构原价", "C", "PP"),
    ("PRC-02", "promised discount or gift not given", "优惠不兑现", "C", "PP"),
    ("PRD-01", "counterfeit or infringing goods", "假冒侵权", "A", "HC22"),
    ("PRD-02", "unsafe goods", "不符合安全要求", "A", "HC22"),
    ("PRD-03", "banned or unlicensed goods", "违禁、专营专卖", "A", "HC22"),
    ("PRD-04", "goods not as shown", "货不对板", "C", "CRI"),
    ("PRD-05", "delisting to escape after-sales", "下架逃避售后", "C", "CRI"),
    ("SVC-01", "after-sale refusal", "拒绝退换", "C", "CRI"),
    ("SVC-02", "complaint left unanswered", "投诉不回应", "D", "O117"),
    ("SVC-03", "abusive language to viewers", "辱骂消费者", "C", "HC22"),
    ("SVC-04", "trading off the platform", "引导私下交易", "C", "M21"),
    ("IDT-01", "seller identity undisclosed", "未公示实际经营者", "C", "O117, CRI"),
    ("IDT-02", "professional topic without a licence", "无资质专业直播", "B", "HC22"),
    ("IDT-03", "account lent or sold", "出借账号", "B", "CC20"),
    ("IDT-04", "host under 16", "未满16岁", "A", "M21"),
    ("AIG-01", "AI host not labelled", "数字人未标识", "C", "O117"),
    ("AIG-02", "AI impersonation", "AI冒充他人", "A", "O117"),
    ("CMP-01", "defaming a competitor", "商业诋毁", "B", "O117"),
    ("CNT-01", "vulgar content", "低俗内容", "C", "HC22"),
    ("EVD-01", "evading a sanction", "规避处罚", "A", "O117"),
    ("SYS-01", "manipulating this rating", "操纵评分", "B", "FTC 465.8"),
)

CODES: dict[str, Code] = {
    code: Code(code, name_en, name_zh, violation_class, tuple(basis.split(", ")))
    for code, name_en, name_zh, violation_class, basis in _ROWS
}


def source(name: str) -> str:
    """A basis by its names in both languages: "AdL 《广告法》 (Advertising Law)"."""
    key = name.split()[0]
    return " ".join(part for part in (name, SOURCES_ZH.get(key), f"({SOURCES[key]})") if part)
