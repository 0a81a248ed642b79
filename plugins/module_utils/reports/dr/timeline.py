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
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.dr.report import (
    DEACTIVATED,
    Move,
    Result,
    entries,
    results,
)

DRAIN, FAIL_OVER, POWER_ON, RE_HOST, RESET, ZONE, RELEASE, PROOF = (
    "drain",
    "fail over",
    "power on",
    "re-host",
    "reset",
    "zone",
    "release",
    "proof",
)
CLONE = "clone"
PHASES = (DRAIN, FAIL_OVER, CLONE, POWER_ON, RE_HOST, RESET, ZONE, RELEASE, PROOF)
# Part of a site's result -> phase of the move
PARTS = {"drain": DRAIN, "hosting": RE_HOST, "resets": RESET, "zones": ZONE, "release": RELEASE, "proof": PROOF}


@dataclass(frozen=True)
class Work(timeline.Step):
    """A step of a move. `where` is a cluster or site, `what` a protection domain, VMs or nothing, `phase` one of
    PHASES, `work` what the module calls it."""

    work: str = ""


def steps_of(move: Move) -> list[Work]:
    """All that was done, in the order of its beginning. Raises KeyError or ValueError for a timeline that is none."""
    steps: list[Work] = []
    for name, result in move.failovers.items():
        where = move.source if (result or {}).get("state") == DEACTIVATED else move.target
        for step in _steps(where, name, FAIL_OVER, result):
            # VMs are powered on as they arrive, within the failover of their protection domain.
            steps.append(replace(step, phase=POWER_ON) if step.work == "power" else step)
    steps += [step for name, result in move.drills.items() for step in _steps(move.target, name, CLONE, result)]
    steps += _steps(move.target, "VMs", POWER_ON, move.power)
    for site, parts in move.sites.items():
        steps += [
            step
            for key, phase in PARTS.items()
            for result in results((parts or {}).get(key))
            for step in _steps(site, "", phase, result)
        ]
    return sorted(steps, key=lambda step: (step.started, step.finished))


def phases_of(steps: Sequence[Work]) -> list[timeline.Step]:
    """Each phase as one step, from its first beginning to its last end, wherever that was."""
    found = []
    for phase in PHASES:
        mine = [step for step in steps if step.phase == phase]
        if mine:
            ended = max(step.finished for step in mine)
            found.append(
                timeline.Step(
                    "", "", phase, min(step.started for step in mine), ended, any(step.failed for step in mine)
                )
            )
    return found


def steps_as_dicts(steps: Sequence[Work]) -> list[dict[str, Any]]:
    return [{**told, "work": step.work} for told, step in zip(timeline.as_dicts(steps), steps, strict=True)]


def steps_from_dicts(pieces: Iterable[Result]) -> list[Work]:
    """The steps out of a report file."""
    return [_work(piece["where"], piece["what"], piece["phase"], piece, piece["work"]) for piece in pieces]


def phases_as_dicts(phases: Sequence[timeline.Step]) -> list[dict[str, Any]]:
    wanted = ("phase", "started", "finished", "seconds", "failed")
    return [{name: told[name] for name in wanted} for told in timeline.as_dicts(phases)]


def recovery_seconds(steps: Sequence[Work], began: datetime) -> float | None:
    """From the beginning of the run to the end of the last piece of work; None when there was none."""
    return round((max(step.finished for step in steps) - began).total_seconds(), 3) if steps else None


def _steps(where: str, what: str, phase: str, result: Result | None) -> list[Work]:
    return [_work(where, what, phase, piece, piece["phase"]) for piece in entries(result or {}, "timeline")]


def _work(where: str, what: str, phase: str, piece: Result, work: str) -> Work:
    started, finished = (from_iso_milliseconds(piece[moment]) for moment in ("started", "finished"))
    return Work(where, what, phase, started, finished, bool(piece.get("failed")), str(work))
