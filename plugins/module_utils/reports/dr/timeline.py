# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""When which piece of a move of desktops was done, and how long each phase of it took."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.timestamps import from_iso_milliseconds
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports import release_timeline as timeline
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.dr.move import (
    CLONE,
    DEACTIVATED,
    DRAIN,
    FAIL_OVER,
    PHASES,
    POWER_ON,
    PROOF,
    RE_HOST,
    RELEASE,
    RESET,
    ZONE,
    Move,
    Result,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.dr.reading import Part

# Part of a site's result -> phase of the move
PARTS = {
    "drain": DRAIN,
    "hosting": RE_HOST,
    "resets": RESET,
    "zones": ZONE,
    "release": RELEASE,
    "returned": RELEASE,
    "proof": PROOF,
}


@dataclass(frozen=True)
class MoveStep(timeline.TimelineStep):
    """A step of a move. `where` is a cluster or site, `what` a protection domain, VMs or nothing, `phase` one of
    PHASES, `work` what the module calls it."""

    work: str = ""


def steps_of(move: Move) -> list[MoveStep]:
    """All that was done, in the order of its beginning. Raises KeyError or ValueError for a timeline that is none."""
    steps: list[MoveStep] = []
    for name, result in move.failovers.items():
        part = Part.of(result)
        where = move.source if part.state == DEACTIVATED else move.target
        for step in _steps(where, name, FAIL_OVER, part):
            # VMs are powered on as they arrive, within the failover of their protection domain.
            if step.work == "power":
                step = replace(step, phase=POWER_ON)
            steps.append(step)
    for name, result in move.drills.items():
        steps += _steps(move.target, name, CLONE, Part.of(result))
    steps += _steps(move.target, "VMs", POWER_ON, Part.of(move.power))
    for site, parts in move.sites.items():
        for key, phase in PARTS.items():
            for part in Part.all((parts or {}).get(key)):
                steps += _steps(site, "", phase, part)
    return sorted(steps, key=lambda step: (step.started, step.finished))


def phases_of(steps: Sequence[MoveStep]) -> list[timeline.TimelineStep]:
    """Each phase as one step, from its first beginning to its last end, wherever that was."""
    phases = []
    for phase in PHASES:
        mine = [step for step in steps if step.phase == phase]
        if mine:
            phases.append(timeline.TimelineStep("", "", phase, *timeline.extent(mine), timeline.has_failed(mine)))
    return phases


def steps_as_dicts(steps: Sequence[MoveStep]) -> list[dict[str, Any]]:
    """For the report file."""
    return [{**facts, "work": step.work} for facts, step in zip(timeline.as_dicts(steps), steps, strict=True)]


def steps_from_dicts(pieces: Iterable[Result]) -> list[MoveStep]:
    """The steps out of a report file."""
    return [_work(piece["where"], piece["what"], piece["phase"], piece, piece["work"]) for piece in pieces]


def phases_as_dicts(phases: Sequence[timeline.TimelineStep]) -> list[dict[str, Any]]:
    """For results and the report file."""
    rows = timeline.as_dicts(phases)
    for row in rows:
        # A phase has no place of its own
        del row["where"], row["what"]
    return rows


def recovery_seconds(steps: Sequence[MoveStep], began: datetime) -> float | None:
    """From the beginning of the run to the end of the last piece of work; None when there was none."""
    if not steps:
        return None
    _start, finished = timeline.extent(steps)
    return round((finished - began).total_seconds(), 3)


def _steps(where: str, what: str, phase: str, part: Part) -> list[MoveStep]:
    pieces = part.facts.get("timeline")
    if not isinstance(pieces, list):
        return []
    return [_work(where, what, phase, piece, piece["phase"]) for piece in pieces]


def _work(where: str, what: str, phase: str, piece: Result, work: str) -> MoveStep:
    start, finished = from_iso_milliseconds(piece["started"]), from_iso_milliseconds(piece["finished"])
    return MoveStep(where, what, phase, start, finished, bool(piece.get("failed")), str(work))
