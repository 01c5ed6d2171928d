"""SVG elements as escaped text: percentages for x, pixels for y, so that a chart stretches and its letters do not.

No style attributes: the pages' policy forbids them. Colours are classes of clearhost.css.
"""

from dataclasses import dataclass, field

from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

AS_WRITTEN = {"viewBox", "preserveAspectRatio"}


def tag(name: str, *children: str, **attributes: object) -> SafeString:
    """One element; `class_` for class, underscores become hyphens, None leaves an attribute out."""
    head = "".join(
        f' {key if key in AS_WRITTEN else key.rstrip("_").replace("_", "-")}="{conditional_escape(str(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    body = "".join(conditional_escape(child) for child in children)
    return mark_safe(f"<{name}{head}>{body}</{name}>")  # noqa: S308 - every part is escaped above


def percent(value: float) -> str:
    """A coordinate along the stretching axis, kept inside the picture."""
    return f"{min(max(value, 0.0), 100.0):.2f}%"


@dataclass(frozen=True, slots=True)
class Table:
    """The same figures as text, for those who cannot or would rather not look."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture with its title, description and data table; `str()` is the picture alone."""

    uid: str
    title: str
    desc: str
    svg: SafeString
    table: Table = field(default=Table((), ()))

    def __str__(self) -> str:
        return self.svg

    def __html__(self) -> str:
        return self.svg


def picture(*shapes: str, uid: str, title: str, desc: str, height: int, class_: str = "chart-svg") -> SafeString:
    """The outer svg: full width, fixed height, named and described."""
    return tag(
        "svg",
        tag("title", title, id=f"{uid}-title"),
        tag("desc", desc, id=f"{uid}-desc"),
        *shapes,
        class_=class_,
        width="100%",
        height=height,
        role="img",
        aria_labelledby=f"{uid}-title {uid}-desc",
    )


def at(x: float, y: float, *shapes: str) -> SafeString:
    """Shapes drawn in pixels around a point given in percent."""
    return tag("svg", *shapes, x=percent(x), y=y, overflow="visible")


def join(*parts: str) -> SafeString:
    return format_html("{}" * len(parts), *parts)
