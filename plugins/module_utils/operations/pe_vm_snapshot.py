# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Make an AHV snapshot of a VM under an exact name, or remove one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.client import (
    CONNECTION_ARGUMENTS,
    PrismElement,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.cluster import read_cluster
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.snapshots import (
    VmSnapshot,
    list_snapshots,
    read_snapshot,
    shown,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.tasks import was_started
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.vms import (
    Vm,
    list_vms,
    read_vm,
    vms_called,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import Change, Params, Plan, Result
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.refusal import Refusal
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.reporter import Reporter
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.text import right_name
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.waiting import (
    WAIT_ARGUMENTS,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.lineage import (
    image_uuid,
    is_proven,
    same_for_citrix,
    took_it,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.release_names import parse_temporary_vm_name
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.prism_element.vm_snapshots import (
    SnapshotWish,
    only,
    remove_snapshot,
    take_snapshot,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.release_options import PREFIX_ARGUMENTS
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import (
    OperationError,
)

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
    "take_back": {"type": "bool", "default": True},
}


@dataclass(frozen=True)
class _Observed:
    """`existing` is the snapshot that the options name; `vm` and `uuid` are what a new one is taken of and asks for."""

    client: PrismElement
    existing: VmSnapshot | None
    cluster_uuid: str = ""
    vm: Vm | None = None
    uuid: str = ""


@dataclass(frozen=True)
class _Step:
    before: VmSnapshot | None
    after: VmSnapshot | None


def observe(params: Params, reporter: Reporter) -> _Observed:
    client = PrismElement.connect(params)
    if params["state"] == "absent":
        existing = _existing(client, params)
        return _Observed(client, existing, read_cluster(client).uuid if existing else "")
    name = params["name"]
    snapshots = list_snapshots(client)
    live = [snapshot for snapshot in snapshots if not snapshot.deleted]
    _refuse_other_case(client, live, name)
    existing = only(client, [snapshot for snapshot in live if snapshot.name == name], name)
    cluster_uuid = read_cluster(client).uuid
    if existing:
        _refuse_image_of_another_vm(client, params, existing, cluster_uuid)
        return _Observed(client, existing, cluster_uuid)
    vm = _source(client, params)
    _refuse_started(client, params, vm)
    return _Observed(client, None, cluster_uuid, vm, _free_uuid(cluster_uuid, name, vm.name if vm else "", snapshots))


def plan(params: Params, observed: _Observed) -> Plan[_Step]:
    existing = observed.existing
    if params["state"] == "absent":
        _refuse_foreign(observed, params)
        return _planned(params, observed, _Step(existing, None))
    if existing:
        return _planned(params, observed, _Step(existing, existing))
    foretold = VmSnapshot(
        uuid=observed.uuid, name=params["name"], created_usecs=0, vm_uuid="", source_vm_name="", deleted=False
    )
    if observed.vm:
        foretold = replace(foretold, vm_uuid=observed.vm.uuid, source_vm_name=observed.vm.name)
    return _planned(params, observed, _Step(None, foretold))


def apply(params: Params, observed: _Observed, plan: Plan[_Step], reporter: Reporter) -> Result:
    client, existing = observed.client, observed.existing
    wait, timeout = params["wait"], params["wait_timeout"]
    if existing:
        remove_snapshot(client, existing, reporter, wait, timeout)
        return dict(plan.facts)
    if observed.vm is None:
        raise _no_source(client, params)
    with reporter.phase("image"):
        image = take_snapshot(client, SnapshotWish(params["name"], observed.vm, observed.uuid), reporter, wait, timeout)
        if wait:
            _take_back_when_started(params, observed, image, reporter)
    shown_image = shown(image, params["prefix"], observed.cluster_uuid)
    return {"snapshot": shown_image, "diff": {"before": plan.before, "after": {"snapshot": shown_image}}}


def _planned(params: Params, observed: _Observed, step: _Step) -> Plan[_Step]:
    before, after = _shown(params, observed, step.before), _shown(params, observed, step.after)
    if after and step.before is None:
        # The cluster may give another one than it is asked for.
        after["uuid"] = ""
        if observed.vm is None:
            # In check mode the temporary VM is yet to be restored, and nothing can be said of where it comes from.
            after["lineage"] = None
    return Plan(
        steps=() if step.before == step.after else (step,),
        facts={"snapshot": after},
        before={"snapshot": before},
        after={"snapshot": after},
    )


def _shown(params: Params, observed: _Observed, snapshot: VmSnapshot | None) -> dict[str, Any] | None:
    if snapshot is None:
        return None
    return shown(snapshot, params["prefix"], observed.cluster_uuid)


def _refuse_other_case(client: PrismElement, live: list[VmSnapshot], name: str) -> None:
    alike = [f"'{snapshot.name}' ({snapshot.uuid})" for snapshot in live if same_for_citrix(snapshot.name, name)]
    if alike:
        raise OperationError(
            f"{client.endpoint} has {', '.join(alike)}, which differs from '{name}' in case only, and Citrix cannot"
            " tell them apart",
            "Give a name that differs in more than case.",
        )


def _refuse_image_of_another_vm(client: PrismElement, params: Params, existing: VmSnapshot, cluster_uuid: str) -> None:
    """A snapshot of the name is the one that is wanted only when it is of the VM that is meant, by its uuid, or by the
    uuid that a run like this one gave it: the VM may be gone by now, and each of two runs at once has restored one of
    its own."""
    vm_uuid, vm_name = params["vm_uuid"] or "", params["vm_name"] or ""
    if existing.vm_uuid == vm_uuid or not (vm_uuid or vm_name):
        return
    vm = read_vm(client, vm_uuid) if vm_uuid else None
    source = vm_name or (vm.name if vm else "")
    if took_it(cluster_uuid, existing.uuid, existing.name, source):
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
        f" ({existing.vm_uuid}) and not of the VM that is meant, {source or vm_uuid}",
        "Give another name, or remove it.",
    )


def _refuse_started(client: PrismElement, params: Params, vm: Vm | None) -> None:
    """A temporary VM holds what its golden VM held only as long as nobody has switched it on."""
    if vm is None or parse_temporary_vm_name(vm.name, params["prefix"]) is None:
        return
    if vm.power_state != "off" or was_started(client, vm.uuid, 0):
        how = "was switched on" if vm.power_state == "off" else f"is {vm.power_state}"
        raise Refusal(
            f"{client.endpoint}: the temporary VM '{vm.name}' ({vm.uuid}) {how}: it is no true copy of the golden VM"
            " any more",
            "Remove it with pe_vm and force, when nobody needs it, then run the same task again.",
        )


def _take_back_when_started(params: Params, observed: _Observed, image: VmSnapshot, reporter: Reporter) -> None:
    """Somebody may have switched it on between the look at it and the snapshot. Whether something uses the image by
    then, a cluster does not know: who knows takes it back."""
    try:
        _refuse_started(observed.client, params, read_vm(observed.client, image.vm_uuid))
    except Refusal as refusal:
        if not params["take_back"]:
            raise refusal.replace(untrue_image=image.uuid) from None
        remove_snapshot(observed.client, image, reporter, True, params["wait_timeout"])
        raise


def _source(client: PrismElement, params: Params) -> Vm | None:
    """The VM to take the snapshot of. In check mode it may be one that does not exist yet."""
    name, uuid = params["vm_name"], params["vm_uuid"]
    if not uuid and not name:
        return None
    if not uuid:
        namesakes = vms_called(client, name)
        if len(namesakes) > 1:
            uuids = ", ".join(f"{vm.uuid} ({vm.power_state})" for vm in namesakes)
            raise OperationError(
                f"{client.endpoint} has {len(namesakes)} VMs called '{name}': {uuids}",
                "Give vm_uuid of the one that is meant.",
            )
        if namesakes:
            return namesakes[0]
        return None
    vm = read_vm(client, uuid)
    if vm and name and vm.name != name:
        raise OperationError(
            f"{client.endpoint}: the VM {uuid} is called '{vm.name}' and not '{name}'",
            "Give the name and the uuid of the same VM, or only one.",
        )
    return vm


def _no_source(client: PrismElement, params: Params) -> OperationError:
    name, uuid = params["vm_name"], params["vm_uuid"]
    if not uuid and not name:
        return OperationError(
            f"There is no snapshot '{params['name']}' on {client.endpoint} yet, and no VM is named to take it of",
            "Give vm_uuid or vm_name.",
        )
    return OperationError(
        f"{client.endpoint} has no VM {uuid or repr(name)} to take the snapshot '{params['name']}' of",
        right_name(name, (vm.name for vm in list_vms(client))) if name else "Check vm_uuid.",
    )


def _free_uuid(cluster_uuid: str, name: str, vm_name: str, snapshots: list[VmSnapshot]) -> str:
    """The uuid that a repeated attempt asks for as well; another one while a removed snapshot still lingers under
    it."""
    dead = {snapshot.uuid for snapshot in snapshots if snapshot.deleted}
    attempt = 0
    while image_uuid(cluster_uuid, name, vm_name, attempt) in dead:
        attempt += 1
    return image_uuid(cluster_uuid, name, vm_name, attempt)


def _refuse_foreign(observed: _Observed, params: Params) -> None:
    existing = observed.existing
    if existing is None or params["force"]:
        return
    facts = shown(existing, params["prefix"], observed.cluster_uuid)
    if is_proven(facts):
        return
    why = facts["lineage"]["doubt"] if facts["lineage"] else f"is no image with the prefix '{params['prefix']}'"
    raise OperationError(
        f"{observed.client.endpoint}: refused, because '{existing.name}' ({existing.uuid}) {why}",
        "Set force to remove snapshots that the collection did not make.",
    )


def _existing(client: PrismElement, params: Params) -> VmSnapshot | None:
    name, uuid = params["name"], params["uuid"]
    if not uuid:
        return only(
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


OPERATION = Change(
    arguments=ARGUMENTS,
    observe=observe,
    plan=plan,
    apply=apply,
    required_if=(("state", "present", ("name",)), ("state", "absent", ("name", "uuid"), True)),
)
