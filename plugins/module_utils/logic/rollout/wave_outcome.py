# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What became of a wave on a site, and of the roll-out."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.failures import failure, in_one, why
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.lookup import all_of, by_key, without_keys
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.rollout.baseline import faults_before
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.rollout.waves import MOVED

# Whoever accepts more faults than this by copying a line has not looked at them
MOST_TO_ACCEPT = 20


TELLS = {
    "rolled_back": "was rolled back",
    "closed": "has a closed gate",
    "failed": "failed",
    "waiting": "has catalogs that could not be moved yet",
    "window_over": "was not done before the window was over",
    "held": "did not start",
    "later": "was not to start",
    "open": "is done",
}
# What nobody has to mend
AS_WISHED = ("open", "later")


FROM_WORST = tuple(TELLS)


def take_back(name: str, sites: Mapping[str, Mapping[str, Mapping[str, Any]]], site: str) -> dict[str, Any]:
    """{catalogs, reason}: what has to go back on a site because a gate of the wave is closed there or elsewhere; each
    catalog as {id, image, from_image}.

    A run takes back only what it moved itself, to the image that it found. A catalog that had the image before is none
    of its business.
    """
    closed = [host for host, waves in sites.items() if waves.get(name, {}).get("state") in ("closed", "rolled_back")]
    if not closed:
        return {"catalogs": [], "reason": ""}
    own = sites.get(site, {}).get(name, {}).get("catalogs", [])
    catalogs = []
    for catalog in own:
        before, after = catalog.get("before"), catalog.get("after")
        if catalog["moved"] in MOVED and catalog["changed"] and before:
            catalogs.append({"id": catalog["id"], "image": before["path"], "from_image": after["path"]})
    return {"catalogs": catalogs, "reason": f"wave '{name}' {TELLS['closed']} on {', '.join(closed)}"}


def wave_outcome(
    wave: Mapping[str, Any],
    moved: Mapping[str, Any],
    held: Mapping[str, str] | None = None,
    gate: Mapping[str, Any] | None = None,
    back: Mapping[str, Any] | None = None,
    because: str = "",
    restarted: Mapping[str, Any] | None = None,
    earlier: Sequence[Mapping[str, Any]] = (),
    known: Sequence[str] = (),
) -> dict[str, Any]:
    """What became of a wave on one site: {name, state, reason, catalogs}.

    `moved`, `restarted`, `gate` and `back` are the results of citrix_catalog_image, citrix_catalog_restart,
    citrix_catalog_gate and citrix_catalog_rollback,
    empty while there are none. `held` says why the wave did not start and `because` why it went back. A catalog keeps
    what happened to it at first as
    `moved`, its gate's figures as `gate` and all its machines counted as `machines`; its `action` is what counts in the
    end. `earlier` are the catalogs of an
    earlier report of this release, and `known` the faulty machines that the operator accepts.
    `state` is open, later, waiting, window_over, held, failed, closed or rolled_back.
    """
    held, gate, back = held or {}, gate or {}, back or {}
    gates = by_key(gate.get("catalogs", []), "id")
    restarts = by_key((restarted or {}).get("catalogs", []), "id")
    before = faults_before(moved, earlier)
    results = []
    for catalog in moved.get("catalogs", []):
        result: dict[str, Any] = {**catalog, "wave": wave["name"], "moved": catalog["action"]}
        if catalog["id"] in before:
            result["faulty_before"] = before[catalog["id"]]
        if held.get("action") and catalog["action"] == "planned":
            # Only looked at: nothing of the plan happened, and nobody is concerned by it
            result.update(action=held["action"], changed=False, after=catalog.get("before"), **_told(held["reason"]))
            result.pop("impact", None)
        if catalog["id"] in restarts:
            result.update(_restarted(result, restarts[catalog["id"]]))
        if catalog["id"] in gates:
            result["gate"] = without_keys(gates[catalog["id"]], ("summary",))
            result["machines"] = gates[catalog["id"]].get("summary", {})
            if not result["gate"]["open"]:
                accept, reason = _to_accept(result["gate"], wave["gate"]), result["gate"]["reason"]
                if accept and catalog["id"] not in before:
                    reason += "; it is unknown whether these were faulty before the catalog got the image"
                result.update(action="gate_closed", accept=accept, **_told(reason, acceptance(accept, known)))
        results.append(_taken_back(result, back, because) if because else result)
    return {
        "name": wave["name"],
        "catalogs": results,
        **_state(wave, results, _problem(moved), held, _problem(restarted or {}) or _problem(gate)),
    }


def _restarted(result: Mapping[str, Any], restart: Mapping[str, Any]) -> dict[str, Any]:
    """What is to be said of a catalog that had the image already, and whose machines are made to take it up."""
    facts: dict[str, Any] = {"restart": dict(restart), "changed": result["changed"] or restart["changed"]}
    if restart["action"] in ("failed", "window_over"):
        facts.update(action=restart["action"], **_told(*why(restart)))
    elif restart["changed"]:
        facts.update(
            action="restart_planned" if restart["action"] == "planned" else "restarted", impact=restart["impact"]
        )
    if restart.get("left"):
        facts["warning"] = "; ".join(filter(None, (result.get("warning"), restart["msg"])))
    return facts


def _to_accept(gate: Mapping[str, Any], terms: Mapping[str, Any] | None) -> list[str]:
    """The faults that keep a gate closed, [] when that are too many to accept by copying a line."""
    faults = list(gate.get("new_faults") or [])
    if (terms or {}).get("new_faults", 0) < len(faults) <= MOST_TO_ACCEPT:
        return faults
    return []


def acceptance(faults: Iterable[str], names: Iterable[str]) -> str:
    """What to type when faults have nothing to do with the image."""
    if not faults:
        return ""
    accepted = json.dumps({"catalog_rollout_known_faults": sorted({*names, *faults})})
    return f"If these faults have nothing to do with the image, type the same command with -e {shlex.quote(accepted)}"


def _taken_back(result: dict[str, Any], back: Mapping[str, Any], because: str) -> dict[str, Any]:
    closed = result["action"] == "gate_closed"
    reason, accept = why(result) if closed else (because, "")
    if result["moved"] not in MOVED and not closed:
        return result
    if result["moved"] not in MOVED:
        message = f"{reason}; it had the image before this run, which therefore does not take it back"
        return {**result, **_told(message, accept)}
    entry = next(
        (catalog for catalog in back.get("catalogs", []) if catalog["id"] == result["id"]),
        {"action": "failed", **_problem(back)},
    )
    if entry["action"] in ("failed", "unchanged"):
        message, advice = why(entry)
        return {
            **result,
            "action": "failed",
            **_told(
                f"{reason}; and it was not rolled back: {message or 'it has another image by now'}", advice or accept
            ),
        }
    return {**result, "action": "rolled_back", "after": entry["after"], **_told(reason, accept), "rollback": entry}


def _told(message: str, advice: str = "") -> dict[str, Any]:
    """What is told of a catalog, as its module tells it."""
    return {"msg": in_one(message, advice), "error": {"message": message, "advice": advice}}


def _problem(result: Mapping[str, Any]) -> dict[str, Any]:
    """{message, error} of a task that failed, {} of one that did not."""
    if result.get("failed") or result.get("unreachable"):
        return failure(result)
    return {}


def _state(
    wave: Mapping[str, Any],
    results: Sequence[Mapping[str, Any]],
    problem: Mapping[str, Any],
    hold: Mapping[str, str],
    unseen: Mapping[str, Any],
) -> dict[str, Any]:
    if hold.get("action") and (hold["action"] != "later" or (results and not problem)):
        return {"state": hold["action"], "reason": hold["reason"]}
    facts = {
        str(result["action"]): f"{result.get('full_name') or result.get('name')}: {why(result)[0]}"
        for result in reversed(results)
    }
    if "rolled_back" in facts:
        return {"state": "rolled_back", "reason": facts["rolled_back"]}
    if "gate_closed" in facts:
        return {"state": "closed", "reason": facts["gate_closed"]}
    if "failed" in facts or unseen or (problem and not facts.keys() & {"window_over", "not_ready"}):
        failure = problem or unseen
        if not failure:
            return {"state": "failed", "reason": facts["failed"]}
        return {"state": "failed", "reason": failure["message"], "error": failure["error"]}
    if "window_over" in facts:
        return {"state": "window_over", "reason": facts["window_over"]}
    if "not_ready" in facts:
        return {"state": "waiting", "reason": facts["not_ready"]}
    return {"state": "open", "reason": ""}


def summary(
    outcomes: Mapping[str, Mapping[str, Any]],
    waves: Sequence[Mapping[str, Any]],
    message: str = "",
    known: Iterable[str] = (),
    error: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """A site's result: {message, error, catalogs, waiting, waves, complete, trouble, advice}. `error` is the message in
    its two parts, where it has any. What was left for later as wished is no trouble, and not complete.

    With one wave and no gate the catalogs are as citrix_catalog_image returns them.
    """
    ours = ("wave", "moved") if len(waves) == 1 and not waves[0]["gate"] else ()
    catalogs: list[Mapping[str, Any]] = []
    states, trouble, failures = [], [], []
    for wave in waves:
        outcome = outcomes.get(wave["name"], {"state": "failed", "reason": message})
        catalogs += outcome.get("catalogs", [])
        states.append({"name": wave["name"], "state": outcome["state"], "reason": outcome["reason"]})
        if outcome["state"] not in AS_WISHED:
            trouble.append(f"wave '{wave['name']}' {TELLS[outcome['state']]} ({outcome['reason']})")
        if outcome["state"] == "failed":
            failures.append(outcome)
    if failures and not message:
        message, error = failures[0]["reason"], failures[0].get("error")
    return {
        "message": message,
        "error": dict(error) if error else _told(message)["error"],
        "catalogs": [without_keys(catalog, ours) for catalog in catalogs],
        "waiting": [],
        "waves": states,
        "complete": bool(waves) and not message and all(wave["state"] == "open" for wave in states),
        "trouble": message or "; ".join(trouble),
        "advice": acceptance(all_of(catalogs, "accept"), known),
    }
