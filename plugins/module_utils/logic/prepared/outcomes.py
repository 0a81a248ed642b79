# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What became of the image definitions of a release on one site, from the results of tasks that loop over them.

`wishes` are the entries of prepared_image_release_definitions, and each result bears its wish as `item`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.failures import failure, why
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.lookup import all_of, without_keys

SETTLED = ("ready", "planned")

Loop = Mapping[str, Any]
Wishes = Sequence[Mapping[str, Any]]


def going_on(wishes: Wishes, *loops: Loop) -> list[Mapping[str, Any]]:
    """The wishes of which no task failed so far, and that each had a part in."""
    return [wish for wish in wishes if all(map(_succeeded, _results(wish["name"], loops)))]


def _succeeded(result: Mapping[str, Any]) -> bool:
    return bool(result) and not result.get("failed")


def ready(wishes: Wishes, outcomes: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The wishes whose version is ready, or would be."""
    names = {outcome["name"] for outcome in outcomes if outcome["state"] in SETTLED}
    return [wish for wish in wishes if wish["name"] in names]


def outcomes(wishes: Wishes, tasks: Mapping[str, Loop]) -> list[dict[str, Any]]:
    """Each wish with its `state`: ready, planned, or failed in one of the `tasks`, in the order of these."""
    return [_outcome(wish, tasks) for wish in wishes]


def with_shares(outcomes_so_far: Sequence[Mapping[str, Any]], shared: Loop) -> list[dict[str, Any]]:
    """The same after the task that shares them."""
    return [_with_share(outcome, _result(outcome["name"], shared)) for outcome in outcomes_so_far]


def _outcome(wish: Mapping[str, Any], tasks: Mapping[str, Loop]) -> dict[str, Any]:
    name = wish["name"]
    found = {task: _result(name, loop) for task, loop in tasks.items()}
    told = [result for result in found.values() if result and not result.get("skipped")]
    facts: dict[str, Any] = {}
    for result in told:
        facts.update((key, value) for key, value in result.items() if value is not None)
    outcome = {
        "name": name,
        "hosting_unit": wish.get("hosting_unit") or "",
        "share_with": _names(wish.get("share_with")),
        "definition": facts.get("image_definition"),
        "version": facts.get("image_version"),
        "leftovers": facts.get("leftovers") or [],
        "changed": any(bool(result.get("changed")) for result in told),
        "timeline": all_of(told, "timeline"),
        "state": "ready" if (facts.get("image_version") or {}).get("ready") else "planned",
        "message": "",
    }
    return _failed_at(outcome, found)


def _names(given: Any) -> list[str]:
    """A list as the modules take it, which may be a text with commas."""
    if isinstance(given, str):
        return [name.strip() for name in given.split(",")]
    return list(given or [])


def _failed_at(outcome: dict[str, Any], found: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    for task, result in found.items():
        if result.get("failed"):
            return {**outcome, **failure(result), "state": "failed", "failed_at": task}
    return outcome


def _with_share(outcome: Mapping[str, Any], result: Mapping[str, Any]) -> dict[str, Any]:
    if not result or result.get("skipped"):
        return dict(outcome)
    more = {
        "version": result.get("image_version") or outcome["version"],
        "changed": outcome["changed"] or bool(result.get("changed")),
        "timeline": [*outcome["timeline"], *(result.get("timeline") or [])],
    }
    return _failed_at({**outcome, **more}, {"share": result})


def _results(name: str, loops: Sequence[Loop]) -> list[Mapping[str, Any]]:
    return [_result(name, loop) for loop in loops]


def _result(name: str, loop: Loop) -> Mapping[str, Any]:
    """The result of a loop for a wish, {} where it had no part in it."""
    results = loop.get("results") or []
    return next((result for result in results if (result.get("item") or {}).get("name") == name), {})


def catalogs_to_move(
    catalogs: Wishes, outcomes_so_far: Sequence[Mapping[str, Any]], release: str
) -> list[dict[str, Any]]:
    """The catalogs of a site as the role catalog_rollout takes them, each with the version of its definition. Those of
    a definition whose version is not ready are held."""
    by_name = {str(outcome["name"]).casefold(): outcome for outcome in outcomes_so_far}
    moves = []
    for catalog in catalogs:
        wanted = str(catalog.get("definition") or "").casefold() or next(iter(by_name), "")
        outcome = by_name.get(wanted)
        move = without_keys(catalog, ("definition",))
        move["image_version"] = {"definition": outcome["name"] if outcome else wanted, "release": release}
        version = (outcome or {}).get("version") or {}
        # Where only some hosting units lack it, each catalog is judged by its own
        if outcome and outcome["state"] == "failed" and not version.get("ready"):
            # What to do about it stands with the definition
            move["hold"] = f"image definition {outcome['name']} has no version of this release: {why(outcome)[0]}"
        moves.append(move)
    return moves


def catalogs_to_take_back(catalogs: Wishes, definitions: Wishes, release: str) -> list[dict[str, Any]]:
    """The catalogs of a site as the part back of the role catalog_rollout takes them, each with the version of the
    release that it is to leave. One that names no definition is of the first, as in the release."""
    first = next((str(definition["name"]) for definition in definitions), "")
    back = []
    for catalog in catalogs:
        left = {"definition": str(catalog.get("definition") or first), "release": release}
        back.append({**without_keys(catalog, ("definition",)), "from_image_version": left})
    return back
