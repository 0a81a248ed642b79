# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What became of protection domains that moved side by side, and of their machines: put together from the results of
one or several tasks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Result = Mapping[str, Any]


def by_domain(results: Sequence[Result], names_of: str) -> dict[str, Result]:
    """The result of each protection domain, out of those of pe_protection_domain_failover with `names`; in `names_of`
    each has the names that it was asked for.

    A task that failed as a whole failed for each of them.
    """
    by_name: dict[str, Result] = {}
    for result in results:
        as_a_whole = {
            "failed": True,
            **{key: result[key] for key in ("msg", "error", "log_in_refused_by") if key in result},
        }
        for name in result[names_of]["names"]:
            own = (result.get("domains") or {}).get(name)
            by_name[name] = {"failed": False, **own} if own else as_a_whole
    return by_name


def power_of_move(failovers: Mapping[str, Result], later: Result) -> Result:
    """One result as pe_vm tells it: what was switched on as it arrived, and what another look afterwards still found to
    do.

    Of the pieces of work only those of the later one are in it; the others stand in the protection domain's own
    timeline.
    """
    parts = [power for result in failovers.values() if (power := (result or {}).get("power"))]
    looked = "vms" in later
    if not parts:
        return later
    vms = {vm["uuid"]: vm for part in [*parts, later] for vm in part.get("vms") or []}
    # What failed at first and is on by now is no failure.
    failures = (
        later.get("failures") or [] if looked else [failure for part in parts for failure in part.get("failures") or []]
    )
    wrong = [result for result in ([later] if looked else parts) if result.get("failed")]
    return {
        **{key: value for result in wrong[:1] for key, value in result.items() if key in ("failed", "msg", "error")},
        "changed": any(result.get("changed") for result in [*parts, later]),
        "vms": sorted(vms.values(), key=lambda vm: (vm["name"], vm["uuid"])),
        "failures": failures,
        "removed": [],
        **({"timeline": later["timeline"]} if later.get("timeline") else {}),
    }


def rehosting_of_run(last: Result, earlier: Sequence[Result], part: str) -> Result:
    """One result out of that of the last task and those of the same `part` of earlier re-hostings in this run.

    What they did is done in this run: a machine that the last task found right counts as changed, with what was seen of
    it when it was changed.
    """
    pieces = [
        piece for rehosting in earlier for piece in _pieces(rehosting.get(part)) if piece and not piece.get("skipped")
    ]
    if not pieces:
        return last
    base = {} if last.get("skipped") else dict(last)
    all_pieces = [*pieces, base]
    merged = {
        **base,
        "changed": any(piece.get("changed") for piece in all_pieces),
        "timeline": [step for piece in all_pieces for step in piece.get("timeline") or []],
    }
    if any("switched" in piece for piece in all_pieces):
        merged["switched"] = sorted({name for piece in all_pieces for name in piece.get("switched") or []})
    if part == "hosting":
        return {**merged, **_machines_of_run(base, pieces)}
    return merged


def _pieces(part: Any) -> Sequence[Result]:
    if isinstance(part, Mapping):
        return [part]
    return part or []


def _machines_of_run(last: Result, earlier: Sequence[Result]) -> dict[str, Any]:
    changed = {
        machine["id"]: machine
        for piece in earlier
        for machine in piece.get("machines") or []
        if machine.get("action") == "changed"
    }
    machines = last.get("machines", list(changed.values()))
    machines = [_as_changed(machine, changed.get(machine["id"])) for machine in machines]
    actions = [machine.get("action") for machine in machines]
    counts = {**last.get("counts", {}), "right": actions.count("right"), "changed": actions.count("changed")}
    return {"machines": machines, "counts": counts}


def _as_changed(machine: Result, earlier: Result | None) -> Result:
    if earlier is None or machine.get("action") != "right":
        return machine
    if machine.get("hosted_machine_id") != earlier["hosted_machine_id"]:
        return machine
    return {**machine, **{key: earlier[key] for key in ("action", "changed_by", "registration_state")}}
