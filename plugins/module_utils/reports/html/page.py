# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the pages of all reports are made of: one HTML file each that needs nothing else, no script, no font, no
request."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias
from xml.etree import ElementTree

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.text import duration
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.release_timeline import Step

Element = ElementTree.Element
Node: TypeAlias = "Element | str | None"

# More lines than this in one list are folded away until somebody asks for them.
FOLD_BEYOND = 60
TICK_SECONDS = (
    0.1,
    0.2,
    0.5,
    1,
    2,
    5,
    10,
    15,
    30,
    60,
    120,
    300,
    600,
    900,
    1800,
    3600,
    7200,
    10800,
    21600,
    43200,
    86400,
)
MOST_TICKS = 6
# Nothing that an HTML document or an UTF-8 file may not hold, whatever a name is made of.
_NOT_TEXT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")


@dataclass(frozen=True)
class Verdict:
    """`kind` is good, bad or plan; `words` are a few, `explanation` is a sentence."""

    kind: str
    words: str
    explanation: str


@dataclass(frozen=True)
class Scale:
    """Turns moments of the run into per cents of the width."""

    began: datetime
    seconds: float

    @classmethod
    def of(cls, began: datetime, ended: datetime, steps: Iterable[Step]) -> Scale:
        """Wide enough for the run and all its steps."""
        lasts = max([ended, *(step.finished for step in steps)]) - began
        return cls(began, max(lasts, timedelta(milliseconds=1)).total_seconds())

    def percent(self, moment: datetime) -> float:
        return min(100.0, max(0.0, (moment - self.began).total_seconds() / self.seconds * 100))

    def tick_seconds(self) -> float:
        return next((step for step in TICK_SECONDS if self.seconds / step <= MOST_TICKS), self.seconds)


@dataclass(frozen=True)
class Bar:
    """A step as a lane shows it: in words, and in the colour of its phase."""

    step: Step
    words: str
    critical: bool = False

    def told(self) -> str:
        """'Publish 15 min 2 s, 23:43:12 to 23:58:14 UTC'"""
        step = self.step
        return (
            f"{self.words}{' failed after' if step.failed else ''} {duration(step.seconds)}, {step.started:%H:%M:%S} to"
            f" {step.finished:%H:%M:%S} UTC"
        )


def document(title: str, style: str, head: Element, sections: Iterable[Element | None], foot: Element) -> str:
    """The whole page; sections that are None are left out."""
    shown = [part for part in sections if part is not None]
    page = element(
        "html",
        element(
            "head",
            element("meta", charset="utf-8"),
            element("meta", name="viewport", content="width=device-width, initial-scale=1"),
            element(
                "meta",
                http_equiv="Content-Security-Policy",
                content="default-src 'none'; style-src 'unsafe-inline'; img-src data:",
            ),
            element("meta", name="color-scheme", content="light dark"),
            element("title", title),
            element("link", rel="icon", href="data:,"),
            element("style", style),
        ),
        element(
            "body",
            element("a", "Skip to the report", class_="skip", href="#report"),
            head,
            element(
                "nav",
                element(
                    "ul",
                    *(element("li", element("a", part[0].text or "", href=f"#{part.get('id')}")) for part in shown),
                ),
                aria_label="Parts of the report",
            ),
            element("main", *shown, id="report", tabindex="-1"),
            foot,
        ),
        lang="en",
    )
    return "<!DOCTYPE html>\n" + ElementTree.tostring(page, encoding="unicode", method="html") + "\n"


# The head and the foot


def header(
    eyebrow: str,
    name: str,
    name_id: str,
    verdict: Verdict,
    figures: Sequence[Element],
    facts: Iterable[tuple[Node, ...]],
) -> Element:
    """`facts`: (term, value ...), left out when the first value is None."""
    return element(
        "header",
        element("p", eyebrow, class_="eyebrow"),
        element("h1", bdi(name), " ", element("span", bdi(name_id), class_="id")),
        element("p", element("strong", verdict.words), " ", verdict.explanation, class_=f"verdict {verdict.kind}"),
        element("p", *figures, class_="figures"),
        element("dl", *(_fact(term, *values) for term, *values in facts if values[0] is not None), class_="facts"),
    )


def figure(number: object, after: str, words: str) -> Element:
    """A large number, what follows it smaller, and what it is."""
    return element("span", element("b", str(number)), element("i", after), element("span", words), class_="figure")


def footer(module: str, finished: datetime) -> Element:
    return element(
        "footer", element("p", f"Written by euc.nutanix_citrix.{module} on ", moment(finished), ". All times are UTC.")
    )


def _fact(term: Node, *values: Node) -> Element:
    return element("div", element("dt", term), element("dd", *values))


# Parts


def section(section_id: str, heading: str, *content: Node) -> Element:
    return element(
        "section",
        element("h2", heading, id=f"{section_id}-heading"),
        *content,
        id=section_id,
        aria_labelledby=f"{section_id}-heading",
    )


def foldable(title: str, summary: str, length: int, *content: Node, class_: str = "") -> Element:
    head = element("summary", element("h3", bdi(title)), " ", element("small", summary))
    return element("details", head, *content, class_=class_ or None, open="open" if length <= FOLD_BEYOND else None)


def foldable_item(head: Sequence[Node], leaves: Sequence[Element], length: int) -> Element:
    if not leaves:
        return element("li", element("span", *head))
    return element(
        "li",
        element(
            "details", element("summary", *head), element("ul", *leaves), open="open" if length <= FOLD_BEYOND else None
        ),
    )


def table(caption: str, heads: Sequence[str], rows: Sequence[Element]) -> Element:
    """Roles are said, because narrow screens show the rows as blocks, and browsers then forget that they are a
    table."""
    cells = [element("th", text, scope="col", role="columnheader") for text in heads]
    return element(
        "table",
        element("caption", caption, class_="spoken"),
        element("thead", element("tr", *cells, role="row"), role="rowgroup"),
        element("tbody", *rows, role="rowgroup"),
        role="table",
    )


def table_row(name: Sequence[Node], plan: Node, happened: Element, last: str, last_class: str = "took") -> Element:
    """A line of a table of four columns; `last` is how long it took unless `last_class` says something else."""
    return element(
        "tr",
        element("th", *name, scope="row", role="rowheader"),
        element("td", plan, role="cell", class_="plan"),
        happened,
        element("td", last, role="cell", class_=last_class),
        role="row",
    )


def outcome(words: str, settled: bool, details: Iterable[str]) -> Element:
    notes = [element("p", detail) for detail in details if detail]
    return element(
        "td", mark(settled), sentence(words), *notes, role="cell", class_="outcome good" if settled else "outcome bad"
    )


# The timeline


def legend(phases: Iterable[tuple[str, str]], failed: bool) -> Element:
    """`phases`: (phase, its title)."""
    items = [
        element("li", element("span", class_=f"swatch {css(phase)}", aria_hidden="true"), title)
        for phase, title in phases
    ]
    if failed:
        items.append(element("li", element("span", class_="swatch failed", aria_hidden="true"), "Failed"))
    return element("ul", *items, class_="legend", aria_label="Colours")


def axis(scale: Scale) -> Element:
    step = scale.tick_seconds()
    labels = []
    for number in range(int(scale.seconds / step) + 1):
        percent = number * step / scale.seconds * 100
        labels.append(
            element(
                "span",
                _tick(number * step),
                style=f"left: {percent:.3f}%",
                class_="end" if percent > 92 else "start" if number == 0 else "mid",
            )
        )
    return element("div", element("div", *labels, class_="ticks"), class_="axis", aria_hidden="true")


def lane_line(scale: Scale, name: str, bars: Sequence[Bar], took: str, title: str = "") -> Element:
    """One line of the timeline. `title` stands before the name."""
    spoken = "; ".join(f"{piece.told()}{', on the critical path' if piece.critical else ''}" for piece in bars)
    drawing = element(
        "svg",
        *(_drawn(scale, piece) for piece in bars),
        role="img",
        aria_label=f"{name}: {spoken}",
        style=f"--tick: {scale.tick_seconds() / scale.seconds * 100:.4f}%",
    )
    label = element("span", element("b", title) if title else None, " " if title else None, bdi(name), class_="name")
    return element(
        "li",
        label,
        drawing,
        element("span", took, class_="took"),
        class_="lane critical" if any(piece.critical for piece in bars) else "lane",
    )


def span(steps: Sequence[Step]) -> str:
    """How long it took from the first beginning to the last end, '' when nothing was done."""
    return (
        duration((max(step.finished for step in steps) - min(step.started for step in steps)).total_seconds())
        if steps
        else ""
    )


def _drawn(scale: Scale, piece: Bar) -> Element:
    left, right = scale.percent(piece.step.started), scale.percent(piece.step.finished)
    return element(
        "rect",
        element("title", piece.told()),
        class_=f"{css(piece.step.phase)}{' failed' if piece.step.failed else ''}{' on-path' if piece.critical else ''}",
        x=f"{left:.3f}%",
        width=f"{max(right - left, 0.25):.3f}%",
        y="1" if piece.critical else "5",
        height="14" if piece.critical else "6",
        rx="1.5",
    )


def css(phase: str) -> str:
    return phase.replace(" ", "-")


def _tick(seconds: float) -> str:
    return "0" if not seconds else f"{seconds:g} s" if seconds < 60 else duration(seconds)


# Pieces


def mark(good: bool) -> Element:
    return element("span", "✓ " if good else "✕ ", class_="good" if good else "bad", aria_hidden="true")


def kind(text: str) -> Element:
    """What the name after it is, in a column of its own."""
    return element("span", bdi(text), class_="kind")


def bdi(text: object) -> Element:
    """A name from outside: kept together with its own direction of writing."""
    return element("bdi", str(text))


def code(text: object) -> Element:
    return element("code", str(text))


def moment(when: datetime) -> Element:
    return element("time", f"{when:%Y-%m-%d %H:%M:%S} UTC", datetime=f"{when:%Y-%m-%dT%H:%M:%SZ}")


def sentence(words: str) -> str:
    return words[:1].upper() + words[1:]


def element(tag: str, *content: Node, **attributes: str | None) -> Element:
    """An element; text is escaped when the page is written. `class_` stands for class, `aria_label` for aria-label;
    None is left out."""
    made = Element(
        tag,
        {name.rstrip("_").replace("_", "-"): _text(value) for name, value in attributes.items() if value is not None},
    )
    for node in content:
        if isinstance(node, str):
            _append_text(made, _text(node))
        elif node is not None:
            made.append(node)
    return made


def _append_text(parent: Element, text: str) -> None:
    if len(parent):
        parent[-1].tail = (parent[-1].tail or "") + text
    else:
        parent.text = (parent.text or "") + text


def _text(text: str) -> str:
    return _NOT_TEXT.sub("\N{REPLACEMENT CHARACTER}", text)
