"""SQL for one canonical column: its text from the source's columns, then its value, then what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable

from feedback.columns import Column, Type
from feedback.ingest.mapping import Rule

FORMULA = r"^(=|[@+-].*[()|!*/+=])"  # what a spreadsheet would run; an id like -abc is none
OFFSET_TIME = r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d([.,]\d{1,9})?)? ?([Zz]|[+-]\d\d(:?\d\d)?)"
NAIVE_TIME = r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d([.,]\d{1,9})?)?)?"
HASH_LENGTH = 32  # hex digits: 128 bits
FIRST_TIME, LAST_TIME = "1990-01-01", "2100-01-01"
_NUMBER = r"[¥￥$]?\s*([+-]?[0-9][0-9,]*\.?[0-9]*)\s*(w|W|万|亿|%|％)?"
_UNITS = {
    "plain": (),
    "percent": (("%", 0.01), ("％", 0.01)),
    "wan": (("w", 1e4), ("W", 1e4), ("万", 1e4), ("亿", 1e8)),
}


def literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def name(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def text_of(rule: Rule, source: Callable[[str], str], null: tuple[str, ...]) -> str:
    """The column's text before it is typed: null where the source says nothing."""
    if rule.value is not None:
        return literal(rule.value)
    parts = [f"nullif({source(part)}, '')" for part in rule.sources]
    if null:
        parts = [f"CASE WHEN {part} NOT IN ({_listed(null)}) THEN {part} END" for part in parts]
    if rule.hashed:
        told = ", ".join(f"coalesce({part}, '')" for part in parts)
        return f"left(sha256(concat_ws(chr(31), {told})), {HASH_LENGTH})"
    text = f" || {literal(rule.sep)} || ".join(parts)  # unknown as soon as one part is
    if rule.match:
        text = f"nullif(regexp_extract({text}, {literal(rule.match)}, 1), '')"
    if rule.values:
        cases = " ".join(f"WHEN {literal(key)} THEN {literal(value)}" for key, value in rule.values.items())
        text = f"nullif(CASE {text} {cases} ELSE {text} END, '')"
    if "" in rule.values:  # what to take where the source says nothing
        text = f"coalesce({text}, {literal(rule.values[''])})"
    return text


def _listed(words: tuple[str, ...]) -> str:
    return ", ".join(literal(word) for word in words)


def value_of(column: Column, rule: Rule, t: str, *, prefix: str, tz: str | None) -> str:
    """The typed value, null where there is none or where the text is none."""
    match column.type:
        case Type.ID:
            return f"{literal(prefix)} || {t}" if prefix else t
        case Type.WHOLE:
            number = _number(rule, t)
            return f"CASE WHEN {number} = trunc({number}) THEN try_cast({number} AS BIGINT) END"
        case Type.NUMBER:
            return _number(rule, t)
        case Type.BOOLEAN:
            return f"CASE lower({t}) WHEN 'true' THEN true WHEN 'false' THEN false END"
        case Type.TIME:
            return _time(rule, t, tz)
        case Type.DATE:
            if rule.formats:
                return f"CAST(try_strptime({t}, [{_listed(rule.formats)}]) AS DATE)"
            return f"CASE WHEN regexp_full_match({t}, '\\d{{4}}-\\d\\d-\\d\\d') THEN try_cast({t} AS DATE) END"
        case _:
            return t


def _number(rule: Rule, t: str) -> str:
    if rule.number:
        value = quantity(rule.number, t)
    else:
        value = f"CASE WHEN NOT contains({t}, '_') THEN try_cast({t} AS DOUBLE) END"
    # 19.99 × 0.01 and the like: the factor is decimal, so is the result
    return f"round({value} * {rule.times!r}, 6)" if rule.times is not None else value


def quantity(style: str, t: str) -> str:
    """A number as people write it: with separators, currency sign, unit."""
    digits = f"try_cast(replace(regexp_extract({t}, '^{_NUMBER}$', 1), ',', '') AS DOUBLE)"
    unit = f"regexp_extract({t}, '^{_NUMBER}$', 2)"
    cases = " ".join(f"WHEN {literal(word)} THEN {factor!r}" for word, factor in _UNITS[style])
    factor = f"CASE {unit} WHEN '' THEN 1.0 {cases} END"
    return f"CASE WHEN regexp_full_match({t}, '{_NUMBER}') THEN round({digits} * ({factor}), 6) END"


def range_ends(t: str) -> tuple[str, str]:
    """The texts of both ends of "7.5w~10w"; null where the text is no range.

    A unit at the end counts for both ends ("7.5~10w"), unless the range would then run backwards ("7500~1w").
    """
    number = r"[¥￥$]?\s*[0-9][0-9,]*\.?[0-9]*"
    pattern = rf"^\s*({number})\s*(w|W|万|亿|%|％)?\s*[-~～–—至]\s*({number})\s*(w|W|万|亿|%|％)?\s*$"

    def group(index: int) -> str:
        return f"regexp_extract({t}, {literal(pattern)}, {index})"

    def digits(index: int) -> str:
        return f"try_cast(regexp_replace({group(index)}, '[¥￥$,\\s]', '', 'g') AS DOUBLE)"

    shared = f"{group(2)} = '' AND {digits(1)} <= {digits(3)}"
    low_unit = f"CASE WHEN {shared} THEN {group(4)} ELSE {group(2)} END"
    is_range = f"regexp_matches({t}, {literal(pattern)})"
    return (
        f"CASE WHEN {is_range} THEN {group(1)} || {low_unit} END",
        f"CASE WHEN {is_range} THEN {group(3)} || {group(4)} END",
    )


def _time(rule: Rule, t: str, tz: str | None) -> str:
    zone = rule.tz or tz
    if rule.formats:
        known = [fmt for fmt in rule.formats if "%z" in fmt or zone]
        tried = [
            f"epoch_us(try_strptime({t}, {literal(fmt)}))"
            if "%z" in fmt
            else f"epoch_us(timezone({literal(zone or '')}, try_strptime({t}, {literal(fmt)})))"
            for fmt in known
        ]
        return f"coalesce({', '.join(tried)})" if tried else "CAST(NULL AS BIGINT)"
    dotted = f"regexp_replace(replace(replace({t}, ',', '.'), 'z', 'Z'), ' ([Z+-])', '\\1')"
    aware = f"CASE WHEN regexp_full_match({t}, '{OFFSET_TIME}') THEN epoch_us(try_cast({dotted} AS TIMESTAMPTZ))"
    if not zone:
        return f"{aware} END"
    local = f"epoch_us(timezone({literal(zone)}, try_cast({dotted} AS TIMESTAMP)))"
    return f"{aware} WHEN regexp_full_match({t}, '{NAIVE_TIME}') THEN {local} END"


def problem_of(column: Column, rule: Rule, t: str, v: str, *, missing: str, tz: str | None) -> str:
    """What is wrong with the value, in words that say what would mend it; null when nothing is."""
    good, reasons = _judged(column, rule, t, v, tz)
    empty = f"WHEN {t} IS NULL THEN {literal(missing) if column.required else 'NULL'}"
    told = " ".join(f"WHEN {condition} THEN {reason}" for condition, reason in reasons)
    passes = f"{v} IS NOT NULL AND {good}" if good else f"{v} IS NOT NULL"
    return f"CASE WHEN {passes} THEN NULL {empty} {told} END"


def _judged(column: Column, rule: Rule, t: str, v: str, tz: str | None) -> tuple[str, list[tuple[str, str]]]:
    formula = (f"regexp_matches({t}, '{FORMULA}')", literal("looks like a formula; give the value itself"))
    shown = f"'\"' || left({t}, 60) || '\"'"
    match column.type:
        case Type.ID:
            good = f"length({v}) <= {column.length} AND NOT regexp_matches({t}, '[[:cntrl:]]|{FORMULA}')"
            long = (f"length({v}) > {column.length}", literal(f"is longer than {column.length} characters"))
            return good, [formula, long, ("true", literal("contains control characters"))]
        case Type.TEXT:
            good = f"length({v}) <= {column.length} AND NOT contains({t}, chr(0))"
            long = (f"length({v}) > {column.length}", literal(f"is longer than {column.length:,} characters"))
            return good, [long, ("true", literal("contains a NUL character"))]
        case Type.CHOICE:
            known = ", ".join(column.choices) if len(column.choices) <= 10 else "the codes of the taxonomy"
            return f"{v} IN ({_listed(column.choices)})", [("true", f"{shown} || {literal(f' is not one of {known}')}")]
        case Type.WHOLE | Type.NUMBER:
            assert column.low is not None
            assert column.high is not None
            noun = "a whole number" if column.type is Type.WHOLE else "a number"
            bounds = f"{v} BETWEEN {column.low!r} AND {column.high!r}"
            outside = f"{shown} || {literal(f' is outside {column.low:.12g} to {column.high:.12g}')}"
            not_one = f"{shown} || {literal(f' is not {noun}')}"
            return bounds, [formula, (f"{v} IS NOT NULL AND NOT isnan({v})", outside), ("true", not_one)]
        case Type.BOOLEAN:
            return "", [("true", f"{shown} || ' is not true or false'")]
        case Type.TIME:
            return _judged_time(rule, t, v, shown, tz)
        case Type.DATE:
            return "", [("true", f"{shown} || ' is not a date; write it as 2025-12-31'")]
    raise AssertionError(column.type)


def _judged_time(rule: Rule, t: str, v: str, shown: str, tz: str | None) -> tuple[str, list[tuple[str, str]]]:
    good = f"{v} BETWEEN epoch_us(TIMESTAMP '{FIRST_TIME}') AND epoch_us(TIMESTAMP '{LAST_TIME}')"
    reasons = [(f"{v} IS NOT NULL", f"{shown} || ' is outside the years 1990 to 2099'")]
    naive = f"{shown} || ' has no offset from UTC; add one (like +08:00) or give --tz'"
    if rule.formats:
        if not (rule.tz or tz) and not all("%z" in fmt for fmt in rule.formats):
            return good, [*reasons, ("true", naive)]
        expected = " or ".join(rule.formats)
        return good, [*reasons, ("true", f"{shown} || {literal(f' is not a time as {expected}')}")]
    reasons.append((f"try_cast({t} AS TIMESTAMP) IS NOT NULL AND regexp_full_match({t}, '{NAIVE_TIME}')", naive))
    return good, [*reasons, ("true", f"{shown} || ' is not a time; write it as 2025-12-31T20:00:00+08:00'")]
