# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Give machines the VM and the hosting connection that they have now, many at once, and take it back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.client import (
    CONNECTION_ARGUMENTS,
    CitrixSite,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.hypervisors import read_connections
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.machine_watch import (
    read_by_ids,
    read_present,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.machines import (
    read_machines,
    search_machines,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.files import AlreadyThere, write_report
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import Operation, Run
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.text import shortened
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.timestamps import iso_milliseconds
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.machines.rehosting import (
    Doubt,
    Entry,
    Move,
    Obstacle,
    Plan,
    Vm,
    connection_problem,
    needs_change,
    rehost,
    restore,
    without_taken,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.machines.saved_hosting import (
    catalog_ids,
    check_site,
    entries,
    parse,
    render,
    with_machines,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.machines.scope import Scope, Wish, choose
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.machine import Machine, is_at_work
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.citrix.machine_changes import (
    WRITE_ARGUMENTS,
    MachineChange,
    MachineWriter,
    Settled,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.citrix.machine_scope import (
    SCOPE_ARGUMENTS,
    SCOPE_OPTIONS,
    read_scope,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import OperationError, Unreachable

POLICY = {
    "ambiguous": "fail",
    "missing": "fail",
    "unknown": "warn",
    "unexpected": "warn",
    "refused": "fail",
    "vanished": "warn",
    "unmanaged": "warn",
    "namesakes": "warn",
    "left_behind": "warn",
}
WORDS = {
    "ambiguous": "machines are ambiguous",
    "missing": "machines have no VM",
    "unknown": "names are no machine's",
    "unexpected": "VMs are no machine's",
    "refused": "machines cannot be re-hosted",
    "vanished": "machines are gone from the site",
    "unmanaged": "machines are not power managed",
    "namesakes": "machines only bear the name of a VM that moved",
    "left_behind": "machines are still on the connection that was left",
    "failures": "machines could not be changed",
}
INCOMPLETE = ("ambiguous", "missing", "refused", "vanished", "failures")

ARGUMENTS: dict[str, Any] = {
    **CONNECTION_ARGUMENTS,
    **SCOPE_ARGUMENTS,
    **WRITE_ARGUMENTS,
    "vms": {
        "type": "list",
        "elements": "dict",
        "options": {
            "name": {"type": "str", "required": True},
            "uuid": {"type": "str", "required": True},
            "hypervisor_connection": {"type": "str", "required": True},
            "cluster": {"type": "str", "default": ""},
        },
    },
    "mapping": {
        "type": "list",
        "elements": "dict",
        "options": {
            "machine": {"type": "str", "required": True},
            "hosted_machine_id": {"type": "str", "required": True},
            "hypervisor_connection": {"type": "str", "required": True},
        },
    },
    "mapping_path": {"type": "path"},
    "policy": {
        "type": "dict",
        "apply_defaults": True,
        "options": {
            name: {"type": "str", "choices": ["stop", "fail", "warn", "ignore"], "default": default}
            for name, default in POLICY.items()
        },
    },
    "left_connection": {"type": "str"},
    "accept_split_brain": {"type": "bool", "default": True},
    "save_path": {"type": "path"},
    "adopt_unmanaged": {"type": "bool", "default": False},
    "any_plugin": {"type": "bool", "default": False},
}


@dataclass
class Outcome:
    """A plan for the machines of a scope, and what became of its changes: none of them is in `settled` as long as
    nothing was written."""

    plan: Plan
    scope: Scope
    settled: Settled = field(default_factory=lambda: Settled({}))
    left_behind: tuple[Obstacle, ...] = ()
    at_work: tuple[str, ...] = ()
    written_by: str = ""


def perform(run: Run) -> dict[str, Any]:
    params = run.params
    _refuse_senseless(run)
    site = CitrixSite.connect(params)
    plan, scope = _plan_by_vms(site, params) if params["vms"] is not None else _plan_by_mapping(site, params)
    plan = without_taken(_on_connections(site, plan, params["any_plugin"]), scope.others)
    writer = MachineWriter(site, params, what="re-hosting", progress=run.progress)
    outcome = Outcome(plan, scope)
    if params["left_connection"]:
        left = _machines_left_on(site, params["left_connection"])
        outcome.left_behind = _left_behind(outcome, left)
        outcome.at_work = tuple(machine.name for machine in left if is_at_work(machine))
        if outcome.at_work and not params["accept_split_brain"]:
            raise _lives(site, params["left_connection"], outcome.at_work)
    _stop(site, outcome, params["policy"])
    if params["mapping_path"] is None and not run.check:
        outcome.plan = plan = without_taken(plan, _already_there(site, plan))
        _stop(site, outcome, params["policy"])
    if plan.changes and not run.check:
        if params["save_path"]:
            _save(site, Path(params["save_path"]), plan.changes)
        with run.phase("re-host"):
            outcome.settled = writer.settle(
                [move.machine for move in plan.changes], _patches({move.machine.id: move for move in plan.changes})
            )
            outcome.written_by = iso_milliseconds(site.now())
    result = {**_result(outcome, run.check), "written_by": writer.written_by, "diff": _diff(outcome, run.check)}
    _tell(run, site, result)
    return result


def _refuse_senseless(run: Run) -> None:
    params = run.params
    scoped = [name for name in SCOPE_OPTIONS if params[name] is not None]
    if params["vms"] is None:
        if scoped:
            raise OperationError(
                f"A mapping names its machines itself, so that {' and '.join(scoped)} cannot be given",
                "Leave machines out with exclude.",
            )
        return
    if not scoped:
        raise OperationError(
            "It is not said which machines are meant", f"Give at least one of {', '.join(SCOPE_OPTIONS)}."
        )
    nameless = sorted({vm["name"] for vm in params["vms"] if not vm["uuid"].strip()})
    if nameless and not run.check:
        raise OperationError(
            f"{len(nameless)} VMs have no uuid: {shortened(nameless, most=3)}",
            "Only in check mode may it be unknown yet. List the VMs again.",
        )


def _plan_by_vms(site: CitrixSite, params: Mapping[str, Any]) -> tuple[Plan, Scope]:
    scope = read_scope(site, params, [uuid for vm in params["vms"] if (uuid := vm["uuid"].strip())])
    vms = [Vm(vm["name"], vm["uuid"], vm["hypervisor_connection"], vm["cluster"]) for vm in params["vms"]]
    plan = rehost(
        scope.machines,
        vms,
        excluded=scope.excluded,
        vm_names=params["vm_names"] or (),
        adopt_unmanaged=params["adopt_unmanaged"],
    )
    unknown = [*scope.unknown, *scope.unknown_groups]
    if (
        unknown
        and not (scope.machines or scope.excluded or scope.namesakes)
        and params["policy"]["unknown"] != "ignore"
    ):
        raise OperationError(
            f"{site.endpoint}: no machine was found: {shortened(unknown, most=3)} is unknown here",
            "Nothing was changed. Correct the names, or set unknown to ignore in the policy when another site knows"
            " them.",
            **_lists(Outcome(plan, scope)),
        )
    lost = plan.missing
    if lost and not (plan.right or plan.changes or plan.ambiguous) and params["policy"]["missing"] != "ignore":
        raise OperationError(
            f"{site.endpoint}: not one of the {len(lost)} machines"
            f" ({shortened([machine.name for machine in lost], most=3)}) has its VM among the {len(vms)} VMs given",
            "Nothing was changed. Fail over first, then re-host; or check that vms are those of the cluster where the"
            " machines are now.",
            **_lists(Outcome(plan, scope)),
        )
    return plan, scope


def _plan_by_mapping(site: CitrixSite, params: Mapping[str, Any]) -> tuple[Plan, Scope]:
    if params["mapping_path"] is None:
        wanted = [
            Entry(entry["machine"], entry["hosted_machine_id"].strip(), entry["hypervisor_connection"])
            for entry in params["mapping"]
        ]
        scope = read_scope(site, {**params, "machines": [entry.name for entry in wanted]})
        return restore(
            wanted, scope.machines, excluded=scope.excluded, adopt_unmanaged=params["adopt_unmanaged"]
        ), replace(scope, unknown=())
    path = Path(params["mapping_path"])
    saved = _saved(path, site)
    if saved is None:
        raise OperationError(
            f"There is no saved hosting {path}",
            "Give the file that save_path wrote.",
            options=("save_path",),
            nothing_saved=True,
        )
    wanted = entries(saved)
    scope = _scope_of(site, wanted, catalog_ids(saved), params)
    return (
        restore(
            wanted, scope.machines, excluded=scope.excluded, one_to_one=False, adopt_unmanaged=params["adopt_unmanaged"]
        ),
        scope,
    )


def _scope_of(site: CitrixSite, wanted: Sequence[Entry], catalogs: frozenset[str], params: Mapping[str, Any]) -> Scope:
    """The machines of a saved mapping, by their ids: from the catalogs where they were, so that a large site is not
    read whole."""
    ids = {entry.machine_id for entry in wanted}
    found = read_present(site, catalogs)
    found += read_by_ids(site, dict.fromkeys(ids - {machine.id for machine in found}, "")).values()
    scope = choose(Wish(exclude=tuple(params["exclude"])), found)
    return replace(scope, excluded=tuple(machine for machine in scope.excluded if machine.id in ids))


def _on_connections(site: CitrixSite, plan: Plan, any_plugin: bool) -> Plan:
    """The plan with the connections as the site spells them. Raises OperationError when machines may not be put on one
    of them."""
    if not plan.changes:
        return plan
    connections = read_connections(site)
    facts = {connection.name: (connection.plugin, connection.in_maintenance_mode) for connection in connections}
    problems = [
        problem
        for name in sorted({move.connection for move in plan.changes})
        if (problem := connection_problem(name, facts, any_plugin))
    ]
    if problems:
        raise OperationError(f"{site.endpoint}: {'; '.join(problems)}", "Nothing was changed.")
    spelled = {name.casefold(): name for name in facts}
    return replace(
        plan, changes=tuple(replace(move, connection=spelled[move.connection.casefold()]) for move in plan.changes)
    )


def _already_there(site: CitrixSite, plan: Plan) -> list[Machine]:
    """The machines on the connections to which machines go that do not have their VM by its uuid yet. A site that
    cannot search is read whole."""
    targets = sorted({move.connection for move in plan.changes if move.machine.hosted_machine_id != move.uuid})
    return _machines_on(site, targets)


def _machines_left_on(site: CitrixSite, connection: str) -> list[Machine]:
    """The machines that are on a connection although it was left, by name."""
    found = _machines_on(site, [connection])
    left = [machine for machine in found if machine.hypervisor_connection.casefold() == connection.casefold()]
    return sorted(left, key=lambda machine: machine.name.casefold())


def _left_behind(outcome: Outcome, left: Sequence[Machine]) -> tuple[Obstacle, ...]:
    """Those of them that no list of the plan tells already."""
    plan, scope = outcome.plan, outcome.scope
    told = {obstacle.machine.id for obstacle in (*plan.missing, *plan.refused) if obstacle.machine}
    told |= {machine.id for machine in (*plan.unmanaged, *scope.excluded)}
    told |= {doubt.machine.id for doubt in plan.ambiguous} | {move.machine.id for move in plan.changes}
    reason = "none of the protection domains or VMs of this move holds its VM"
    return tuple(Obstacle(machine.name, reason, machine) for machine in left if machine.id not in told)


def _lives(site: CitrixSite, connection: str, at_work: Sequence[str]) -> OperationError:
    count = f"{len(at_work)} {'machine' if len(at_work) == 1 else 'machines'}"
    return OperationError(
        f"{site.endpoint}: the connection '{connection}' answers, and {count} on it are registered and on"
        f" ({shortened(at_work)}): the cluster behind it seems to live",
        "Nothing was changed. Desktops would run twice. A site may take ten minutes to see that a cluster is lost:"
        " then run the same command again. Once you know that the VMs over there are off, run it with"
        " -e dr_failover_accept_split_brain=true.",
        at_work=list(at_work),
    )


def _machines_on(site: CitrixSite, connections: Sequence[str]) -> list[Machine]:
    """At least the machines on these connections. A site that cannot search is read whole."""
    try:
        return [machine for connection in connections for machine in search_machines(site, connection)]
    except Unreachable:
        raise
    except OperationError:
        return read_machines(site)


def _patches(wanted: Mapping[str, Move]) -> Any:
    """Both keys in one PATCH, since an id may be refused without a connection (contract citrix 11.3)."""

    def plan(machines: Sequence[Machine]) -> list[MachineChange]:
        moves = [(machine, wanted[machine.id]) for machine in machines]
        return [
            MachineChange(
                machine.id, machine.name, {"HostedMachineId": move.uuid, "HypervisorConnection": move.connection}
            )
            for machine, move in moves
            if needs_change(machine, move.uuid, move.connection)
        ]

    return plan


def _save(site: CitrixSite, path: Path, moves: Sequence[Move]) -> None:
    before = _saved(path, site)
    wanted = {move.machine.id: (move.uuid, move.connection) for move in moves}
    saved = with_machines(before, [move.machine for move in moves], wanted, site.id, site.name)
    try:
        write_report(path, render(saved), "nothing was changed.", "hosting before the change", new=before is None)
    except AlreadyThere:
        _save(site, path, moves)


def _saved(path: Path, site: CitrixSite) -> dict[str, Any] | None:
    """The hosting saved in a file, None when there is no such file."""
    try:
        saved = parse(path.read_text(encoding="utf-8"))
        check_site(saved, site.id)
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise OperationError(
            f"The saved hosting {path} cannot be used: {error}", "Nothing was changed. Give another file."
        ) from None
    return saved


def _stop(site: CitrixSite, planned: Outcome, policy: Mapping[str, str]) -> None:
    lists = _lists(planned)
    stopping = [name for name in POLICY if policy[name] == "stop" and lists[name]]
    if stopping:
        told = "; ".join(_sentence(name, lists[name]) for name in stopping)
        raise OperationError(
            f"{site.endpoint}: {told}", "Nothing was changed, as the policy says. Look into these first.", **lists
        )


def _result(outcome: Outcome, check: bool) -> dict[str, Any]:
    plan, settled = outcome.plan, outcome.settled
    pending = [move for move in plan.changes if move.machine.id not in settled.vanished | set(settled.failed)]
    changed = [] if check else [move for move in pending if move.machine.id in settled.written]
    ids = {move.machine.id for move in changed}
    action = {
        move.machine.id: "would_change" if check else "changed" if move.machine.id in ids else "right"
        for move in pending
    }
    placed = sorted([*plan.right, *pending], key=lambda move: (move.machine.name.casefold(), move.machine.id))
    lists = _lists(outcome)
    actions = [action.get(move.machine.id, "right") for move in placed]
    catalogs: dict[str, dict[str, None]] = {}
    for move in placed:
        catalogs.setdefault(_connection(move), {})[move.machine.catalog_id] = None
    return {
        "changed": bool(changed) or (check and bool(pending)),
        "complete": not any(lists[name] for name in INCOMPLETE),
        "machines": [_placed(move, did, outcome.written_by) for move, did in zip(placed, actions, strict=True)],
        **lists,
        "counts": {
            **{name: actions.count(name) for name in ("right", "changed", "would_change")},
            **{name: len(listed) for name, listed in lists.items()},
        },
        "connections_changed": sorted({move.connection for move in (pending if check else changed)}),
        "at_work": list(outcome.at_work),
        "catalogs_by_connection": {name: [{"id": id} for id in ids] for name, ids in sorted(catalogs.items())},
    }


def _lists(outcome: Outcome) -> dict[str, list[Any]]:
    plan, settled = outcome.plan, outcome.settled
    wanted = {move.machine.id: move for move in plan.changes}
    gone = [
        Obstacle(move.machine.name, "it was deleted while it was being re-hosted", move.machine)
        for id, move in wanted.items()
        if id in settled.vanished
    ]
    failed = [
        {
            **_shown(settled.machines.get(id, wanted[id].machine)),
            "wanted": _hosting(wanted[id].uuid, wanted[id].connection),
            "reason": why,
        }
        for id, why in settled.failed.items()
    ]
    return {
        "ambiguous": [_doubt(doubt) for doubt in plan.ambiguous],
        "missing": [_obstacle(obstacle) for obstacle in plan.missing],
        "unknown": [*outcome.scope.unknown, *outcome.scope.unknown_groups],
        "unexpected": [_vm(vm) for vm in plan.unexpected],
        "refused": [_obstacle(obstacle) for obstacle in plan.refused],
        "excluded": [_shown(machine) for machine in outcome.scope.excluded],
        "unmanaged": [_shown(machine) for machine in plan.unmanaged],
        "vanished": [_obstacle(obstacle) for obstacle in (*plan.vanished, *gone)],
        "namesakes": [{**_shown(namesake.machine), "reason": namesake.reason} for namesake in outcome.scope.namesakes],
        "left_behind": [_obstacle(obstacle) for obstacle in outcome.left_behind],
        "failures": failed,
    }


def _tell(run: Run, site: CitrixSite, result: Mapping[str, Any]) -> None:
    """Warn of the lists that the policy wants warned of. Raises OperationError with the whole result for those that are
    to fail."""
    policy = {**{name: run.params["policy"][name] for name in POLICY}, "failures": "fail"}
    failing = [name for name in policy if policy[name] in ("fail", "stop") and result[name]]
    for name in policy:
        if policy[name] == "warn" and result[name]:
            run.warn(f"{site.endpoint}: {_sentence(name, result[name])}")
    if failing:
        told = "; ".join(_sentence(name, result[name]) for name in failing)
        done = "Nothing was changed in check mode." if run.check else "All other machines are as they should be."
        raise OperationError(
            f"{site.endpoint}: {told}", f"{done} Look into these and run again, or choose another policy.", **result
        )


def _sentence(name: str, listed: Sequence[Any]) -> str:
    told = [
        (
            entry
            if isinstance(entry, str)
            else f"{entry['name']} ({entry['reason']})"
            if entry.get("reason")
            else entry["name"]
        )
        for entry in listed
    ]
    return f"{len(listed)} {WORDS[name]}: {shortened(told, most=3)}"


def _diff(outcome: Outcome, check: bool) -> dict[str, Any]:
    settled = outcome.settled
    moved = [
        move
        for move in outcome.plan.changes
        if check
        or (move.machine.id in settled.written and move.machine.id not in settled.vanished | set(settled.failed))
    ]
    before = {
        move.machine.name: _hosting(move.machine.hosted_machine_id, move.machine.hypervisor_connection)
        for move in moved
    }
    after = {move.machine.name: _hosting(move.uuid, move.connection) for move in moved}
    return {"before": {"machines": before}, "after": {"machines": after}}


def _hosting(uuid: str, connection: str) -> str:
    if not connection:
        return f"{uuid} without a connection" if uuid else "none"
    return f"{uuid or 'a VM known after the failover'} on {connection}"


def _connection(move: Move) -> str:
    return move.connection if move.needed else move.machine.hypervisor_connection


def _placed(move: Move, action: str, written_by: str) -> dict[str, Any]:
    machine = move.machine
    return {
        "id": machine.id,
        "name": machine.name,
        "catalog": machine.catalog,
        "catalog_id": machine.catalog_id,
        "vm_name": move.vm_name,
        "cluster": move.cluster,
        "hosted_machine_id": move.uuid,
        "hypervisor_connection": _connection(move),
        "registration_state": machine.registration_state,
        "action": action,
        "changed_by": written_by if action == "changed" else "",
        "remark": move.remark,
    }


def _shown(machine: Machine) -> dict[str, Any]:
    return {
        "id": machine.id,
        "name": machine.name,
        "catalog": machine.catalog,
        "catalog_id": machine.catalog_id,
        "hosted_machine_id": machine.hosted_machine_id,
        "hypervisor_connection": machine.hypervisor_connection,
    }


def _obstacle(obstacle: Obstacle) -> dict[str, Any]:
    return {
        **(_shown(obstacle.machine) if obstacle.machine else {"id": "", "name": obstacle.name}),
        "reason": obstacle.reason,
    }


def _doubt(doubt: Doubt) -> dict[str, Any]:
    return {**_shown(doubt.machine), "reason": doubt.reason, "candidates": [_vm(vm) for vm in doubt.candidates]}


def _vm(vm: Vm) -> dict[str, str]:
    return {"name": vm.name, "uuid": vm.uuid, "hypervisor_connection": vm.connection, "cluster": vm.cluster}


OPERATION = Operation(
    arguments=ARGUMENTS,
    perform=perform,
    required_one_of=(("vms", "mapping", "mapping_path"),),
    mutually_exclusive=(("vms", "mapping", "mapping_path"),),
)
