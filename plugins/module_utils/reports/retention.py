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


def outcomes(
    decisions: Iterable[Mapping[str, Any]], removals: Mapping[str, Sequence[Mapping[str, Any]]], check: bool
) -> list[dict[str, Any]]:
    """Each decision of image_retention_plan with its `result` and `detail`.

    `removals` are by cluster the results of the removing tasks, each with the decision as its `item`. What should have
    gone and has no result is not deleted.
    """
    removal_results = {
        (host, result["item"]["kind"], result["item"]["id"]): result
        for host, results in removals.items()
        for result in results
        if result.get("item")
    }
    rows_of_objects = []
    for decision in decisions:
        result, detail = KEPT, decision["reason"]
        if decision["delete"]:
            removal = removal_results.get((decision["cluster"], decision["kind"], decision["id"]))
            if removal is None or removal.get("failed"):
                result, detail = (
                    (PLANNED, detail)
                    if check and removal is None
                    else (FAILED, str((removal or {}).get("msg") or "the run ended before"))
                )
            elif check:
                result = PLANNED
            else:
                result = DELETED if removal.get("changed") else GONE
        phase = "remove" if decision["delete"] else ""
        rows_of_objects.append({**decision, "result": result, "detail": detail, "phase": phase})
    return rows_of_objects


def rows(objects: Iterable[Mapping[str, Any]]) -> list[tuple[str, str, str, str]]:
    """Lines of the table: where, what, result, detail."""
    return [(each["cluster"], label(each), each["result"], each["detail"]) for each in objects]


def label(each: Mapping[str, Any]) -> str:
    """What it is and its name; the name of an image version says that it is one."""
    words = "image" if each["kind"] == "image version" else each["kind"]
    return f"{words} {each['name']}"


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
