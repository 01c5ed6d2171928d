"""SVG elements as escaped text: percentages for x, pixels for y, so that a chart stretches and its letters do not.

No style attributes: the pages' policy forbids them. Colours are classes of clearhost.css.
"""

from dataclasses import dataclass, field
from functools import cache
from html import escape

from django.utils.safestring import SafeString

AS_WRITTEN = {"viewBox", "preserveAspectRatio"}


@cache
def attribute(key: str) -> str:
    """The attribute's name as it is written; there are few of them, and each is used often."""
    return key if key in AS_WRITTEN else key.rstrip("_").replace("_", "-")


def text(value: object) -> str:
    """Escaped, unless it is markup already."""
    return value if isinstance(value, SafeString) else escape(str(value))


def tag(name: str, *children: str, **attributes: object) -> SafeString:
    """One element; `class_` for class, underscores become hyphens, None leaves an attribute out."""
    head = "".join([f' {attribute(k)}="{escape(str(v))}"' for k, v in attributes.items() if v is not None])
    return SafeString(f"<{name}{head}>{''.join([text(child) for child in children])}</{name}>")


def percent(value: float) -> str:
    """A coordinate along the stretching axis, kept inside the picture."""
    return f"{min(max(value, 0.0), 100.0):.2f}%"


@dataclass(frozen=True, slots=True)
class Table:
    """The same figures as text, for those who cannot or would rather not look."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def __html__(self) -> str:
        """Head and body, written here because templates take ten times as long over many cells."""
        head = "".join([f'<th scope="col">{text(cell)}</th>' for cell in self.heads])
        body = "".join(
            [
                f'<tr><th scope="row">{text(row[0])}</th>{"".join([f"<td>{text(cell)}</td>" for cell in row[1:]])}</tr>'
                for row in self.rows
            ]
        )
        return f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody>"


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
