# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What became of each object that retention and janitor decided about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

KEPT = "kept"
PLANNED = "would be deleted"
DELETED = "deleted"
GONE = "was gone already"
FAILED = "not deleted"
EVERYBODY = "all hosts"
ENDED = "the run ended before"
# What else a kind is called than its name
WORDS = {"image version": "image"}


def outcomes(
    decisions: Iterable[Mapping[str, Any]], removals: Mapping[str, Sequence[Mapping[str, Any]]], check: bool
) -> list[dict[str, Any]]:
    """Each decision of image_retention_plan with its `result` and `detail`.

    `removals` are by cluster the results of the removing tasks, each with the decision as its `item`. What should have
    gone and has no result is not deleted.
    """
    removal_of: dict[tuple[str, str, str], Mapping[str, Any]] = {}
    for host, results in removals.items():
        for result in results:
            if result.get("item"):
                removal_of[host, result["item"]["kind"], result["item"]["id"]] = result
    rows_of_objects = []
    for decision in decisions:
        row = {**decision, "result": KEPT, "detail": decision["reason"], "phase": ""}
        if decision["delete"]:
            removal = removal_of.get((decision["cluster"], decision["kind"], decision["id"]))
            became, detail = _became(removal, decision["reason"], check)
            row |= {"result": became, "detail": detail, "phase": "remove"}
        rows_of_objects.append(row)
    return rows_of_objects


def _became(removal: Mapping[str, Any] | None, reason: str, check: bool) -> tuple[str, str]:
    """Result and detail of an object that had to go, by the result of the task that removes it."""
    if removal and removal.get("failed"):
        return FAILED, str(removal.get("msg") or ENDED)
    if check:
        return PLANNED, reason
    if removal is None:
        return FAILED, ENDED
    if removal.get("changed"):
        return DELETED, reason
    return GONE, reason


def rows(objects: Iterable[Mapping[str, Any]]) -> list[tuple[str, str, str, str]]:
    """Lines of the table: where, what, result, detail."""
    return [(each["cluster"], label(each), each["result"], each["detail"]) for each in objects]


def label(each: Mapping[str, Any]) -> str:
    """What it is and its name; the name of an image version says that it is one."""
    return f"{WORDS.get(each['kind'], each['kind'])} {each['name']}"


def problems(objects: Iterable[Mapping[str, Any]], doubts: Iterable[Mapping[str, str]]) -> list[str]:
    """Why retention could not do its work, in sentences."""
    failures = [f"{each['cluster']}, {_failure(each)}" for each in objects if each["result"] == FAILED]
    return [*(doubt["reason"] for doubt in doubts), *failures]


def problems_of(objects: Iterable[Mapping[str, Any]], doubts: Iterable[Mapping[str, str]]) -> dict[str, list[str]]:
    """The same by inventory host; what no host is to blame for is everybody's."""
    by_host: dict[str, list[str]] = {}
    for doubt in doubts:
        by_host.setdefault(doubt["name"] or EVERYBODY, []).append(doubt["reason"])
    for each in objects:
        if each["result"] == FAILED:
            by_host.setdefault(each["cluster"], []).append(_failure(each))
    return by_host


def _failure(each: Mapping[str, Any]) -> str:
    return f"{label(each)}: {each['result']} ({each['detail']})"


def totals(objects: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """How many objects came to each result."""
    counted: dict[str, int] = {}
    for each in objects:
        counted[each["result"]] = counted.get(each["result"], 0) + 1
    return dict(sorted(counted.items()))
