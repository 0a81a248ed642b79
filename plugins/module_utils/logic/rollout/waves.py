# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rolling an image out in waves: which catalog belongs to which wave, what became of a wave, and whether the next one
may start.

Everything here is plain data, because the role catalog_rollout passes it from task to task and from site to site.
"""

from __future__ import annotations

import json
import shlex
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.failures import failure, in_one, why
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.refusal import Refusal
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.text import near_names
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.rollout.gate import GateTerms

Policy = Literal["stop", "roll_back", "go_on"]

MOVED = ("published", "adopted")
GATE_SPARE_SECONDS = 1800
GATE_DEFAULTS = GateTerms()
# What other parts of a release need to know of a catalog, and the modules do not
NOT_FOR_MODULES = ("wave", "cluster")
# Whoever accepts more faults than this by copying a line has not looked at them
MOST_TO_ACCEPT = 20


def window_end(text: str) -> datetime | None:
    """The end of the maintenance window from ISO 8601 with an offset, None for an empty text. Raises Refusal."""
    if not text.strip():
        return None
    given = text.strip()
    try:
        end = datetime.fromisoformat(f"{given[:-1]}+00:00" if given[-1] in "Zz" else given)
    except ValueError:
        end = None
    if end is None or end.tzinfo is None:
        raise Refusal(
            f"'{text}' is no moment with an offset from UTC; write it like 2026-11-21T06:00:00+01:00, in quotes"
        )
    return end


def window_over(end: datetime | None, now: datetime) -> str:
    """Why nothing may be started any more, '' while it may. `now` bears a time zone."""
    return f"not started: the window was over at {end.isoformat()}" if end is not None and now >= end else ""


def plan_waves(
    catalogs: Sequence[Mapping[str, Any]],
    waves: Sequence[Mapping[str, Any]],
    concurrency: int = 8,
    reboot: Mapping[str, Any] | None = None,
) -> list[dict[str, Any]]:
    """Each wave as {name, catalogs, concurrency, reboot, gate}, with what it does not say itself filled in. Raises
    ValueError.

    An entry of `catalogs` names its `wave`, by default the last. A wave without `gate` has None there: its catalogs
    only have to get the image. `gate` gets out_of_date_percent 0, or 100 when the reboot policy leaves machines alone,
    and a time limit that outlasts the restarts by half an hour.
    """
    names = [str(wave.get("name") or "") for wave in waves]
    if not names or "" in names:
        raise Refusal("catalog_rollout_waves holds no wave, or one without a name")
    twice = sorted(name for name, count in Counter(names).items() if count > 1)
    if twice:
        raise Refusal(f"catalog_rollout_waves holds the wave '{twice[0]}' twice")
    for entry in catalogs:
        wave = entry.get("wave") or names[-1]
        if wave not in names:
            catalog = entry.get("name") or entry.get("id")
            raise Refusal(
                f"catalog '{catalog}' is in wave '{wave}', which catalog_rollout_waves does not hold."
                f" {near_names(wave, names)}".rstrip()
            )
    planned = []
    for wave in waves:
        name = str(wave["name"])
        policy = dict(wave["reboot"] if wave.get("reboot") is not None else reboot or {})
        planned.append(
            {
                "name": name,
                "catalogs": _of_wave(name, names[-1], catalogs),
                "concurrency": int(wave.get("concurrency") or concurrency),
                "reboot": policy,
                "gate": None if wave.get("gate") is None else _gate(wave["gate"], policy),
            }
        )
    return planned


def _of_wave(name: str, last: str, catalogs: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    mine = [entry for entry in catalogs if (entry.get("wave") or last) == name]
    return [{key: value for key, value in entry.items() if key not in NOT_FOR_MODULES} for entry in mine]


def _gate(given: Mapping[str, Any], reboot: Mapping[str, Any]) -> dict[str, int]:
    within, warning = int(reboot.get("within_minutes", -1)), int(reboot.get("warning_minutes", 0))
    gate = {
        "registered_percent": GATE_DEFAULTS.registered_percent,
        "registered_at_least": GATE_DEFAULTS.registered_at_least,
        "out_of_date_percent": 100 if within < 0 else 0,
        "new_faults": GATE_DEFAULTS.new_faults,
        "wait_timeout": GATE_SPARE_SECONDS + 60 * (max(within, 0) + max(warning, 0)),
    }
    unknown = sorted(set(given) - set(gate))
    if unknown:
        raise Refusal(
            f"a gate knows no '{unknown[0]}'. {near_names(unknown[0], gate, most=1) or 'It knows ' + ', '.join(gate)}"
        )
    gate.update({key: int(value) for key, value in given.items() if value is not None})
    GateTerms(**{key: value for key, value in gate.items() if key != "wait_timeout"})
    return gate


def selectors(catalogs: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What says which catalog is meant, without what else is said about it."""
    return [{key: entry[key] for key in ("name", "folder", "id") if key in entry} for entry in catalogs]


def have_image(moved: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The catalogs of a wave that have the image now, by id, from the result of citrix_catalog_image."""
    return _with_action(moved, ("unchanged", *MOVED))


def left_behind(moved: Mapping[str, Any], wave: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Those that had it before this run, where the wave restarts machines: no update of this run has restarted
    theirs."""
    if int(wave["reboot"].get("within_minutes", -1)) < 0:
        return []
    return _with_action(moved, ("unchanged", "adopted"))


def _with_action(moved: Mapping[str, Any], actions: Sequence[str]) -> list[dict[str, Any]]:
    return [{"id": catalog["id"]} for catalog in moved.get("catalogs") or [] if catalog["action"] in actions]


def cannot_wait(sites: Sequence[str], forks: int, batch: Iterable[str]) -> str:
    """Why sites cannot wait for one another, '' when they can. Those of another batch start when those of this one have
    ended, and each that waits keeps a fork: whoever waits all the same waits for days."""
    if set(sites) - set(batch):
        return (
            "sites of different batches cannot wait for one another. Leave out serial in this play, or give it at"
            " least the number of hosts"
        )
    if len(sites) > int(forks):
        return (
            f"{len(sites)} sites cannot wait for one another with {forks} forks. Type the same command with --forks"
            f" {len(sites)}"
        )
    return ""


def notice(planned: Sequence[Mapping[str, Any]], message: str = "") -> dict[str, Any]:
    """What a site tells the others before anything moves: why it takes no part, or its waves with the number of their
    catalogs."""
    waves = [
        {"name": wave["name"], "gate": wave["gate"] is not None, "catalogs": len(wave["catalogs"])} for wave in planned
    ]
    return {"message": message, "waves": waves}


def refusal(notices: Mapping[str, Mapping[str, Any]], catalogs_required: bool = True) -> str:
    """Why nothing may move on any site, '' when it may. `notices`: site -> what it tells."""
    wrong = [f"{site}: {told['message']}" for site, told in notices.items() if told["message"]]
    if wrong:
        return f"nothing is moved on any site: {'; '.join(wrong)}"
    orders = [[wave["name"] for wave in told["waves"]] for told in notices.values()]
    if any(order != orders[0] for order in orders):
        return (
            "The sites of this play do not have the same waves in the same order; put catalog_rollout_waves into the"
            " group's variables."
        )
    if catalogs_required and not any(wave["catalogs"] for told in notices.values() for wave in told["waves"]):
        return (
            "No site of this play names a catalog, so there is nothing to move. Declare the catalogs of each site in"
            " its host variables."
        )
    return empty_gate(notices)


def empty_gate(notices: Mapping[str, Mapping[str, Any]]) -> str:
    """A gate over nothing proves nothing: somebody meant a catalog to be there. '' when there is none, or when there
    are no catalogs at all."""
    catalogs: Counter[str] = Counter()
    for told in notices.values():
        catalogs.update({wave["name"]: wave["catalogs"] for wave in told["waves"]})
    gated = [
        wave["name"]
        for told in notices.values()
        for wave in told["waves"]
        if wave["gate"] and not catalogs[wave["name"]]
    ]
    if not gated or not sum(catalogs.values()):
        return ""
    return (
        f"wave '{gated[0]}' has a gate, and no catalog is in it, so it would verify nothing. "
        f"Put a catalog into it (wave: {gated[0]}), leave out its gate, or run without --limit."
    )


def heard(notes: Mapping[str, Mapping[str, Any]], topic: str) -> dict[str, Mapping[str, Any]]:
    """site -> note, from notes that are called by the topic and the site."""
    return {name[len(topic) :]: note for name, note in notes.items() if name.startswith(topic)}


def with_wave(
    sites: Mapping[str, Mapping[str, Any]], wave: str, notes: Mapping[str, Mapping[str, Any]]
) -> dict[str, dict[str, Any]]:
    """`sites` as `hold` takes them, with what the sites tell about one wave more."""
    names = dict.fromkeys([*sites, *notes])
    return {site: {**sites.get(site, {}), **({wave: notes[site]} if site in notes else {})} for site in names}


def earlier_catalogs(report: str, site: str, release: str, image: str) -> list[dict[str, Any]]:
    """The catalogs of a site in a report of exactly this release and image; [] when the text is none. Nothing else
    hangs on it, so it need not be there."""
    try:
        told = json.loads(report)
        if told["release"] != release or told["image"] != image or told["check_mode"] or told["rollback"]:
            return []
        return faulty_before(told).get(site, [])
    except (ValueError, TypeError, KeyError, AttributeError):
        return []


def faulty_before(*reports: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """site -> {id, faulty_before} of each catalog of which one of the reports knows who was faulty before it got the
    image; the last that knows counts.

    A later run that did not reach a site, or that found the image there already, saw nothing of it and takes no witness
    away.
    """
    seen: dict[str, dict[str, list[str]]] = {}
    for report in reports:
        of_this_run = {site: told.get("catalogs") or [] for site, told in (report.get("sites") or {}).items()}
        for site, catalogs in [*(report.get("faulty_before") or {}).items(), *of_this_run.items()]:
            for catalog in catalogs:
                if isinstance(catalog.get("faulty_before"), list):
                    seen.setdefault(site, {})[str(catalog["id"])] = [str(name) for name in catalog["faulty_before"]]
    return {
        site: [{"id": each, "faulty_before": names} for each, names in catalogs.items()]
        for site, catalogs in seen.items()
    }


def baseline(
    moved: Mapping[str, Any], earlier: Iterable[Mapping[str, Any]] = (), known: Iterable[str] = ()
) -> list[str]:
    """The machines whose faults do not speak against the image: faulty right before this run moved their catalog, or
    before an earlier run of the same release did, or known to the operator. A catalog that has the image already has no
    before: its faults count."""
    before = _before(moved, earlier)
    return sorted({*known, *(name for names in before.values() for name in names)})


def _before(moved: Mapping[str, Any], earlier: Iterable[Mapping[str, Any]]) -> dict[str, list[str]]:
    """Id of a catalog -> who was faulty before it got the image, as far as anybody saw."""
    ours = {catalog["id"] for catalog in moved.get("catalogs", [])}
    told: dict[str, list[str]] = {}
    for catalog in [*moved.get("catalogs", []), *earlier]:
        if catalog.get("id") in ours and catalog.get("faulty_before") is not None:
            told[catalog["id"]] = sorted({*told.get(catalog["id"], []), *catalog["faulty_before"]})
    return told


def hold(
    number: int, names: Sequence[str], sites: Mapping[str, Mapping[str, Mapping[str, Any]]], policy: Policy
) -> dict[str, str]:
    """{action, reason}: whether wave `number` (from 0) has to stay where it is; both '' when it may start.

    `sites`: inventory host -> wave name -> what became of it there. A site that has nothing to say about a wave before
    counts as failed.
    """
    if policy == "go_on":
        return {"action": "", "reason": ""}
    for name in names[:number]:
        states = {site: str(waves.get(name, {}).get("state", "failed")) for site, waves in sites.items()}
        if all(state == "open" for state in states.values()):
            continue
        decisive = next(state for state in _FROM_WORST if state in states.values())
        where = ", ".join(site for site, state in states.items() if state == decisive)
        return {
            "action": "window_over" if decisive == "window_over" else "held",
            "reason": f"wave '{name}' {_TELLS[decisive]} on {where}",
        }
    return {"action": "", "reason": ""}


_TELLS = {
    "rolled_back": "was rolled back",
    "closed": "has a closed gate",
    "failed": "failed",
    "waiting": "has catalogs that could not be moved yet",
    "window_over": "was not done before the window was over",
    "held": "did not start",
    "open": "is done",
}
_FROM_WORST = tuple(_TELLS)


def take_back(name: str, sites: Mapping[str, Mapping[str, Mapping[str, Any]]], site: str) -> dict[str, Any]:
    """{catalogs, reason}: what has to go back on a site because a gate of the wave is closed there or elsewhere; each
    catalog as {id, image}.

    A run takes back only what it moved itself, to the image that it found. A catalog that had the image before is none
    of its business.
    """
    closed = [host for host, waves in sites.items() if waves.get(name, {}).get("state") in ("closed", "rolled_back")]
    if not closed:
        return {"catalogs": [], "reason": ""}
    own = sites.get(site, {}).get(name, {}).get("catalogs", [])
    moved = [catalog for catalog in own if catalog["moved"] in MOVED and catalog["changed"] and catalog.get("before")]
    return {
        "catalogs": [{"id": catalog["id"], "image": catalog["before"]["path"]} for catalog in moved],
        "reason": f"wave '{name}' {_TELLS['closed']} on {', '.join(closed)}",
    }


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
    `state` is open, waiting, window_over, held, failed, closed or rolled_back.
    """
    held, gate, back = held or {}, gate or {}, back or {}
    gates = {found["id"]: found for found in gate.get("catalogs", [])}
    restarts = {found["id"]: found for found in (restarted or {}).get("catalogs", [])}
    before = _before(moved, earlier)
    results = []
    for catalog in moved.get("catalogs", []):
        result: dict[str, Any] = {**catalog, "wave": wave["name"], "moved": catalog["action"]}
        if catalog["id"] in before:
            result["faulty_before"] = before[catalog["id"]]
        if held.get("action") and catalog["action"] == "planned":
            # Only looked at: nothing of the plan happened
            result.update(action=held["action"], changed=False, after=catalog.get("before"), **_told(held["reason"]))
        if catalog["id"] in restarts:
            result.update(_restarted(result, restarts[catalog["id"]]))
        if catalog["id"] in gates:
            result["gate"] = {key: value for key, value in gates[catalog["id"]].items() if key != "summary"}
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
    told: dict[str, Any] = {"restart": dict(restart), "changed": result["changed"] or restart["changed"]}
    if restart["action"] in ("failed", "window_over"):
        told.update(action=restart["action"], **_told(*why(restart)))
    elif restart["changed"]:
        told.update(
            action="restart_planned" if restart["action"] == "planned" else "restarted", impact=restart["impact"]
        )
    if restart.get("left"):
        told["warning"] = "; ".join(part for part in (result.get("warning"), restart["msg"]) if part)
    return told


def _to_accept(gate: Mapping[str, Any], terms: Mapping[str, Any] | None) -> list[str]:
    """The faults that keep a gate closed, [] when that are too many to accept by copying a line."""
    faults = list(gate.get("new_faults") or [])
    return faults if (terms or {}).get("new_faults", 0) < len(faults) <= MOST_TO_ACCEPT else []


def acceptance(faults: Iterable[str], known: Iterable[str]) -> str:
    """What to type when faults have nothing to do with the image."""
    if not faults:
        return ""
    accepted = json.dumps({"catalog_rollout_known_faults": sorted({*known, *faults})})
    return f"If these faults have nothing to do with the image, type the same command with -e {shlex.quote(accepted)}"


def _taken_back(result: dict[str, Any], back: Mapping[str, Any], because: str) -> dict[str, Any]:
    closed = result["action"] == "gate_closed"
    reason, accept = why(result) if closed else (because, "")
    if result["moved"] not in MOVED:
        return (
            {
                **result,
                **_told(f"{reason}; it had the image before this run, which therefore does not take it back", accept),
            }
            if closed
            else result
        )
    found = next(
        (catalog for catalog in back.get("catalogs", []) if catalog["id"] == result["id"]),
        {"action": "failed", **_problem(back)},
    )
    if found["action"] in ("failed", "unchanged"):
        message, advice = why(found)
        return {
            **result,
            "action": "failed",
            **_told(
                f"{reason}; and it was not rolled back: {message or 'it has another image by now'}", advice or accept
            ),
        }
    return {**result, "action": "rolled_back", "after": found["after"], **_told(reason, accept), "rollback": found}


def _told(message: str, advice: str = "") -> dict[str, Any]:
    """What is told of a catalog, as its module tells it."""
    return {"msg": in_one(message, advice), "error": {"message": message, "advice": advice}}


def _problem(result: Mapping[str, Any]) -> dict[str, Any]:
    """{message, error} of a task that failed, {} of one that did not."""
    return failure(result) if result.get("failed") or result.get("unreachable") else {}


def _state(
    wave: Mapping[str, Any],
    results: Sequence[Mapping[str, Any]],
    problem: Mapping[str, Any],
    held: Mapping[str, str],
    unseen: Mapping[str, Any],
) -> dict[str, Any]:
    if held.get("action"):
        return {"state": held["action"], "reason": held["reason"]}
    told = {
        str(result["action"]): f"{result.get('full_name') or result.get('name')}: {why(result)[0]}"
        for result in reversed(results)
    }
    if "rolled_back" in told:
        return {"state": "rolled_back", "reason": told["rolled_back"]}
    if "gate_closed" in told:
        return {"state": "closed", "reason": told["gate_closed"]}
    if "failed" in told or unseen or (problem and not told.keys() & {"window_over", "not_ready"}):
        failed = problem or unseen
        return {
            "state": "failed",
            "reason": failed["message"] if failed else told["failed"],
            **({"error": failed["error"]} if failed else {}),
        }
    if "window_over" in told:
        return {"state": "window_over", "reason": told["window_over"]}
    if "not_ready" in told:
        return {"state": "waiting", "reason": told["not_ready"]}
    return {"state": "open", "reason": ""}


def summary(
    outcomes: Mapping[str, Mapping[str, Any]],
    waves: Sequence[Mapping[str, Any]],
    message: str = "",
    known: Iterable[str] = (),
    error: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """A site's result: {message, error, catalogs, waiting, waves, complete, trouble, advice}. `error` is the message in
    its two parts, where it has any.

    With one wave and no gate the catalogs are as citrix_catalog_image returns them.
    """
    catalogs = [dict(catalog) for wave in waves for catalog in outcomes.get(wave["name"], {}).get("catalogs", [])]
    if len(waves) == 1 and not waves[0]["gate"]:
        catalogs = [
            {key: value for key, value in catalog.items() if key not in ("wave", "moved")} for catalog in catalogs
        ]
    states = []
    for wave in waves:
        found = outcomes.get(wave["name"], {"state": "failed", "reason": message})
        states.append({"name": wave["name"], "state": found["state"], "reason": found["reason"]})
    trouble = [
        f"wave '{wave['name']}' {_TELLS[wave['state']]} ({wave['reason']})"
        for wave in states
        if wave["state"] != "open"
    ]
    failed = [outcomes.get(wave["name"], {"reason": message}) for wave in states if wave["state"] == "failed"]
    if failed and not message:
        message, error = failed[0]["reason"], failed[0].get("error")
    return {
        "message": message,
        "error": dict(error) if error else _told(message)["error"],
        "catalogs": catalogs,
        "waiting": [],
        "waves": states,
        "complete": bool(waves) and not message and not trouble,
        "trouble": message or "; ".join(trouble),
        "advice": acceptance([name for catalog in catalogs for name in catalog.get("accept", [])], known),
    }
