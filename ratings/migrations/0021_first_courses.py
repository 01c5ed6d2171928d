"""The first courses: four common codes, three questions each, in both languages. Staff edit and add to them."""

from django.db import migrations

COURSES = [
    (
        "PRC-01",
        ("Honest reference prices", "划线价与折扣"),
        (
            "A reference price is one at which the same goods were really sold, for a reasonable time and shortly "
            "before. What nobody ever paid is no original price.",
            "划线价必须是同一商品近期真实成交过的价格，并能拿出成交记录。没有人付过的价格不是原价。",
        ),
        [
            (
                ("Which price may be shown struck through as the original price?", "哪个价格可以作为划线价（原价）展示？"),
                [
                    ("A price at which it was really sold in the days before", "近期真实成交过的价格"),
                    ("The manufacturer's suggested price that nobody paid", "厂家建议零售价，从未按此成交"),
                    ("Any price, if the discount is real", "随便多少，只要现在确实便宜"),
                ],
                0,
                ("Only prices that were really paid compare.", "只有真实成交过的价格才能用来比较。"),
            ),
            (
                ("A show raises the price for one hour to lower it again. Is that a discount?", "直播前把价格抬高一小时再降回来，算打折吗？"),
                [
                    ("Yes, the higher price was shown", "算，高价确实展示过"),
                    ("No, nobody bought at it; it misleads", "不算，没有人按高价购买，属于误导"),
                    ("Yes, if it is said in the show", "算，只要在直播里说明"),
                ],
                1,
                ("A price raised to be lowered is fictitious.", "先涨后降的价格是虚构原价。"),
            ),
            (
                ("What should you keep to prove a reference price?", "怎样证明划线价真实？"),
                [
                    ("Nothing, the platform keeps it", "不用保存，平台会保存"),
                    ("A screenshot of the price tag", "价签截图"),
                    ("Sales records at that price", "按该价格成交的销售记录"),
                ],
                2,
                ("Sales show that the price was real.", "成交记录才能证明价格真实。"),
            ),
        ],
    ),
    (
        "PRM-02",
        ("No absolute terms", "不用绝对化用语"),
        (
            "“The best”, “number one”, “the only” claim what can hardly be proven. Say what you can show.",
            "“最好”“第一”“唯一”等说法难以证明。请只说能拿出依据的话。",
        ),
        [
            (
                ("Which sentence is fine?", "哪句话可以说？"),
                [
                    ("The best cream in the country", "全国最好的面霜"),
                    ("Nobody has a lower price", "全网最低价，没有之一"),
                    ("Tested by us on 30 people for four weeks, report linked", "我们请三十人试用四周，报告见链接"),
                ],
                2,
                ("It says what was done and shows it.", "说明做了什么，并给出依据。"),
            ),
            (
                ("May “number one in sales” be said?", "可以说“销量第一”吗？"),
                [
                    ("Yes, always", "可以，随便说"),
                    ("Only with scope, time and source that can be checked", "须写明范围、时间和可查的来源"),
                    ("Only in the title", "只能写在标题里"),
                ],
                1,
                ("A rank needs its scope, time and source.", "排名必须有范围、时间和来源。"),
            ),
            (
                ("A guest calls the product “the only one that works”. What do you do?", "嘉宾说“只有这款有用”，你怎么办？"),
                [
                    ("Correct it at once, in the show", "当场更正"),
                    ("Nothing, it was the guest", "不用管，是嘉宾说的"),
                    ("Cut the recording later", "事后剪掉录像"),
                ],
                0,
                ("What is said in your show is yours to correct.", "直播间里说的话，由你负责更正。"),
            ),
        ],
    ),
    (
        "SVC-02",
        ("Answer complaints in time", "及时回应投诉"),
        (
            "A complaint is answered within 72 hours: what you found, what you will do, by when.",
            "投诉须在七十二小时内回应：查到了什么、怎么处理、何时完成。",
        ),
        [
            (
                ("Within what time does a host or merchant answer a complaint?", "主播或商家应在多长时间内回应投诉？"),
                [("72 hours", "七十二小时"), ("14 days", "十四天"), ("When the next show is", "下次开播时")],
                0,
                ("The clock runs from when it was filed.", "从消费者提交时起算。"),
            ),
            (
                ("The goods came from a merchant. Who answers?", "货是商家发的，谁来回应？"),
                [
                    ("Nobody, until the merchant does", "等商家回应就行"),
                    ("You say so in time, and who takes care of it", "你按时说明，并告知由谁处理"),
                    ("The courier", "快递公司"),
                ],
                1,
                ("Silence counts as unanswered.", "不作声就算未回应。"),
            ),
            (
                ("Which answer helps?", "哪种答复有用？"),
                [
                    ("“Noted.”", "“已知悉。”"),
                    ("“Please delete your complaint first.”", "“请先撤销投诉。”"),
                    ("“Refund sent today, return label attached.”", "“今日已退款，附退货单。”"),
                ],
                2,
                ("It says what is done and by when.", "说明做了什么、何时完成。"),
            ),
        ],
    ),
    (
        "PRM-01",
        ("True claims", "不作虚假宣传"),
        (
            "What is said of a product is true of this product and can be shown: its material, its effect, its origin.",
            "关于商品的说法必须属实并有依据：材质、功效、产地都一样。",
        ),
        [
            (
                ("An effect is not on the label. May you name it?", "标签上没有的功效，可以说吗？"),
                [
                    ("Yes, if customers say so", "可以，买家都这么说"),
                    ("No, unless a report proves it", "不可以，除非有报告证明"),
                    ("Yes, as a personal feeling", "可以，说成个人感受就行"),
                ],
                1,
                ("A claim in your show is advertising and needs proof.", "直播中的说法属于广告，需要依据。"),
            ),
            (
                ("You notice an error after the show. What is right?", "下播后发现说错了，怎么做才对？"),
                [
                    ("Correct it where it was said and tell the buyers", "在原处更正并告知买家"),
                    ("Wait whether somebody complains", "看有没有人投诉"),
                    ("Delete the replay", "删除回放"),
                ],
                0,
                ("Buyers decided on what you said.", "买家是根据你的话下单的。"),
            ),
            (
                ("Who checks the facts before a show?", "开播前由谁核实？"),
                [
                    ("The viewers", "观众"),
                    ("Nobody, the merchant is liable", "不用核实，商家负责"),
                    ("You, with papers from the merchant", "你自己，凭商家提供的材料"),
                ],
                2,
                ("Who recommends is answerable, too.", "推荐的人同样要负责。"),
            ),
        ],
    ),
]


def fill(apps, schema_editor):
    Course, Question = apps.get_model("ratings", "Course"), apps.get_model("ratings", "Question")
    for code, (title_en, title_zh), (text_en, text_zh), questions in COURSES:
        words = {"title_en": title_en, "title_zh": title_zh, "text_en": text_en, "text_zh": text_zh}
        course, made = Course.objects.get_or_create(code=code, defaults=words)
        if not made:
            continue
        Question.objects.bulk_create(
            Question(
                course=course,
                text_en=asked[0],
                text_zh=asked[1],
                answers_en=[answer[0] for answer in answers],
                answers_zh=[answer[1] for answer in answers],
                right=right,
                why_en=why[0],
                why_zh=why[1],
            )
            for asked, answers, right, why in questions
        )


EVERYONE = ("Moderator", "Senior", "Appeals reviewer", "Analyst")
MAY = {
    **{f"view_{model}": (model, EVERYONE) for model in ("course", "question", "attempt")},
    "add_attempt": ("attempt", ("Moderator", "Senior")),
    **{f"{what}_{model}": (model, ("Senior",)) for model in ("course", "question") for what in ("add", "change")},
}


def permit(apps, schema_editor):
    for codename, (model, groups) in MAY.items():
        kind, _ = apps.get_model("contenttypes", "ContentType").objects.get_or_create(app_label="ratings", model=model)
        what = apps.get_model("ratings", model)._meta.verbose_name
        found, _ = apps.get_model("auth", "Permission").objects.get_or_create(
            content_type=kind, codename=codename, defaults={"name": f"Can {codename.partition('_')[0]} {what}"}
        )
        for group in apps.get_model("auth", "Group").objects.filter(name__in=groups):
            group.permissions.add(found)


class Migration(migrations.Migration):
    dependencies = [("ratings", "0020_courses")]
    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.RunPython(permit, migrations.RunPython.noop),
    ]
