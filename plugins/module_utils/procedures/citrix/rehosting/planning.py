# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which machine gets which VM and connection: the reading, and what stands against it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.client import (
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
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.text import folded, shortened
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.machines.connections import (
    on_earlier_connections,
    with_others_to_same_cluster,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.machines.matching import HostingVm
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.machines.presence import (
    SeenCluster,
    without_absent,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.machines.rehosting import (
    Entry,
    HostingChange,
    Obstacle,
    RehostingPlan,
    connection_problem,
    needs_change,
    rehost,
    restore,
    with_way_back,
    without_moved_since,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.machines.saved_hosting import (
    catalog_ids,
    entries,
    moved_since,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.machines.scope import MachineScope, Wish, choose
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.machine import Machine
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.citrix.machine_changes import (
    MachineChange,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.citrix.machine_scope import (
    SCOPE_OPTIONS,
    read_scope,
    where_connections_lead,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.citrix.rehosting.saved import (
    connections_before,
    read_saved,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.citrix.rehosting.telling import (
    RehostingOutcome,
    lists_of,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import OperationError, Unreachable


def refuse_senseless(params: Mapping[str, Any], check: bool) -> None:
    scoped = [name for name in SCOPE_OPTIONS if params[name] is not None]
    if params["vms"] is None:
        if scoped:
            raise OperationError(
                f"A mapping names its machines itself, so that {' and '.join(scoped)} cannot be given",
                "Leave machines out with exclude.",
            )
        return
    if not scoped:
        raise OperationError("No machines are selected", f"Give at least one of {', '.join(SCOPE_OPTIONS)}.")
    nameless = sorted({vm["name"] for vm in params["vms"] if not vm["uuid"].strip()})
    if nameless and not check:
        raise OperationError(
            f"{len(nameless)} VMs have no uuid: {shortened(nameless, most=3)}",
            "Only in check mode may it be unknown yet. List the VMs again.",
        )


def plan_by_vms(site: CitrixSite, params: Mapping[str, Any]) -> tuple[RehostingPlan, MachineScope]:
    scope = read_scope(site, params, [uuid for vm in params["vms"] if (uuid := vm["uuid"].strip())])
    vms = [HostingVm(vm["name"], vm["uuid"], vm["hypervisor_connection"], vm["cluster"]) for vm in params["vms"]]
    plan = rehost(
        scope.machines,
        vms,
        excluded=scope.excluded,
        vm_names=params["vm_names"] or (),
        adopt_unmanaged=params["adopt_unmanaged"],
    )
    plan = _with_ways_back(site, params, plan)
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
            **lists_of(RehostingOutcome(plan, scope)),
        )
    without_vm = plan.missing
    if without_vm and not (plan.right or plan.changes or plan.ambiguous) and params["policy"]["missing"] != "ignore":
        raise OperationError(
            f"{site.endpoint}: not one of the {len(without_vm)} machines"
            f" ({shortened([machine.name for machine in without_vm], most=3)}) has its VM among the {len(vms)} VMs"
            " given",
            "Nothing was changed. Fail over first, then re-host; or check that vms are those of the cluster where the"
            " machines are now.",
            **lists_of(RehostingOutcome(plan, scope)),
        )
    return plan, scope


def _with_ways_back(site: CitrixSite, params: Mapping[str, Any], plan: RehostingPlan) -> RehostingPlan:
    """The plan with the connections that machines had before a move that this one takes back, and a remark where no way
    back will lead."""
    if params["earlier_hosting"] is None and params["hypervisor_connections"] is None:
        return plan
    connections = where_connections_lead(site)
    if params["earlier_hosting"]:
        machines = [move.machine for move in plan.changes]
        earlier = connections_before(Path(params["earlier_hosting"]), site, machines)
        plan = on_earlier_connections(plan, earlier, connections)
    if params["hypervisor_connections"] is None:
        return plan
    return with_way_back(plan, with_others_to_same_cluster(params["hypervisor_connections"], connections))


def plan_by_mapping(site: CitrixSite, params: Mapping[str, Any]) -> tuple[RehostingPlan, MachineScope]:
    if params["mapping_path"] is None:
        targets = [
            Entry(entry["machine"], entry["hosted_machine_id"].strip(), entry["hypervisor_connection"])
            for entry in params["mapping"]
        ]
        scope = read_scope(site, {**params, "machines": [entry.name for entry in targets]})
        plan = restore(targets, scope.machines, excluded=scope.excluded, adopt_unmanaged=params["adopt_unmanaged"])
        return _with_vms_there(plan, params), replace(scope, unknown=())
    path = Path(params["mapping_path"])
    saved = read_saved(path, site)
    if saved is None:
        raise OperationError(
            f"There is no saved hosting {path}",
            "Give the file that save_path wrote.",
            options=("save_path",),
            nothing_saved=True,
        )
    targets = entries(saved)
    scope = _scope_of(site, targets, catalog_ids(saved), params)
    plan = restore(
        targets,
        scope.machines,
        excluded=scope.excluded,
        one_to_one=False,
        adopt_unmanaged=params["adopt_unmanaged"],
    )
    return _with_vms_there(without_moved_since(plan, moved_since(saved, scope.machines)), params), scope


def _with_vms_there(plan: RehostingPlan, params: Mapping[str, Any]) -> RehostingPlan:
    """The plan with the changes whose VMs the clusters have, as far as anybody looked."""
    if params["clusters"] is None:
        return plan
    return without_absent(plan, [_seen(cluster) for cluster in params["clusters"]])


def _seen(cluster: Mapping[str, Any]) -> SeenCluster:
    vm_uuids = frozenset(uuid.lower() for uuid in cluster["vm_uuids"])
    return SeenCluster(cluster["name"], cluster["hypervisor_connection"], vm_uuids, cluster["problem"])


def _scope_of(
    site: CitrixSite, targets: Sequence[Entry], catalogs: frozenset[str], params: Mapping[str, Any]
) -> MachineScope:
    """The machines of a saved mapping, by their ids: from the catalogs where they were, so that a large site is not
    read whole."""
    ids = {entry.machine_id for entry in targets}
    machines = read_present(site, catalogs)
    machines += read_by_ids(site, dict.fromkeys(ids - {machine.id for machine in machines}, "")).values()
    scope = choose(Wish(exclude=tuple(params["exclude"])), machines)
    return replace(scope, excluded=tuple(machine for machine in scope.excluded if machine.id in ids))


def on_connections(site: CitrixSite, plan: RehostingPlan, any_plugin: bool) -> RehostingPlan:
    """The plan with the connections as the site spells them. Raises OperationError when machines may not be put on one
    of them."""
    if not plan.changes:
        return plan
    connections = read_connections(site)
    facts = {connection.name: (connection.plugin, connection.in_maintenance_mode) for connection in connections}
    targets = sorted({move.connection for move in plan.changes})
    problems = list(filter(None, [connection_problem(name, facts, any_plugin) for name in targets]))
    if problems:
        raise OperationError(f"{site.endpoint}: {'; '.join(problems)}", "Nothing was changed.")
    spelled = {name.casefold(): name for name in facts}
    return replace(
        plan, changes=tuple(replace(move, connection=spelled[move.connection.casefold()]) for move in plan.changes)
    )


def already_there(site: CitrixSite, plan: RehostingPlan) -> list[Machine]:
    """The machines on the connections to which machines go that do not have their VM by its uuid yet. A site that
    cannot search is read whole."""
    targets = sorted({move.connection for move in plan.changes if move.machine.hosted_machine_id != move.uuid})
    return _machines_on(site, targets)


def machines_left_on(site: CitrixSite, connection: str) -> list[Machine]:
    """The machines that are on a connection although it was left, or on another one to the same cluster, by name."""
    names = with_others_to_same_cluster([connection], where_connections_lead(site))
    left = folded(names)
    by_id = {machine.id: machine for machine in _machines_on(site, names)}
    machines = [machine for machine in by_id.values() if machine.hypervisor_connection.casefold() in left]
    return sorted(machines, key=lambda machine: machine.name.casefold())


def left_behind(outcome: RehostingOutcome, machines: Sequence[Machine]) -> tuple[Obstacle, ...]:
    """Those of them that no list of the plan tells already."""
    plan, scope = outcome.plan, outcome.scope
    reported = {obstacle.machine.id for obstacle in (*plan.missing, *plan.refused) if obstacle.machine}
    reported |= {machine.id for machine in (*plan.unmanaged, *scope.excluded)}
    reported |= {doubt.machine.id for doubt in plan.ambiguous} | {move.machine.id for move in plan.changes}
    reason = "none of the protection domains or VMs of this move holds its VM"
    return tuple(Obstacle(machine.name, reason, machine) for machine in machines if machine.id not in reported)


def source_lives(site: CitrixSite, connection: str, at_work: Sequence[str]) -> OperationError:
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


def patches(changes: Mapping[str, HostingChange]) -> Any:
    """Both keys in one PATCH, since an id may be refused without a connection (contract citrix 11.3)."""

    def plan(machines: Sequence[Machine]) -> list[MachineChange]:
        moves = [(machine, changes[machine.id]) for machine in machines]
        return [
            MachineChange(
                machine.id, machine.name, {"HostedMachineId": move.uuid, "HypervisorConnection": move.connection}
            )
            for machine, move in moves
            if needs_change(machine, move.uuid, move.connection)
        ]

    return plan
