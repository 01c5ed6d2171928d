"""Names of common categories in both languages, given to a category when its first influencer comes."""

from __future__ import annotations

NAMES: dict[str, tuple[str, str]] = {
    "baby": ("Baby and children", "母婴"),
    "beauty": ("Beauty", "美妆"),
    "books": ("Books", "图书"),
    "electronics": ("Electronics", "数码电器"),
    "food": ("Food", "食品"),
    "home": ("Home and living", "家居"),
    "jewelry": ("Jewellery", "珠宝"),
    "local_farm": ("Farm produce", "农产品"),
    "outdoor": ("Outdoor", "户外"),
    "sports": ("Sports", "运动"),
    "tea": ("Tea and tea ware", "茶与茶器"),
    "womenswear": ("Women's wear", "女装"),
}
