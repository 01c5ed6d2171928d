"""Names and handles of invented influencers: syllables, nicknames and shop words, some of them Latin."""

from __future__ import annotations

import numpy as np

from ratings.worlds.world import CATEGORIES, Ints

SURNAMES = (
    "王wang 李li 张zhang 刘liu 陈chen 杨yang 黄huang 赵zhao 吴wu 周zhou 徐xu 孙sun 马ma 朱zhu 胡hu 郭guo "
    "何he 林lin 高gao 罗luo 郑zheng 梁liang 谢xie 宋song 唐tang 许xu 韩han 冯feng 邓deng 曹cao 彭peng "
    "曾zeng 萧xiao 田tian 董dong 袁yuan 潘pan 于yu 蒋jiang 蔡cai 余yu 杜du 叶ye 程cheng 苏su 魏wei 吕lv "
    "丁ding 任ren 沈shen 姚yao 卢lu 姜jiang 崔cui 钟zhong 谭tan 陆lu 欧阳ouyang 司徒situ 夏侯xiahou"
)
GIVEN = (
    "雨yu 晴qing 涵han 萱xuan 梓zi 诗shi 佳jia 琪qi 欣xin 怡yi 思si 瑶yao 静jing 雅ya 婷ting 敏min 娜na "
    "丽li 燕yan 霞xia 芳fang 梅mei 兰lan 秀xiu 娟juan 云yun 洁jie 晓xiao 月yue 星xing 辰chen 浩hao 宇yu "
    "轩xuan 博bo 文wen 杰jie 伟wei 强qiang 磊lei 军jun 勇yong 涛tao 明ming 超chao 鹏peng 飞fei 刚gang "
    "凯kai 健jian 志zhi 海hai 山shan 川chuan 峰feng 林lin 森sen 木mu 禾he 麦mai 果guo 一yi 小xiao 大da "
    "可ke 乐le 安an 宁ning 然ran 心xin 苗miao 朵duo 团tuan 圆yuan 阳yang 暖nuan"
)
NICK = (
    "小xiao 阿a 老lao 大da 胖pang 甜tian 二er 三san 豆dou 米mi 糯nuo 桃tao 梨li 柚you 橙cheng 椰ye 栗li "
    "橘ju 酥su 茉mo 荔li 芒mang 蜜mi 鹿lu 猫mao 狐hu 熊xiong 兔tu 鲸jing 鹤he 燕yan 象xiang 七qi 九jiu"
)
SUFFIX = {
    "baby": ("母婴", "宝贝屋", "奶爸日记", "辣妈优选"),
    "beauty": ("美妆", "护肤", "彩妆间", "变美研究所"),
    "books": ("读书", "书房", "荐书", "童书馆"),
    "electronics": ("数码", "严选家电", "玩机", "科技铺"),
    "food": ("美食", "零食铺", "吃货日记", "海鲜"),
    "home": ("家居", "好物", "生活馆", "收纳"),
    "jewelry": ("珠宝", "翡翠", "银饰", "玉器"),
    "local_farm": ("农家铺", "果园", "山货", "老家土货"),
    "outdoor": ("户外", "露营", "钓鱼", "骑行"),
    "sports": ("运动", "健身", "球鞋", "瑜伽"),
    "tea": ("茶铺", "茶器", "好茶", "白茶"),
    "womenswear": ("穿搭", "女装", "衣橱", "搭配师"),
}
LATIN = (
    "Luna",
    "Momo",
    "Coco",
    "Yuki",
    "Bella",
    "Mia",
    "Vivi",
    "Leo",
    "Kiki",
    "Sasa",
    "Amy",
    "Tony",
    "Jay",
    "Nana",
    "Lily",
    "Eva",
    "Max",
    "Ruby",
    "Dora",
    "Fay",
    "Ivy",
    "Nico",
)
LATIN_SUFFIX = (
    "Studio",
    "Closet",
    "Picks",
    "Home",
    "Daily",
    "Kitchen",
    "Farm",
    "Gear",
    "Lab",
    "Select",
    "Tea",
    "Books",
)
AGENCIES = ("星澜传媒", "众禾文化", "蓝鲸互娱", "九州优选", "青橙网络", "云上传媒", "乐播文化", "万象直播", "谷雨文化")
PLATFORMS = ("douyin", "kuaishou", "taobao", "xiaohongshu", "bilibili")


def _pairs(text: str) -> list[tuple[str, str]]:
    pairs = []
    for word in text.split():
        at = next(i for i, c in enumerate(word) if c.isascii())
        pairs.append((word[:at], word[at:]))
    return pairs


def names_and_handles(rng: np.random.Generator, category: Ints) -> tuple[list[str], list[str]]:
    """One distinct name and one distinct handle for each influencer, in the words of its category."""
    surnames, given, nick = _pairs(SURNAMES), _pairs(GIVEN), _pairs(NICK)
    names: dict[str, None] = {}
    handles: dict[str, None] = {}

    def one(words: list[tuple[str, str]]) -> tuple[str, str]:
        return words[int(rng.integers(len(words)))]

    for code in category:
        while True:
            suffix = SUFFIX[CATEGORIES[int(code)]]
            tail = suffix[int(rng.integers(len(suffix)))]
            kind = rng.random()
            if kind < 0.35:
                parts = [one(surnames), one(given), *([one(given)] if rng.random() < 0.7 else [])]
                name = "".join(p[0] for p in parts) + (tail if rng.random() < 0.4 else "")
            elif kind < 0.88:
                parts = [one(nick), one(given), *([one(given)] if rng.random() < 0.25 else [])]
                name = "".join(p[0] for p in parts) + tail
            else:
                first = LATIN[int(rng.integers(len(LATIN)))]
                other = one(given)
                parts = [("", first.lower()), other]
                latin = LATIN_SUFFIX[int(rng.integers(len(LATIN_SUFFIX)))]
                name = f"{first} {latin}" if rng.random() < 0.3 else f"{first}{other[0]}{tail}"
            if name not in names:
                break
        handle = "".join(p[1] for p in parts)
        while handle in handles:
            handle += str(int(rng.integers(10)))
        names[name] = None
        handles[handle] = None
    return list(names), list(handles)
