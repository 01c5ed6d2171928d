"""Short review texts in Chinese, some in English, that agree with the marks."""

from __future__ import annotations

import numpy as np

from ratings.worlds.world import CATEGORIES, Ints

ITEMS = {
    "baby": ("纸尿裤", "奶瓶", "爬行垫", "绘本灯", "婴儿湿巾", "小推车", "连体衣"),
    "beauty": ("面霜", "口红", "粉底", "精华", "防晒", "洁面", "眼影盘", "面膜"),
    "books": ("绘本", "小说", "练习册", "历史书", "菜谱", "套装书"),
    "electronics": ("耳机", "充电宝", "键盘", "小风扇", "电饭煲", "手机壳", "扫地机"),
    "food": ("牛肉干", "坚果", "螺蛳粉", "海鲜礼盒", "曲奇", "辣酱", "蛋黄酥"),
    "home": ("四件套", "收纳箱", "台灯", "毛巾", "炒锅", "保温杯", "抱枕"),
    "jewelry": ("手镯", "项链", "耳钉", "戒指", "吊坠", "串珠"),
    "local_farm": ("脐橙", "小米", "土鸡蛋", "红薯", "蜂蜜", "木耳", "苹果"),
    "outdoor": ("帐篷", "冲锋衣", "鱼竿", "折叠椅", "登山鞋", "头灯"),
    "sports": ("跑鞋", "瑜伽垫", "哑铃", "护膝", "运动内衣", "羽毛球拍"),
    "tea": ("白茶", "盖碗", "普洱", "茶杯", "铁观音", "公道杯"),
    "womenswear": ("连衣裙", "针织衫", "阔腿裤", "风衣", "半身裙", "羽绒服", "衬衫"),
}
GOOD = (
    "{i}质量很好,和直播里讲的一样",
    "{i}收到了,包装仔细,满意",
    "主播讲得很专业,{i}没买错",
    "第二次买{i}了,一直不错",
    "{i}超出预期,家里人都喜欢",
    "客服回得快,{i}也好用",
    "{i}性价比高,会回购",
    "发货快,{i}没有色差",
    "主播不吹牛,{i}该有的缺点也讲了",
    "{i}很实在,推荐",
    "物流三天到,{i}完好",
    "{i}细节做得好,没有异味",
    "问了尺寸主播耐心解答,{i}正合适",
    "朋友推荐来的,{i}确实可以",
)
FAIR = (
    "{i}还行,对得起价格",
    "{i}一般,没有直播里那么惊艳",
    "东西可以,就是发货慢了点",
    "{i}中规中矩,客服态度还好",
    "{i}有点小瑕疵,不影响用",
    "颜色和直播间略有差别,{i}能接受",
    "{i}凑合,赠品少了一样,补发了",
    "等了一周才到,{i}本身没问题",
)
POOR = (
    "{i}和直播里说的完全不一样",
    "{i}有质量问题,申请退货",
    "客服一直不回,{i}很失望",
    "主播说得天花乱坠,{i}实物差很多",
    "{i}用两天就坏了",
    "说好的赠品没有,{i}也一般",
    "{i}做工粗糙,线头很多",
    "退货推来推去,不会再买",
    "价格比别家还贵,{i}不值",
    "介绍的参数不对,{i}退了",
)
GOOD_EN = (
    "Exactly as shown on stream",
    "Great quality and fast shipping",
    "Host explained everything clearly",
    "Love it",
)
FAIR_EN = ("It is okay for the price", "Fine but slower than promised")
POOR_EN = ("Not as described", "Broke after two days", "Support never answered")


def review_texts(rng: np.random.Generator, category: Ints, marks: Ints) -> tuple[list[str], list[str]]:
    """Text and language of each review; about half have none (both empty)."""
    size = category.size
    level = np.where(marks.mean(axis=1) >= 3.9, 0, np.where(marks.mean(axis=1) >= 2.7, 1, 2))
    kind = rng.random(size)
    first, second = rng.integers(0, 1 << 30, size), rng.integers(0, 1 << 30, size)
    chinese, english = (GOOD, FAIR, POOR), (GOOD_EN, FAIR_EN, POOR_EN)
    texts, languages = [""] * size, [""] * size
    for i in np.flatnonzero(kind < 0.55):
        mood = int(level[i])
        if kind[i] < 0.03:
            texts[i], languages[i] = english[mood][first[i] % len(english[mood])], "en"
        else:
            items = ITEMS[CATEGORIES[int(category[i])]]
            line = chinese[mood][first[i] % len(chinese[mood])]
            texts[i], languages[i] = line.format(i=items[second[i] % len(items)]), "zh"
    return texts, languages
