# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What became of protection domains that moved side by side, and of their machines: put together from the results of
one or several tasks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.lookup import all_of, by_key, with_keys

Result = Mapping[str, Any]
FAILURE = ("failed", "msg", "error")


def by_domain(results: Sequence[Result], names_of: str) -> dict[str, Result]:
    """The result of each protection domain, out of those of pe_protection_domain_failover with `names`; in `names_of`
    each has the names that it was asked for.

    A task that failed as a whole failed for each of them.
    """
    by_name: dict[str, Result] = {}
    for result in results:
        as_a_whole = {"failed": True, **with_keys(result, ("msg", "error", "log_in_refused_by"))}
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
    if not parts:
        return later
    vms = by_key(all_of([*parts, later], "vms"), "uuid")
    # What failed at first and is on by now is no failure.
    last = [later] if "vms" in later else parts
    move = {
        "changed": any(result.get("changed") for result in [*parts, later]),
        "vms": sorted(vms.values(), key=lambda vm: (vm["name"], vm["uuid"])),
        "failures": all_of(last, "failures"),
        "removed": [],
    }
    wrong = [result for result in last if result.get("failed")]
    if wrong:
        move.update(with_keys(wrong[0], FAILURE))
    if later.get("timeline"):
        move["timeline"] = later["timeline"]
    return move


def rehosting_of_run(last: Result, earlier: Sequence[Result], part: str) -> Result:
    """One result out of that of the last task and those of the same `part` of earlier re-hostings in this run.

    What they did is done in this run: a machine that the last task found right counts as changed, with what was seen of
    it when it was changed.
    """
    pieces = _pieces(earlier, part)
    if not pieces:
        return last
    base = {} if last.get("skipped") else dict(last)
    all_pieces = [*pieces, base]
    merged = {
        **base,
        "changed": any(piece.get("changed") for piece in all_pieces),
        "timeline": all_of(all_pieces, "timeline"),
    }
    if any("switched" in piece for piece in all_pieces):
        merged["switched"] = sorted(set(all_of(all_pieces, "switched")))
    if part == "hosting":
        return {**merged, **_machines_of_run(base, pieces)}
    return merged


def _pieces(rehostings: Sequence[Result], part: str) -> list[Result]:
    """A part is one result, or those of a loop."""
    pieces: list[Result] = []
    for rehosting in rehostings:
        told = rehosting.get(part) or []
        pieces += [told] if isinstance(told, Mapping) else told
    return [piece for piece in pieces if piece and not piece.get("skipped")]


def _machines_of_run(last: Result, earlier: Sequence[Result]) -> dict[str, Any]:
    changed = {machine["id"]: machine for machine in all_of(earlier, "machines") if machine.get("action") == "changed"}
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
