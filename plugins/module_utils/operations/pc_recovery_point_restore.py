# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Restore the golden VM out of one copy of a recovery point, as a temporary VM whose name says for which release, or
adopt the one that is there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_central.client import (
    CONNECTION_ARGUMENTS,
    Entity,
    PrismCentral,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_central.clusters import list_clusters
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_central.peers import (
    PEER_ARGUMENTS,
    connect_peer,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_central.restores import disk_migration
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_central.storage_containers import (
    CentralContainer,
    containers_of,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_central.vms import path_of
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import Change, Params, Plan, Result
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.reporter import Reporter
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.text import right_name
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.waiting import WAIT_ARGUMENTS, Deadline
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.central import (
    CentralCluster,
    CentralVm,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.recovery_point import RecoveryPoint
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.release_names import Release
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.prism_central.restore import (
    Restoration,
    Seen,
    Transfer,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.release_options import (
    RELEASE_ARGUMENTS,
    release_of,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import OperationError

FOLLOW, RESTORE, CORRECT, MOVE_DISKS = "follow", "restore", "correct", "move disks"

ARGUMENTS = {
    **CONNECTION_ARGUMENTS,
    **RELEASE_ARGUMENTS,
    **WAIT_ARGUMENTS,
    "recovery_point": {"type": "str", "required": True},
    "cluster": {"type": "str", "required": True},
    "vm_uuid": {"type": "str"},
    "networks": {"type": "list", "elements": "str"},
    "storage_container": {"type": "str"},
    "source": {"type": "dict", "options": PEER_ARGUMENTS},
    "replication_task": {"type": "str"},
    "copy_retention": {"type": "int"},
}


NOTHING = Seen()


@dataclass(frozen=True)
class _Observed:
    """`restoration` is None while the recovery point is still to be made, `point` while it is not on the cluster.
    `entity` is the VM to adopt, as it is now."""

    release: Release
    restoration: Restoration | None = None
    point: RecoveryPoint | None = None
    seen: Seen = NOTHING
    entity: Entity | None = None
    container: CentralContainer | None = None


def observe(params: Params, reporter: Reporter) -> _Observed:
    release = release_of(params)
    client = PrismCentral.connect(params).shared_on(reporter.board)
    cluster = _cluster(client, params["cluster"])
    container = _container(client, cluster, params["storage_container"])
    if not params["recovery_point"]:
        return _Observed(release)
    restoration = Restoration(
        client,
        release,
        params["recovery_point"],
        cluster,
        params["vm_uuid"] or "",
        params["networks"],
        Deadline(params["wait_timeout"]),
        reporter,
    )
    point = restoration.find_copy()
    if point:
        restoration.member_of(point)
    seen = restoration.observe(point)
    entity = client.read_if_there("vmm", path_of(seen.vms[0].uuid)) if seen.vms else None
    _warn(restoration, seen, reporter)
    return _Observed(release, restoration, point, seen, entity, container)


def plan(params: Params, observed: _Observed) -> Plan[str]:
    restoration, seen = observed.restoration, observed.seen
    if restoration is None:
        name = f"a VM '{observed.release.base_vm}' from the recovery point that will be made"
        return Plan(steps=(RESTORE,), facts=_facts("", None, name, adopted=False), after={"vm": name})
    name, ext_id = restoration.name, observed.point.ext_id if observed.point else ""
    if observed.entity is not None:
        _refuse_running(restoration, seen.vms[0])
        steps = _corrections(observed, restoration, observed.entity)
        facts = _facts(ext_id, seen.vms[0], name, adopted=True, duplicates=seen.vms[1:])
        return Plan(steps=steps, facts=facts, before={"vm": name}, after={"vm": name, "changes": list(steps)})
    under_way = bool(seen.under_way)
    facts = _facts(ext_id, None, name, adopted=under_way)
    if under_way and not params["wait"]:
        return Plan(facts=facts, before={"vm": name}, after={"vm": name})
    return Plan(steps=(FOLLOW if under_way else RESTORE,), facts=facts, before={"vm": None}, after={"vm": name})


def apply(params: Params, observed: _Observed, plan: Plan[str], reporter: Reporter) -> Result:
    restoration, seen, point = observed.restoration, observed.seen, observed.point
    if restoration is None:
        raise OperationError(
            "recovery_point is empty", "Give its location-agnostic id, as pc_recovery_point returns it."
        )
    if point and FOLLOW in plan.steps:
        with reporter.phase("restore"):
            seen = restoration.follow(point, seen.under_way)
    vm = seen.vms[0] if seen.vms else None
    adopted = vm is not None
    if vm is None:
        transfer = _transfer(params, reporter)
        point = point or _arrived(restoration, transfer, params, reporter)
        if transfer and params["copy_retention"]:
            restoration.mark_copy(point, transfer, params["copy_retention"])
        with reporter.phase("restore"):
            task_id = restoration.order(point)
            if not params["wait"]:
                return _facts(point.ext_id, None, restoration.name, adopted=False)
            vm = restoration.finish(task_id)
    _refuse_running(restoration, vm)
    changed = restoration.correct(vm.uuid) or not adopted
    if observed.container:
        with reporter.phase("move_disks"):
            changed = restoration.move_disks(vm.uuid, observed.container.uuid) or changed
    ext_id = point.ext_id if point else ""
    facts = _facts(ext_id, vm, restoration.name, adopted=adopted, duplicates=seen.vms[1:])
    return {**facts, "changed": changed}


def _arrived(restoration: Restoration, transfer: Transfer | None, params: Params, reporter: Reporter) -> RecoveryPoint:
    if not params["wait"]:
        raise OperationError(
            f"{restoration.client.endpoint}: '{restoration.cluster.name}' does not hold the recovery point"
            f" {restoration.location_agnostic_id} yet",
            "Set wait to wait for it, or run this later.",
        )
    with reporter.phase("replicate"):
        return restoration.copy(transfer)


def _transfer(params: Params, reporter: Reporter) -> Transfer | None:
    source, task_id = params["source"], params["replication_task"]
    if not source or not task_id:
        return None
    return Transfer(connect_peer(params, source).shared_on(reporter.board), task_id)


def _cluster(client: PrismCentral, wanted: str) -> CentralCluster:
    clusters = list_clusters(client)
    fitting = [cluster for cluster in clusters if wanted in (cluster.uuid, cluster.name)]
    if len(fitting) == 1:
        return fitting[0]
    listed = ", ".join(f"{cluster.name} ({cluster.uuid})" for cluster in clusters) or "none"
    number = f"{len(fitting)} clusters" if fitting else "no cluster"
    raise OperationError(
        f"{client.endpoint} has {number} {wanted}", f"Its clusters are {listed}. Give the uuid of one of them."
    )


def _container(client: PrismCentral, cluster: CentralCluster, name: str | None) -> CentralContainer | None:
    if not name:
        return None
    containers = containers_of(client, cluster.uuid)
    for container in containers:
        if container.name == name:
            return container
    raise OperationError(
        f"{client.endpoint}: the cluster '{cluster.name}' has no storage container '{name}'",
        right_name(name, (container.name for container in containers)),
    )


def _warn(restoration: Restoration, seen: Seen, reporter: Reporter) -> None:
    endpoint, name = restoration.client.endpoint, restoration.name
    if seen.namesakes:
        listed = ", ".join(vm.uuid for vm in seen.namesakes)
        reporter.warn(
            f"{endpoint} has VMs called '{name}' that were not restored from this recovery point: {listed}. They are"
            " left alone."
        )
    if seen.vms and seen.vms[0].category_ext_ids:
        reporter.warn(
            f"{endpoint}: the temporary VM '{name}' ({seen.vms[0].uuid}) has categories, so that policies may protect"
            " it."
        )


def _refuse_running(restoration: Restoration, vm: CentralVm) -> None:
    if vm.power_state != "off":
        raise OperationError(
            f"{restoration.client.endpoint}: the temporary VM '{restoration.name}' ({vm.uuid}) is not powered off: it"
            " is no true copy of the golden VM any more",
            "Remove it with pc_vm and force, when nobody needs it, then run the same task again.",
        )


def _corrections(observed: _Observed, restoration: Restoration, entity: Entity) -> tuple[str, ...]:
    """What is left to do about a VM that is there."""
    steps = []
    if restoration.needs_correction(entity):
        steps.append(CORRECT)
    if observed.container and disk_migration(entity, observed.container.uuid):
        steps.append(MOVE_DISKS)
    return tuple(steps)


def _facts(
    ext_id: str, vm: CentralVm | None, name: str, *, adopted: bool, duplicates: Sequence[CentralVm] = ()
) -> Result:
    return {
        "vm": {"uuid": vm.uuid if vm else "", "name": name},
        "recovery_point_ext_id": ext_id,
        "adopted": adopted,
        "duplicates": [{"uuid": duplicate.uuid, "name": duplicate.name} for duplicate in duplicates],
    }


OPERATION = Change(
    arguments=ARGUMENTS,
    observe=observe,
    plan=plan,
    apply=apply,
    required_together=(("source", "replication_task"),),
)
