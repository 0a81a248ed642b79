# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The ways in which a request goes wrong."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from chaos.points import Point


@dataclass(frozen=True)
class Disturbance:
    """`kills` the controller with all its workers, or (`orphans`) only itself.

    `at_once`: simulated time stands still until the repeated run can only wait, so that it meets everything exactly as
    the first left it. `repeated` says what is different when the command is given again: nothing, the id of the move,
    or the directory, because a colleague gives it.
    """

    name: str
    then: tuple[tuple[str, Any], ...]
    kills: bool = False
    orphans: bool = False
    at_once: bool = False
    writes_only: bool = False
    repeated: str = ""

    def rule(self, point: Point, pid: int) -> dict[str, Any]:
        """The fault rule; `pid` is the controller's."""
        then = dict(self.then)
        if self.kills:
            then["kill_alone" if self.orphans else "kill"] = pid
        if self.at_once:
            then["time_scale"] = 0.0
        return {**point.where(), "then": then}


KILLED_BEFORE = Disturbance("killed before", (("drop", "before"),), kills=True, at_once=True)
KILLED_AFTER = Disturbance("killed after", (("drop", "after"),), kills=True, at_once=True, writes_only=True)
KILLED_REPEATED_LATER = Disturbance("killed, repeated later", (("drop", "after"),), kills=True, writes_only=True)
KILLED_ALONE = Disturbance("killed, workers left", (), kills=True, orphans=True, writes_only=True)
LOST = Disturbance("answer lost", (("drop", "after"),))
REFUSED = Disturbance("refused with 503", (("status", 503),))
ANOTHER_ID, ELSEWHERE = "another id", "elsewhere"
# Not at once: what the site still does after the other run has looked, only the first command again can know.
KILLED_ANOTHER_ID = Disturbance(
    "killed, repeated with another id", (("drop", "after"),), kills=True, repeated=ANOTHER_ID
)
KILLED_ELSEWHERE = Disturbance("killed, repeated elsewhere", (("drop", "after"),), kills=True, repeated=ELSEWHERE)

ALL = (KILLED_BEFORE, KILLED_AFTER, KILLED_REPEATED_LATER, KILLED_ALONE, LOST, REFUSED)
# Of a move, whose files and marks bear its id. A release with another id is another release.
ALL_OF_A_MOVE = (*ALL, KILLED_ANOTHER_ID, KILLED_ELSEWHERE)


def disturbances_of(point: Point, kinds: Iterable[Disturbance] = ALL) -> list[Disturbance]:
    """Those that make sense at a point: whether a killed read took effect makes no difference."""
    return [kind for kind in kinds if point.is_write or not kind.writes_only]
