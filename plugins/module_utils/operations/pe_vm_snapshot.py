# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Make an AHV snapshot of a VM under an exact name, or remove one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.client import (
    CONNECTION_ARGUMENTS,
    PrismElement,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.cluster import read_cluster
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.snapshots import (
    VmSnapshot,
    create_snapshot,
    delete_snapshot,
    list_snapshots,
    read_snapshot,
    shown,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.tasks import (
    TaskFailed,
    wait_for_task,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.vms import (
    Vm,
    list_vms,
    read_vm,
    vms_called,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import Operation, Run
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.send_once import send_once
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.text import near_names
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.waiting import (
    EFFECT_WITHIN,
    LOOK_INTO_EVENTS,
    WAIT_ARGUMENTS,
    Deadline,
    Look,
    Standstill,
    wait_for,
    wait_for_effect,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.lineage import (
    image_uuid,
    is_proven,
    same_for_citrix,
    took_it,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.release_options import PREFIX_ARGUMENTS
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import (
    AccessDenied,
    ApiError,
    OperationError,
    StillRunning,
)

APPEARS_WITHIN = 15.0

ARGUMENTS = {
    **CONNECTION_ARGUMENTS,
    **PREFIX_ARGUMENTS,
    **WAIT_ARGUMENTS,
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "name": {"type": "str"},
    "uuid": {"type": "str"},
    "vm_uuid": {"type": "str"},
    "vm_name": {"type": "str"},
    "force": {"type": "bool", "default": False},
}


def perform(run: Run) -> dict[str, Any]:
    client = PrismElement.connect(run.params)
    return _present(client, run) if run.params["state"] == "present" else _absent(client, run)


def _present(client: PrismElement, run: Run) -> dict[str, Any]:
    name = run.params["name"]
    known = list_snapshots(client)
    live = [snapshot for snapshot in known if not snapshot.deleted]
    _refuse_other_case(client, live, name)
    existing = _only(client, [snapshot for snapshot in live if snapshot.name == name], name)
    cluster_uuid = read_cluster(client).uuid
    if existing:
        _refuse_image_of_another_vm(client, run, existing, cluster_uuid)
        return _result(run, existing, existing, cluster_uuid)
    vm = _source(client, run)
    if run.check or vm is None:
        vm_name = vm.name if vm else ""
        uuid = _free_uuid(cluster_uuid, name, vm_name, known)
        planned = VmSnapshot(
            uuid=uuid, name=name, created_usecs=0, vm_uuid=vm.uuid if vm else "", source_vm_name=vm_name, deleted=False
        )
        result = _result(run, None, planned, cluster_uuid)
        result["snapshot"]["uuid"] = ""
        return result
    with run.phase("image"):
        made = _create(client, run, vm, _free_uuid(cluster_uuid, name, vm.name, known))
    return _result(run, None, made, cluster_uuid)


def _refuse_other_case(client: PrismElement, live: list[VmSnapshot], name: str) -> None:
    alike = [f"'{snapshot.name}' ({snapshot.uuid})" for snapshot in live if same_for_citrix(snapshot.name, name)]
    if alike:
        raise OperationError(
            f"{client.endpoint} has {', '.join(alike)}, which differs from '{name}' in case only, and Citrix cannot"
            " tell them apart",
            "Give a name that differs in more than case.",
        )


def _refuse_image_of_another_vm(client: PrismElement, run: Run, existing: VmSnapshot, cluster_uuid: str) -> None:
    """A snapshot of the name is the one that is wanted only when it is of the VM that is meant, by its uuid, or by the
    uuid that a run like this one gave it:
    the VM may be gone by now, and each of two runs at once has restored one of its own."""
    vm_uuid, vm_name = run.params["vm_uuid"] or "", run.params["vm_name"] or ""
    if existing.vm_uuid == vm_uuid or not (vm_uuid or vm_name):
        return
    vm = read_vm(client, vm_uuid) if vm_uuid else None
    meant = vm_name or (vm.name if vm else "")
    if took_it(cluster_uuid, existing.uuid, existing.name, meant):
        return
    namesakes = [] if vm_uuid else vms_called(client, vm_name)
    if (
        not vm_uuid
        and existing.source_vm_name == vm_name
        and (not namesakes or existing.vm_uuid in {vm.uuid for vm in namesakes})
    ):
        return
    raise OperationError(
        f"{client.endpoint}: the snapshot '{existing.name}' ({existing.uuid}) was taken of '{existing.source_vm_name}'"
        f" ({existing.vm_uuid}) and not of the VM that is meant, {meant or vm_uuid}",
        "Give another name, or remove it.",
    )


def _source(client: PrismElement, run: Run) -> Vm | None:
    """The VM to take the snapshot of. None only in check mode, when it is one that does not exist yet."""
    name, uuid = run.params["vm_name"], run.params["vm_uuid"]
    if uuid:
        vm = read_vm(client, uuid)
        if vm and name and vm.name != name:
            raise OperationError(
                f"{client.endpoint}: the VM {uuid} is called '{vm.name}' and not '{name}'",
                "Give the name and the uuid of the same VM, or only one.",
            )
        found = [vm] if vm else []
    else:
        found = vms_called(client, name) if name else []
    if len(found) > 1:
        listed = ", ".join(f"{vm.uuid} ({vm.power_state})" for vm in found)
        raise OperationError(
            f"{client.endpoint} has {len(found)} VMs called '{name}': {listed}",
            "Give vm_uuid of the one that is meant.",
        )
    if found:
        return found[0]
    if run.check:
        return None
    if not uuid and not name:
        raise OperationError(
            f"There is no snapshot '{run.params['name']}' on {client.endpoint} yet, and no VM is named to take it of",
            "Give vm_uuid or vm_name.",
        )
    advice = near_names(name, (vm.name for vm in list_vms(client))) if name else ""
    raise OperationError(
        f"{client.endpoint} has no VM {uuid or repr(name)} to take the snapshot '{run.params['name']}' of", advice
    )


def _free_uuid(cluster_uuid: str, name: str, vm_name: str, known: list[VmSnapshot]) -> str:
    """The uuid that a repeated attempt asks for as well; another one while a removed snapshot still lingers under
    it."""
    dead = {snapshot.uuid for snapshot in known if snapshot.deleted}
    attempt = 0
    while image_uuid(cluster_uuid, name, vm_name, attempt) in dead:
        attempt += 1
    return image_uuid(cluster_uuid, name, vm_name, attempt)


def _create(client: PrismElement, run: Run, vm: Vm, uuid: str) -> VmSnapshot:
    name = run.params["name"]
    what = f"taking snapshot '{name}' of VM '{vm.name}'"
    deadline = Deadline(run.params["wait_timeout"])

    def taken() -> VmSnapshot | None:
        chosen = read_snapshot(client, uuid)
        if chosen and chosen.name == name and not chosen.deleted:
            return chosen
        return _only(
            client,
            [
                snapshot
                for snapshot in list_snapshots(client, vm.uuid)
                if snapshot.name == name and not snapshot.deleted
            ],
            name,
        )

    def appears() -> VmSnapshot | None:
        try:
            return _wait_until_taken(run, taken, what, min(APPEARS_WITHIN, deadline.left / 4))
        except StillRunning:
            return None

    try:
        # Sent again it is for the same uuid, so that a late first one and this one cannot become two.
        task_uuid = send_once(
            lambda: create_snapshot(client, name, vm.uuid, uuid) or "",
            lambda: "" if taken() else None,
            what=what,
            progress=run.progress,
            patience=min(APPEARS_WITHIN, deadline.left / 4),
        )
    except AccessDenied:
        raise
    except ApiError:
        # It may be refused because an attempt that was killed or whose answer was lost is under way with the same uuid.
        if not appears():
            raise
        task_uuid = ""
    if not run.params["wait"]:
        return taken() or VmSnapshot(
            uuid=uuid, name=name, created_usecs=0, vm_uuid=vm.uuid, source_vm_name=vm.name, deleted=False
        )
    try:
        if task_uuid:
            wait_for_task(client, task_uuid, what, deadline.left, run.progress)
    except TaskFailed:
        if not appears():
            raise
    idle = (
        f"no snapshot '{name}' is listed, and"
        f" {'its task has ended' if task_uuid else 'the cluster gave no task for it'}"
    )
    return _wait_until_taken(
        run, taken, what, deadline.left, Standstill(f"{client.endpoint}: {what}", LOOK_INTO_EVENTS), idle
    )


def _wait_until_taken(
    run: Run,
    taken: Callable[[], VmSnapshot | None],
    what: str,
    timeout: float,
    standstill: Standstill | None = None,
    idle: str = "",
) -> VmSnapshot:
    def look() -> Look[VmSnapshot | None]:
        snapshot = taken()
        if snapshot is None and standstill:
            standstill.note(idle, min(EFFECT_WITHIN, timeout / 4))
        return Look(snapshot, done=snapshot is not None)

    return cast(VmSnapshot, wait_for(look, what=what, timeout=timeout, progress=run.progress))


def _absent(client: PrismElement, run: Run) -> dict[str, Any]:
    existing = _existing(client, run.params)
    if existing is None:
        return _result(run, None, None, "")
    cluster_uuid = read_cluster(client).uuid
    told = shown(existing, run.params["prefix"], cluster_uuid)
    if not is_proven(told) and not run.params["force"]:
        why = told["lineage"]["doubt"] if told["lineage"] else f"is no image with the prefix '{run.params['prefix']}'"
        raise OperationError(
            f"{client.endpoint}: refused, because '{existing.name}' ({existing.uuid}) {why}",
            "Set force to remove snapshots that the collection did not make.",
        )
    if not run.check:
        _remove(client, run, existing)
    return _result(run, existing, None, cluster_uuid)


def _existing(client: PrismElement, params: Any) -> VmSnapshot | None:
    name, uuid = params["name"], params["uuid"]
    if not uuid:
        return _only(
            client,
            [snapshot for snapshot in list_snapshots(client) if snapshot.name == name and not snapshot.deleted],
            name,
        )
    snapshot = read_snapshot(client, uuid)
    if snapshot is None or snapshot.deleted:
        return None
    if name and snapshot.name != name:
        raise OperationError(
            f"{client.endpoint}: the snapshot {uuid} is called '{snapshot.name}' and not '{name}'",
            "Give the name and the uuid of the same snapshot.",
        )
    return snapshot


def _remove(client: PrismElement, run: Run, snapshot: VmSnapshot) -> None:
    what = f"removing snapshot '{snapshot.name}' ({snapshot.uuid})"
    deadline = Deadline(run.params["wait_timeout"])
    task_uuid = delete_snapshot(client, snapshot.uuid)

    def gone() -> bool:
        now = read_snapshot(client, snapshot.uuid)
        return now is None or now.deleted

    if not run.params["wait"]:
        return
    try:
        if task_uuid:
            wait_for_task(client, task_uuid, what, deadline.left, run.progress)
    except TaskFailed:
        # Two removals may have met, one of them repeated after a lost answer: what counts is whether it is gone.
        if not gone():
            raise
    idle = "its task has ended, and the snapshot is still listed"
    wait_for_effect(gone, what=what, idle=idle, endpoint=client.endpoint, timeout=deadline.left, progress=run.progress)


def _only(client: PrismElement, found: list[VmSnapshot], name: str) -> VmSnapshot | None:
    if len(found) > 1:
        listed = ", ".join(f"{snapshot.uuid} (of VM '{snapshot.source_vm_name}')" for snapshot in found)
        raise OperationError(
            f"{client.endpoint} has {len(found)} snapshots called '{name}': {listed}",
            "Remove by uuid the one that is not meant.",
        )
    return found[0] if found else None


def _result(run: Run, before: VmSnapshot | None, after: VmSnapshot | None, cluster_uuid: str) -> dict[str, Any]:
    prefix = run.params["prefix"]
    old, new = (shown(snapshot, prefix, cluster_uuid) if snapshot else None for snapshot in (before, after))
    return {
        "changed": before != after,
        "snapshot": new,
        "diff": {"before": {"snapshot": old}, "after": {"snapshot": new}},
    }


OPERATION = Operation(
    arguments=ARGUMENTS,
    perform=perform,
    required_if=(("state", "present", ("name",)), ("state", "absent", ("name", "uuid"), True)),
)
