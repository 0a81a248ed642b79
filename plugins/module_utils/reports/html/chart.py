# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The timeline of a page: lanes with a bar for each step, drawn as SVG, and the axis above them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from xml.etree import ElementTree

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.text import duration
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.html.render import clean, css
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.release_timeline import (
    TimelineStep,
    extent,
    has_failed,
)

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
FAILED = ("#c0352a", "#f0776a")


@dataclass(frozen=True)
class Scale:
    """Turns moments of the run into per cents of the width."""

    began: datetime
    seconds: float

    @classmethod
    def of(cls, began: datetime, ended: datetime, steps: Iterable[TimelineStep]) -> Scale:
        """Wide enough for the run and all its steps."""
        lasts = max([ended, *(step.finished for step in steps)]) - began
        return cls(began, max(lasts, timedelta(milliseconds=1)).total_seconds())

    def percent(self, moment: datetime) -> float:
        """Where it is, from 0 to 100."""
        return min(100.0, max(0.0, (moment - self.began).total_seconds() / self.seconds * 100))

    @property
    def tick_seconds(self) -> float:
        """From one mark of the axis to the next."""
        return next((step for step in TICK_SECONDS if self.seconds / step <= MOST_TICKS), self.seconds)

    @property
    def ticks(self) -> list[dict[str, str]]:
        """The marks of the axis: {percent, words, place}."""
        step, ticks = self.tick_seconds, []
        for number in range(int(self.seconds / step) + 1):
            percent = number * step / self.seconds * 100
            words, place = duration(number * step), "mid"
            if not number:
                words, place = "0", "start"
            elif percent > 92:
                place = "end"
            ticks.append({"percent": f"{percent:.3f}", "words": words, "place": place})
        return ticks


@dataclass(frozen=True)
class Bar:
    """A step as a lane shows it: in words, and in the colour of its phase."""

    step: TimelineStep
    words: str
    critical: bool = False

    @property
    def told(self) -> str:
        """'Publish 15 min 2 s, 23:43:12 to 23:58:14 UTC'"""
        step, words = self.step, self.words
        if step.failed:
            words = f"{words} failed after"
        return f"{words} {duration(step.seconds)}, {step.started:%H:%M:%S} to {step.finished:%H:%M:%S} UTC"

    @property
    def label(self) -> str:
        """The same for those who do not see the chart."""
        if self.critical:
            return f"{self.told}, on the critical path"
        return self.told


@dataclass(frozen=True)
class Lane:
    """One line of the timeline: its name, a title before it, its bars, and how long all of it took."""

    scale: Scale
    name: str
    bars: Sequence[Bar]
    took: str
    title: str = ""

    @property
    def critical(self) -> bool:
        """Whether something of it is on the critical path."""
        return any(piece.critical for piece in self.bars)

    def __html__(self) -> str:
        """The drawing, which templates take as it is."""
        label = "; ".join(piece.label for piece in self.bars)
        step = self.scale.tick_seconds / self.scale.seconds * 100
        facts = {"role": "img", "aria-label": clean(f"{self.name}: {label}"), "style": f"--tick: {step:.4f}%"}
        drawing = ElementTree.Element("svg", facts)
        for piece in self.bars:
            self._draw(drawing, piece)
        return ElementTree.tostring(drawing, encoding="unicode", method="html")

    def _draw(self, drawing: ElementTree.Element, piece: Bar) -> None:
        left, right = self.scale.percent(piece.step.started), self.scale.percent(piece.step.finished)
        classes, top, height = [css(piece.step.phase)], "5", "6"
        if piece.step.failed:
            classes.append("failed")
        if piece.critical:
            classes.append("on-path")
            top, height = "1", "14"
        facts = {
            "class": " ".join(filter(None, classes)),
            "x": f"{left:.3f}%",
            "width": f"{max(right - left, 0.25):.3f}%",
            "y": top,
            "height": height,
            "rx": "1.5",
        }
        ElementTree.SubElement(ElementTree.SubElement(drawing, "rect", facts), "title").text = clean(piece.told)


@dataclass(frozen=True)
class Chart:
    """Lanes under one axis. One with a `summary` can be folded away; `note` says what a chart without one shows."""

    title: str
    scale: Scale
    lanes: Sequence[Lane]
    note: str = ""
    summary: str = ""


@dataclass(frozen=True)
class Timeline:
    """The charts of a run, and the phases that they show; without any of them, why."""

    charts: Sequence[Chart] = ()
    phases: Sequence[tuple[str, str]] = ()
    failed: bool = False
    why_empty: str = ""

    @classmethod
    def of(cls, steps: Sequence[TimelineStep], titles: Mapping[str, str], charts: Iterable[Chart | None]) -> Timeline:
        """`titles`: phase -> its title, in the order of the legend."""
        used = {step.phase for step in steps}
        phases = [(css(phase), title) for phase, title in titles.items() if phase in used]
        return cls(list(filter(None, charts)), phases, has_failed(steps))


def empty_timeline(check_mode: bool) -> Timeline:
    """Of a run that did nothing."""
    if check_mode:
        return Timeline(why_empty="A plan does nothing, so it has no timeline.")
    return Timeline(why_empty="Nothing had to be done, so nothing took any time.")


def span(steps: Sequence[TimelineStep]) -> str:
    """How long it took from the first beginning to the last end, '' when nothing was done."""
    if not steps:
        return ""
    start, finished = extent(steps)
    return duration((finished - start).total_seconds())


@dataclass(frozen=True)
class Verdict:
    """`kind` is good, bad or plan; `words` are a few, `explanation` is a sentence."""

    kind: str
    words: str
    explanation: str


@dataclass(frozen=True)
class Figure:
    """A large number, what follows it smaller, and what it is."""

    number: object
    words: str
    after: str = ""


def colours_of(phases: Mapping[str, tuple[str, str]]) -> dict[str, Any]:
    """class -> its colour on light and on dark paper, for the style sheet."""
    return {**{css(phase): colours for phase, colours in phases.items()}, "failed": FAILED}
