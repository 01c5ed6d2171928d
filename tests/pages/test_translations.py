"""Every string of the pages has its Chinese, with the same placeholders, and the compiled file is the current one."""

import ast
import gettext
import re
from pathlib import Path

from django.conf import settings

FOLDER = Path(settings.BASE_DIR) / "locale" / "zh_Hans" / "LC_MESSAGES"
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]")


def entries() -> list[dict[str, str]]:
    """Every message of the catalogue as {msgctxt?, msgid, msgid_plural?, msgstr or msgstr[0]}."""
    found = []
    for block in (FOLDER / "django.po").read_text(encoding="utf-8").split("\n\n"):
        entry: dict[str, str] = {}
        key = ""
        for line in block.splitlines():
            named = re.match(r"(msgctxt|msgid_plural|msgid|msgstr(?:\[0\])?) (\".*\")$", line)
            if named:
                key = named[1]
                entry[key] = ast.literal_eval(named[2])
            elif line.startswith('"') and key:
                entry[key] += ast.literal_eval(line)
        if entry.get("msgid"):
            found.append(entry)
    return found


def test_nothing_is_left_untranslated() -> None:
    assert [e["msgid"] for e in entries() if not (e.get("msgstr") or e.get("msgstr[0]"))] == []


def test_placeholders_are_kept() -> None:
    for entry in entries():
        chinese = entry.get("msgstr", "") + entry.get("msgstr[0]", "")
        english = entry.get("msgid_plural", entry["msgid"])
        assert set(PLACEHOLDER.findall(chinese)) == set(PLACEHOLDER.findall(english)), entry["msgid"]


def test_the_compiled_catalogue_is_the_current_one() -> None:
    with (FOLDER / "django.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    assert [e["msgid"] for e in entries() if said(compiled, e) != (e.get("msgstr") or e["msgstr[0]"])] == []


def said(compiled: gettext.GNUTranslations, entry: dict[str, str]) -> str:
    """What the compiled catalogue gives for a message, where several mean different things by one word, too."""
    message, plural, context = entry["msgid"], entry.get("msgid_plural"), entry.get("msgctxt")
    if context is None:
        return compiled.ngettext(message, plural, 2) if plural else compiled.gettext(message)
    return compiled.npgettext(context, message, plural, 2) if plural else compiled.pgettext(context, message)


HOUSE = (
    "Most likely %(score)s",
    "Not rated yet does not mean bad",
    "Ranked %(rank)s;",
    "%(shown)s viewers shown; activity",
    "%(count)s review arrived unusually",
    "Graded %(grade)s because",
    "%(rate)s of 100 orders refunded",
    "A warning is under appeal",
)
"""The sentences of the house are given to the letter, in their own punctuation."""


def test_chinese_has_chinese_punctuation() -> None:
    ours = [e for e in entries() if not e["msgid"].startswith(HOUSE)]
    chinese = [e.get("msgstr", "") + e.get("msgstr[0]", "") for e in ours]
    assert [words for words in chinese if re.search(r"[\u4e00-\u9fff][,;:?!]|[,;:?!]\s?[\u4e00-\u9fff]", words)] == []
