# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""When which piece of a release was done, and which chain of pieces decided how long it took."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.timestamps import (
    from_iso_milliseconds,
    iso_milliseconds,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.rollout.operator_input import is_meant

SNAPSHOT = "snapshot"
PUBLISH = "publish"
ROLL_BACK = "roll back"
REMOVE = "remove"
ON_SITES = (PUBLISH, ROLL_BACK)
OF_PREPARED_IMAGES = ("definition", "preparation", "share")
PHASES = (SNAPSHOT, "replicate", "restore", "image", REMOVE, *OF_PREPARED_IMAGES, *ON_SITES)
# What the modules of Prism Central call their steps.
# And those of XenServer.
SAME_PHASES = {
    "recovery_point": SNAPSHOT,
    "expiry": SNAPSHOT,
    "move_disks": "restore",
    "export": SNAPSHOT,
    "import": "replicate",
    "hash": "replicate",
    "sync": "replicate",
}


@dataclass(frozen=True)
class TimelineStep:
    """One piece of work. `where` is the inventory host, `what` the catalog or the image definition on a site and empty
    on a cluster, `phase` one of PHASES."""

    where: str
    what: str
    phase: str
    started: datetime
    finished: datetime
    failed: bool

    @property
    def lane(self) -> tuple[str, str]:
        return self.where, self.what

    @property
    def seconds(self) -> float:
        return (self.finished - self.started).total_seconds()


def release_steps(
    source: str,
    protection: Mapping[str, Any],
    clusters: Mapping[str, Mapping[str, Any]],
    sites: Mapping[str, Mapping[str, Any]],
    rollback: bool = False,
    definitions: Mapping[str, Mapping[str, Any]] | None = None,
) -> list[TimelineStep]:
    """All that was done, in the order of its beginning; `protection`, `clusters`, `sites` and `definitions` as the
    roles collect them.

    A catalog whose wave was taken back holds the result of its roll-back as `rollback`; with `rollback` all catalogs
    are such results.
    """
    # Also what had to be restored for a recovery point.
    steps = [_step(source, "", {**piece, "phase": SNAPSHOT}) for piece in protection.get("timeline") or []]
    steps += [_step(host, "", piece) for host, cluster in clusters.items() for piece in cluster.get("timeline") or []]
    for host, site in (definitions or {}).items():
        for outcome in site["definitions"]:
            steps += [_step(host, outcome["name"], piece) for piece in outcome["timeline"]]
    for host, site in sites.items():
        for catalog in site["catalogs"]:
            name = catalog.get("full_name") or catalog.get("name") or ""
            steps += _catalog_steps(host, name, ROLL_BACK if rollback else PUBLISH, catalog)
            steps += _catalog_steps(host, name, ROLL_BACK, catalog.get("rollback") or {})
    return sorted(steps, key=lambda step: (step.started, step.finished))


def _catalog_steps(site: str, name: str, phase: str, result: Mapping[str, Any]) -> list[TimelineStep]:
    """What was done to a catalog: one step, or none."""
    if not result.get("started") or not result.get("finished"):
        return []
    return [_step(site, name, {**result, "phase": phase, "failed": result.get("action") == "failed"})]


def extent(steps: Sequence[TimelineStep]) -> tuple[datetime, datetime]:
    """The first beginning and the last end."""
    return min(step.started for step in steps), max(step.finished for step in steps)


def has_failed(steps: Sequence[TimelineStep]) -> bool:
    return any(step.failed for step in steps)


# (site, catalog) -> the clusters that it needs. One that is not in it needs all.
Needs = Mapping[tuple[str, str], Sequence[str]]


def needs_of(
    sites: Mapping[str, Mapping[str, Any]], wishes: Mapping[str, Sequence[Mapping[str, Any]]]
) -> dict[tuple[str, str], list[str]]:
    """Which cluster each catalog needs, by what the operator wanted: site -> [{name, folder?, id?, cluster?}]."""
    needs = {}
    for host, site in sites.items():
        for catalog in site["catalogs"]:
            entries = [entry for entry in wishes.get(host) or [] if entry.get("cluster")]
            own = [entry["cluster"] for entry in entries if is_meant(entry, catalog)]
            if own:
                needs[host, catalog.get("full_name") or catalog.get("name") or ""] = own
    return needs


def critical_path(steps: Sequence[TimelineStep], needs: Needs | None = None) -> list[TimelineStep]:
    """The chain of steps, each waiting for the one before, that ends with the last catalog, or with the last cluster
    when no catalog was moved.

    The first snapshot holds up every cluster; a cluster holds up the catalogs that need it, until it has the image; a
    catalog may also have waited for its turn behind another one of its site.
    """
    last = max((step for step in steps if step.phase in ON_SITES), key=lambda step: step.finished, default=None)
    last = last or max(steps, key=lambda step: step.finished, default=None)
    chain: list[TimelineStep] = []
    while last is not None:
        chain.append(last)
        last = max(
            (step for step in steps if _holds_up(step, last, needs or {})), key=lambda step: step.finished, default=None
        )
    return chain[::-1]


def own_paths(steps: Sequence[TimelineStep], needs: Needs, began: datetime) -> list[dict[str, Any]]:
    """For each catalog that was moved, how near it came to its own critical path: {where, what, path_seconds, seconds,
    ratio}.

    Its path is what had to be done for it alone: snapshot, replica, restore and image on its cluster, its update.
    `seconds` count from the beginning of
    the run.
    """
    paths = []
    for step in steps:
        if step.phase != PUBLISH or step.failed:
            continue
        alone = [other for other in steps if other is step or other.phase not in ON_SITES]
        path = sum(each.seconds for each in critical_path(alone, needs))
        seconds = (step.finished - began).total_seconds()
        ratio = round(seconds / path, 3) if path else None
        paths.append(
            {
                "where": step.where,
                "what": step.what,
                "path_seconds": round(path, 3),
                "seconds": round(seconds, 3),
                "ratio": ratio,
            }
        )
    return paths


def _holds_up(step: TimelineStep, later: TimelineStep, needs: Needs) -> bool:
    if step.started >= later.started or step.finished > later.finished:
        return False
    if step.lane == later.lane or (step.phase == SNAPSHOT and later.phase not in ON_SITES):
        return PHASES.index(step.phase) <= PHASES.index(later.phase)
    if later.phase not in ON_SITES or step.finished > later.started:
        return False
    if step.phase in ON_SITES:
        return step.where == later.where
    return step.phase == SNAPSHOT or (step.phase != REMOVE and step.where in needs.get(later.lane, [step.where]))


def as_dicts(steps: Iterable[TimelineStep]) -> list[dict[str, Any]]:
    """For the report file; `seconds` is for those who only want to add up."""
    return list(map(_as_dict, steps))


def _as_dict(step: TimelineStep) -> dict[str, Any]:
    return {
        "where": step.where,
        "what": step.what,
        "phase": step.phase,
        "started": iso_milliseconds(step.started),
        "finished": iso_milliseconds(step.finished),
        "seconds": round(step.seconds, 3),
        "failed": step.failed,
    }


def from_dicts(pieces: Iterable[Mapping[str, Any]]) -> list[TimelineStep]:
    """The steps out of a report file."""
    return [_step(piece["where"], piece["what"], piece) for piece in pieces]


def _step(where: str, what: str, piece: Mapping[str, Any]) -> TimelineStep:
    return TimelineStep(
        where,
        what,
        SAME_PHASES.get(piece["phase"], piece["phase"]),
        from_iso_milliseconds(piece["started"]),
        from_iso_milliseconds(piece["finished"]),
        bool(piece["failed"]),
    )
