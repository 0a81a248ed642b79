# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Restore the golden VM out of one exact snapshot, as a temporary VM whose name says for which release, or adopt the
one that is there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.client import (
    CONNECTION_ARGUMENTS,
    PrismElement,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.pd_snapshots import (
    list_pd_snapshots,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.protection_domains import (
    find_protection_domain,
    unknown_protection_domain,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.replications import (
    list_replications,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.restores import (
    RESTORE_FAILED,
    list_pending_restores,
    restore_grace,
    restore_vm,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.tasks import (
    TaskFailed,
    wait_for_task,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.vms import (
    Vm,
    read_vm,
    vms_called,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import Operation, Run
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.send_once import send_once
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.text import near_names, quoted
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.waiting import (
    WAIT_ARGUMENTS,
    Deadline,
    Look,
    Standstill,
    amount,
    wait_for,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.protection import (
    PdSnapshot,
    members_called,
    snapshots_with_origin,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.release_names import Release, origin_id
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.replication import Replication
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.release_options import (
    RELEASE_ARGUMENTS,
    release_of,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import (
    AccessDenied,
    ApiError,
    NotFound,
    OperationError,
    StillRunning,
)

APPEARS_WITHIN = 60.0
# A transfer that was seen and is not listed any more has arrived, or somebody aborted it; a link that was down gets the
# time to come back.
ARRIVES_WITHIN = 600.0

ARGUMENTS = {
    **CONNECTION_ARGUMENTS,
    **RELEASE_ARGUMENTS,
    **WAIT_ARGUMENTS,
    "protection_domain": {"type": "str", "required": True},
    "snapshot_id": {"type": "str"},
    "vm_uuid": {"type": "str"},
}


@dataclass(frozen=True)
class Restored:
    """The VMs of exactly the temporary name, the one to use first, and whether a restore is under way that will add
    one."""

    vms: tuple[Vm, ...]
    pending: bool


def perform(run: Run) -> dict[str, Any]:
    release = release_of(run.params)
    client = PrismElement.connect(run.params)
    wanted = run.params["snapshot_id"] or ""
    if not origin_id(wanted):
        if not run.check:
            raise OperationError(
                "snapshot_id is empty",
                "Give the snapshot to restore from, as pe_protection_domain_snapshot returns it.",
            )
        return _result("", None, f"a VM '{release.base_vm}' from the snapshot that will be made", changed=True)
    name = release.temporary_vm_name(wanted)
    deadline = Deadline(run.params["wait_timeout"])
    seen = _observe(client, run, name)
    if seen.pending and run.params["wait"] and not run.check:
        with run.phase("restore"):
            seen = _finished(client, run, name, deadline)
    if seen.vms or seen.pending:
        return _adopted(client, seen, name, _listed_id(client, run))
    with run.phase("replicate"):
        snapshot = _replica(client, run, deadline)
    if snapshot is None:
        return _result("", None, name, changed=True)
    vm_uuid = _choose_vm(client, run, snapshot)
    if run.check:
        return _result(snapshot.snapshot_id, None, name, changed=True)
    with run.phase("restore"):
        vm = _restore(client, run, release, snapshot, vm_uuid, deadline)
    return _result(snapshot.snapshot_id, vm, name, changed=True)


def _observe(client: PrismElement, run: Run, name: str) -> Restored:
    origin = origin_id(run.params["snapshot_id"])
    # The pending ones first: between the two reads one may turn into a VM, and is then seen in the second.
    pending = any(
        origin_id(restore.snapshot_id) == origin and restore.name in (name, run.params["vm_name"])
        for restore in list_pending_restores(client, run.params["protection_domain"])
    )
    found = sorted(vms_called(client, name), key=lambda vm: (vm.power_state != "off", vm.uuid))
    return Restored(vms=tuple(found), pending=pending)


def _finished(client: PrismElement, run: Run, name: str, deadline: Deadline) -> Restored:
    """Wait for the end of a restore that is under way already."""

    def look() -> Look[Restored]:
        seen = _observe(client, run, name)
        return Look(seen, done=not seen.pending, state="restore under way" if seen.pending else "")

    return wait_for(look, what=f"restore of '{name}'", timeout=deadline.left, progress=run.progress)


def _adopted(client: PrismElement, seen: Restored, name: str, snapshot_id: str) -> dict[str, Any]:
    if seen.vms and seen.vms[0].power_state != "off":
        raise OperationError(
            f"{client.endpoint}: the temporary VM '{name}' ({seen.vms[0].uuid}) is not powered off: it is no true copy"
            " of the golden VM any more",
            "Remove it with pe_vm and force, when nobody needs it, then run the same task again.",
        )
    return _result(snapshot_id, seen.vms[0] if seen.vms else None, name, changed=False, duplicates=seen.vms[1:])


def _listed_id(client: PrismElement, run: Run) -> str:
    """The snapshot's id as this cluster lists it; as it was given when it is gone by now."""
    found = snapshots_with_origin(list_pd_snapshots(client, run.params["protection_domain"]), run.params["snapshot_id"])
    return found[0].snapshot_id if found else run.params["snapshot_id"]


def _replica(client: PrismElement, run: Run, deadline: Deadline) -> PdSnapshot | None:
    """The snapshot on this cluster, waited for when it is on its way. None only in check mode, when it is not here
    yet."""
    name, wanted = run.params["protection_domain"], run.params["snapshot_id"]
    snapshot = _find_replica(client, run)
    if snapshot:
        return snapshot
    if find_protection_domain(client, name) is None:
        # A protection domain appears on the receiver with its first snapshot, so this may be all right.
        run.warn(
            f"{client.endpoint} does not know the protection domain '{name}' yet."
            f" {unknown_protection_domain(client, name).advice}"
        )
    if run.check:
        return None
    if not run.params["wait"]:
        raise OperationError(
            f"{client.endpoint} does not hold snapshot {wanted} of '{name}' yet",
            "Set wait to wait for it, or run this later.",
        )

    what = f"replication of snapshot {wanted} of '{name}'"
    standstill = Standstill(
        f"{client.endpoint}: {what}",
        "Look on its source whether it was aborted or the snapshot removed; then make a new release.",
    )
    was_seen = False

    def look() -> Look[PdSnapshot | None]:
        nonlocal was_seen
        found = _find_replica(client, run)
        if found:
            return Look(found, done=True)
        state, arriving = _incoming(client, run)
        was_seen = was_seen or arriving
        # What waits for its turn on the source is not to be seen here, so that only a transfer that has gone is a sign.
        gone = (
            "its transfer was listed and is not listed any more, and the snapshot is not here"
            if was_seen and not arriving
            else ""
        )
        standstill.note(gone, min(ARRIVES_WITHIN, deadline.left / 4))
        return Look(None, done=False, state=state)

    advice = (
        "Check that the snapshot was made for this site and that replication is not held up. Run the same task again to"
        " go on waiting, or raise wait_timeout."
    )
    return cast(PdSnapshot, wait_for(look, what=what, timeout=deadline.left, progress=run.progress, advice=advice))


def _find_replica(client: PrismElement, run: Run) -> PdSnapshot | None:
    name, wanted = run.params["protection_domain"], run.params["snapshot_id"]
    found = snapshots_with_origin(list_pd_snapshots(client, name), wanted)
    if len(found) > 1:
        listed = ", ".join(snapshot.snapshot_id for snapshot in found)
        raise OperationError(
            f"{client.endpoint} holds {len(found)} snapshots {wanted} of '{name}': {listed}",
            "Give snapshot_id as it is listed there, with its site.",
        )
    if found and found[0].expired:
        raise OperationError(
            f"{client.endpoint}: snapshot {found[0].snapshot_id} of '{name}' has expired",
            "Make a new release, with a longer retention.",
        )
    return found[0] if found and found[0].available else None


def _incoming(client: PrismElement, run: Run) -> tuple[str, bool]:
    """How far the snapshot is on its way, in words, and whether a transfer of it is listed; the receiver may not
    know."""
    origin = origin_id(run.params["snapshot_id"])
    try:
        transfers = list_replications(client, run.params["protection_domain"])
    except NotFound:
        return "the protection domain is not here yet", False
    arriving = [transfer for transfer in transfers if transfer.incoming and origin_id(transfer.snapshot_id) == origin]
    return (_in_words(arriving[0]), True) if arriving else ("not here yet", False)


def _in_words(transfer: Replication) -> str:
    """'40 % (12.0 of 30.0 GiB)'"""
    moved = "" if transfer.completed_bytes is None else amount(transfer.completed_bytes)
    of_all = f" of {amount(transfer.total_bytes)}" if moved and transfer.total_bytes else ""
    return f"{transfer.percent:.0f} %{f' ({moved}{of_all})' if moved else ''}{' paused' if transfer.paused else ''}"


def _choose_vm(client: PrismElement, run: Run, snapshot: PdSnapshot) -> str:
    """The uuid to restore by, empty when the name is enough. A snapshot listed without its VMs is taken at its word
    (contract prism_element 1.3)."""
    vm_name, vm_uuid = run.params["vm_name"], run.params["vm_uuid"] or ""
    if not snapshot.members:
        return vm_uuid
    of_name = members_called(snapshot.members, vm_name, "")
    chosen = members_called(snapshot.members, vm_name, vm_uuid)
    if not chosen:
        wanted = f"'{vm_name}' with the uuid {vm_uuid}" if of_name else f"'{vm_name}'"
        held = quoted(sorted({member.vm_name for member in snapshot.members}))
        advice = near_names(vm_name, (member.vm_name for member in snapshot.members)) or f"It holds {held}."
        raise OperationError(
            f"{client.endpoint}: snapshot {snapshot.snapshot_id} of '{run.params['protection_domain']}' holds no VM"
            f" {wanted}",
            advice,
        )
    if len(chosen) > 1:
        listed = ", ".join(member.vm_uuid for member in chosen)
        raise OperationError(
            f"{client.endpoint}: snapshot {snapshot.snapshot_id} holds {len(chosen)} VMs called '{vm_name}': {listed}",
            "Give vm_uuid of the golden VM (image_release_base_vm_uuid in the release playbook).",
        )
    return chosen[0].vm_uuid if len(of_name) > 1 else ""


def _restore(
    client: PrismElement, run: Run, release: Release, snapshot: PdSnapshot, vm_uuid: str, deadline: Deadline
) -> Vm | None:
    """Restore, wait and find the new VM. None when the end is not waited for."""
    name = release.temporary_vm_name(snapshot.snapshot_id)
    what = f"restore of '{name}' from snapshot {snapshot.snapshot_id}"
    try:
        task_uuid = _order(client, run, release, snapshot, vm_uuid, deadline)
        if not run.params["wait"]:
            return None
        if task_uuid:
            task = wait_for_task(client, task_uuid, what, deadline.left, run.progress)
            for uuid in task.entities_of("VM"):
                vm = read_vm(client, uuid)
                if vm and vm.name == name:
                    return vm
    except AccessDenied:
        raise
    except (ApiError, TaskFailed):
        # An earlier restore that no list showed may have made the VM meanwhile, and the cluster refuses a second one of
        # its name.
        found = _observe(client, run, name).vms
        if not found:
            raise
        return found[0]

    standstill = Standstill(f"{client.endpoint}: {what}", RESTORE_FAILED)
    was_seen = False

    def look() -> Look[Restored]:
        nonlocal was_seen
        seen = _observe(client, run, name)
        was_seen = was_seen or seen.pending
        absent = (
            f"no VM '{name}' is there, and pending_actions of '{run.params['protection_domain']}' lists no restore"
            " of it"
        )
        if not task_uuid:
            standstill.note("" if seen.vms or seen.pending else absent, restore_grace(was_seen, deadline.left))
        return Look(seen, done=bool(seen.vms) and not seen.pending, state="" if seen.vms else "waiting for the VM")

    # Nothing of this name was there before, so what is there now is what was restored.
    timeout = min(APPEARS_WITHIN, deadline.left) if task_uuid else deadline.left
    try:
        return wait_for(look, what=what, timeout=timeout, progress=run.progress).vms[0]
    except StillRunning:
        if not task_uuid:
            raise
        raise OperationError(
            f"{client.endpoint}: {what} succeeded, but the VM is not there: another run of this release may have used"
            " and removed it already",
            "Run the same task again: it looks how far things are.",
        ) from None


def _order(
    client: PrismElement, run: Run, release: Release, snapshot: PdSnapshot, vm_uuid: str, deadline: Deadline
) -> str | None:
    """Order the restore and return its task, if there is one."""
    name, snapshot_id = release.temporary_vm_name(snapshot.snapshot_id), snapshot.snapshot_id
    domain, prefix = run.params["protection_domain"], release.temporary_prefix(snapshot_id)

    def appeared() -> str | None:
        seen = _observe(client, run, name)
        return "" if seen.pending or seen.vms else None

    # Not every cluster lists a restore under way, so seeing nothing proves nothing, and a second would be a second VM.
    task_uuid = send_once(
        lambda: restore_vm(client, domain, snapshot_id, prefix, release.base_vm, vm_uuid) or "",
        appeared,
        what=f"restore of '{name}'",
        progress=run.progress,
        patience=min(APPEARS_WITHIN, deadline.left / 4),
        sends=1,
        advice="Run the same task again in a few minutes: it adopts the VM if it has come by then, or restores it.",
    )
    return task_uuid or None


def _result(
    snapshot_id: str, vm: Vm | None, name: str, *, changed: bool, duplicates: tuple[Vm, ...] = ()
) -> dict[str, Any]:
    return {
        "changed": changed,
        "vm": {"uuid": vm.uuid if vm else "", "name": name},
        "snapshot_id": snapshot_id,
        "adopted": not changed,
        "duplicates": [{"uuid": duplicate.uuid, "name": duplicate.name} for duplicate in duplicates],
        "diff": {"before": {"vm": None if changed else name}, "after": {"vm": name}},
    }


OPERATION = Operation(arguments=ARGUMENTS, perform=perform)
