# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Clones that are there, on, and away from production."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.nics import (
    list_networks,
    mapped_networks,
    network_called,
    with_cards,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.peers import read_identity
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import Params, Plan, Result
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.refusal import Refusal
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.reporter import Reporter
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.text import duration
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.timestamps import iso_utc
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.failover.drill import (
    Clones,
    DrillScope,
    scope_of,
    too_old,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.failover.drill_plan import (
    NAMED_AT_MOST,
    Clone,
    on_networks,
    planned_clones,
    production,
    some,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.failover.sides import data_age, not_in_snapshot
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.network import Network
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.protection import (
    PdSnapshot,
    snapshots_with_origin,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.prism_element.drill.restore import restore
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.prism_element.drill.start import (
    prepare,
    watched,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.prism_element.drill.telling import (
    failures_of,
    in_diff,
    in_short,
    shown,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.prism_element.drill.work import (
    DrillCluster,
    DrillWork,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import OperationError


@dataclass(frozen=True)
class Rehearsal:
    """What a drill begins with: its snapshot and network, the clones that are `there` by the name of the VM, and
    whether a restore is `under_way` that may bring more. `lost` are members that the snapshot does not hold."""

    work: DrillWork
    snapshot: PdSnapshot
    scope: DrillScope
    lost: tuple[tuple[str, str], ...]
    network: Network | None
    there: Mapping[str, Clone]
    under_way: bool
    age: int | None

    @property
    def missing(self) -> tuple[str, ...]:
        return tuple(name for name in self.scope.names if name not in self.there)

    @property
    def network_uuid(self) -> str:
        if self.network:
            return self.network.uuid
        return ""


def observe(params: Params, reporter: Reporter) -> Rehearsal:
    work = DrillWork(params, reporter)
    domain, snapshots = work.domain_and_snapshots()
    if domain and domain.active:
        reporter.warn(
            f"{work.client.endpoint}: '{domain.name}' is active here: the clones come up beside their originals, and"
            " this is no test of another cluster"
        )
    snapshot = _chosen_snapshot(work, snapshots)
    networks = list_networks(work.client) if params["network"] else []
    network = network_called(params["network"], networks, work.client.endpoint) if params["network"] else None
    absent = tuple(not_in_snapshot(snapshot, domain.members if domain else ()))
    scope = _scope(work, snapshot)
    estate = work.look()
    under_way = bool(params["wait"]) and work.under_way(estate, scope.names)
    there = _there(work, _distinct(work, work.clones(estate, scope.names)))
    if network:
        _beware_of_production(work, estate, network, networks)
    rehearsal = Rehearsal(work, snapshot, scope, absent, network, there, under_way, None)
    if under_way:
        return rehearsal
    return _with_age(rehearsal)


def plan(params: Params, observed: Rehearsal) -> Plan[Clone | None]:
    """The clones to make or to change; None stands for those that a restore under way has yet to bring. When nothing is
    waited for, only what is missing is ordered."""
    clones = _planned(observed)
    steps = [clone for clone in clones if clone.changed or not clone.uuid]
    facts = _result(observed, observed.missing, observed.there, clones)
    diff = facts.pop("diff")
    to_come = [None] if observed.under_way else []
    return Plan(steps=[*steps, *to_come], facts=facts, before=diff["before"], after=diff["after"])


def apply(params: Params, observed: Rehearsal, plan: Plan[Clone | None], reporter: Reporter) -> Result:
    work, names = observed.work, observed.scope.names
    if observed.under_way:
        there = _there(work, _distinct(work, work.clones(work.settled(names), names)))
        observed = _with_age(replace(observed, there=there, under_way=False))
    missing, before = observed.missing, observed.there
    if missing:
        with reporter.phase("restore"):
            restore(work, observed.snapshot.snapshot_id, missing)
        if not params["wait"]:
            return _result(observed, missing, before, _planned(observed))
        there = _there(work, _distinct(work, work.clones(work.look(), names)))
        observed = replace(observed, there=there)
    clones = list(observed.there.values())
    if any(clone.changed for clone in _planned(observed)):
        with reporter.phase("start"):
            clones = work.each(lambda clone: prepare(work, clone, observed.network_uuid), clones)
        with reporter.phase("watch"):
            clones = watched(work, clones, observed.network_uuid)
    else:
        clones = watched(work, clones, observed.network_uuid)
    result = _result(observed, missing, before, clones)
    wrong = [clone for clone in clones if clone.problem]
    if wrong:
        raise OperationError(
            f"{work.client.endpoint}: {len(wrong)} of {len(clones)} clones of drill {work.drill.id} are not as they"
            f" shall be: {in_short(wrong)}",
            "Run the same task again to go on with them, or remove all clones of the drill with state absent.",
            **result,
        )
    return result


def _planned(observed: Rehearsal) -> list[Clone]:
    """What the clones will be. When nothing is waited for, those that are there stay as they are until a run that
    waits."""
    work, names = observed.work, observed.scope.names
    if not work.params["wait"]:
        return [observed.there.get(name, Clone(name, work.drill.clone_name(name))) for name in names]
    return planned_clones(work.drill, names, observed.there, observed.network_uuid, bool(work.params["power_on"]))


def _chosen_snapshot(work: DrillWork, snapshots: Sequence[PdSnapshot]) -> PdSnapshot:
    """The snapshot that was asked for, or the newest one; `snapshots` come newest first."""
    name, snapshot_id = work.name, work.params["snapshot_id"]
    available = [snapshot for snapshot in snapshots if snapshot.available]
    if not snapshot_id:
        if not available:
            raise OperationError(
                f"{work.client.endpoint} holds no snapshot of '{name}' to test",
                "Check that its schedule replicates to this cluster.",
            )
        return available[0]
    matches = snapshots_with_origin(snapshots, snapshot_id)
    if len(matches) > 1:
        ids = ", ".join(snapshot.snapshot_id for snapshot in matches)
        raise OperationError(
            f"{work.client.endpoint} holds {len(matches)} snapshots {snapshot_id} of '{name}': {ids}",
            "Give snapshot_id as it is listed, with its site.",
        )
    if not matches or not matches[0].available:
        state = f"no snapshot {snapshot_id} of '{name}' is here"
        if matches:
            state = f"snapshot {matches[0].snapshot_id} of '{name}' is {matches[0].state}"
        holders = ", ".join(
            f"{snapshot.snapshot_id} ({iso_utc(snapshot.created_usecs)})" for snapshot in available[:NAMED_AT_MOST]
        )
        raise OperationError(
            f"{work.client.endpoint}: {state}", f"It holds {holders}." if holders else "It holds none."
        )
    return matches[0]


def _scope(work: DrillWork, snapshot: PdSnapshot) -> DrillScope:
    where = f"{work.client.endpoint}: snapshot {snapshot.snapshot_id} of '{work.name}'"
    names, exclude = work.params["vm_names"] or [], work.params["exclude"]
    if not snapshot.members and names:
        # A snapshot listed without its VMs is taken at its word (contract prism_element 1.3).
        return DrillScope(tuple(name for name in dict.fromkeys(names) if name not in exclude))
    try:
        scope = scope_of(snapshot.members, names, exclude)
    except Refusal as refusal:
        raise refusal.at(where) from None
    if not scope.names:
        raise OperationError(
            f"{where} has no VM to test",
            "Everything in it is excluded." if snapshot.members else "If it holds VMs, give vm_names.",
        )
    return scope


def _distinct(work: DrillWork, clones: Clones) -> Clones:
    if clones.twice:
        doubles = ", ".join(f"'{vm.name}' ({vm.uuid})" for vm in clones.twice)
        raise OperationError(
            f"{work.client.endpoint}: refused, because several VMs share the name of a clone: {doubles}",
            "State absent with the same drill removes all of them; then run this again. Keep what is no clone by"
            " renaming it first.",
        )
    return clones


def _there(work: DrillWork, clones: Clones) -> dict[str, Clone]:
    there = {}
    for name, (clone, *_rest) in clones.by_vm.items():
        vm = with_cards(work.client, clone)
        there[name] = Clone(name, vm.name, vm.uuid, vm.power_state, vm.cards or ())
    return there


def _beware_of_production(work: DrillWork, estate: DrillCluster, network: Network, networks: Sequence[Network]) -> None:
    """Refuse a network that is production; other VMs on it are told."""
    mapped = mapped_networks(work.client)
    with ThreadPoolExecutor(max_workers=max(1, work.params["concurrency"])) as pool:
        vms = list(pool.map(lambda vm: with_cards(work.client, vm) if vm.uuid in estate.protected else vm, estate.vms))
    refusal = production(network, networks, mapped, vms, estate.protected)
    if refusal:
        raise refusal.at(work.client.endpoint)
    same = [each for each in networks if each.is_one_with(network)]
    others = [vm for vm in on_networks(vms, same) if not vm.name.startswith(work.drill.prefix)]
    if others:
        work.reporter.warn(
            f"{work.client.endpoint}: VMs that are no clones are on network '{network.name}' ({network.wire}),"
            f" {some(others)}: the clones will meet them. Make sure that it is isolated."
        )


def _with_age(observed: Rehearsal) -> Rehearsal:
    """How old the data is that will be restored, in seconds by the cluster's clock; an error when it is beyond the
    limit."""
    if not observed.missing:
        return observed
    work, snapshot = observed.work, observed.snapshot
    age = data_age(snapshot, read_identity(work.client).clock_usecs or time.time_ns() // 1000)
    limit = work.params["data_age_limit"]
    if too_old(age, limit):
        raise OperationError(
            f"{work.client.endpoint}: snapshot {snapshot.snapshot_id} of '{work.name}' is {duration(age)} old, beyond"
            f" the limit of {duration(limit)}",
            "An unplanned failover now would lose as much. Check replication, or raise data_age_limit to test with it"
            " all the same.",
        )
    return replace(observed, age=age)


def _result(
    observed: Rehearsal, missing: Sequence[str], before: Mapping[str, Clone], clones: Sequence[Clone]
) -> dict[str, Any]:
    """The snapshot is told only by the run that restores something out of it: a VM does not say what it was made of."""
    snapshot, scope, network = observed.snapshot, observed.scope, observed.network
    after = [shown(clone, network) for clone in clones]
    return {
        "changed": bool(missing) or any(clone.changed for clone in clones),
        "name": observed.work.name,
        "drill": observed.work.drill.id,
        "clones": after,
        "failures": failures_of(clones),
        "restored": list(missing),
        "removed": [],
        "excluded": list(scope.excluded),
        "not_excluded": list(scope.not_excluded),
        "snapshot": {"id": snapshot.snapshot_id, "created": iso_utc(snapshot.created_usecs)} if missing else None,
        "data_age_seconds": observed.age,
        "missing_vms": [{"name": name, "uuid": uuid} for name, uuid in observed.lost],
        "diff": {
            "before": {"clones": [in_diff(shown(clone, network)) for clone in before.values()]},
            "after": {"clones": [in_diff(clone) for clone in after]},
        },
    }
