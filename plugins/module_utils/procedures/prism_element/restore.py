# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Restoring a VM from a replicated snapshot of a protection domain, under the temporary name of its release (contract
prism_element 10)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.client import (
    PrismElement,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.pd_snapshots import (
    list_pd_snapshots,
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
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.reporter import Reporter
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.send_once import send_once
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.text import near_names, quoted
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.waiting import (
    Deadline,
    Look,
    Standstill,
    wait_for,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.protection import (
    PdSnapshot,
    members_called,
    snapshots_with_origin,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.release_names import Release, origin_id
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.prism_element.replication import how_far
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


@dataclass(frozen=True)
class Restored:
    """The VMs of exactly the temporary name, the one to use first, and whether a restore is under way that will add
    one."""

    vms: tuple[Vm, ...]
    pending: bool


@dataclass(frozen=True)
class Restoration:
    """What is to be restored: the golden VM of `release` from a snapshot, by `vm_uuid` where its name is not enough."""

    client: PrismElement
    release: Release
    protection_domain: str
    snapshot_id: str
    vm_uuid: str
    wait: bool
    deadline: Deadline
    reporter: Reporter

    @property
    def name(self) -> str:
        """The name of the temporary VM."""
        return self.release.temporary_vm_name(self.snapshot_id)

    def observe(self) -> Restored:
        origin = origin_id(self.snapshot_id)
        # The pending ones first: between the two reads one may turn into a VM, and is then seen in the second.
        pending = any(
            origin_id(restore.snapshot_id) == origin and restore.name in (self.name, self.release.base_vm)
            for restore in list_pending_restores(self.client, self.protection_domain)
        )
        vms = sorted(vms_called(self.client, self.name), key=lambda vm: (vm.power_state != "off", vm.uuid))
        return Restored(vms=tuple(vms), pending=pending)

    def finished(self) -> Restored:
        """Wait for the end of a restore that is under way already."""

        def look() -> Look[Restored]:
            sight = self.observe()
            return Look(sight, done=not sight.pending, state="restore under way" if sight.pending else "")

        return wait_for(
            look, what=f"restore of '{self.name}'", timeout=self.deadline.left, progress=self.reporter.progress
        )

    def listed_id(self) -> str:
        """The snapshot's id as this cluster lists it; as the task names it when it is gone by now."""
        matches = snapshots_with_origin(list_pd_snapshots(self.client, self.protection_domain), self.snapshot_id)
        if matches:
            return matches[0].snapshot_id
        return self.snapshot_id

    def find_replica(self) -> PdSnapshot | None:
        """The snapshot where it is here and complete."""
        name, snapshot_id = self.protection_domain, self.snapshot_id
        matches = snapshots_with_origin(list_pd_snapshots(self.client, name), snapshot_id)
        if len(matches) > 1:
            ids = ", ".join(snapshot.snapshot_id for snapshot in matches)
            raise OperationError(
                f"{self.client.endpoint} holds {len(matches)} snapshots {snapshot_id} of '{name}': {ids}",
                "Give snapshot_id as it is listed there, with its site.",
            )
        if matches and matches[0].expired:
            raise OperationError(
                f"{self.client.endpoint}: snapshot {matches[0].snapshot_id} of '{name}' has expired",
                "Make a new release, with a longer retention.",
            )
        if matches and matches[0].available:
            return matches[0]
        return None

    def replica(self) -> PdSnapshot:
        """The snapshot on this cluster, waited for when it is on its way."""
        snapshot = self.find_replica()
        if snapshot:
            return snapshot
        if not self.wait:
            raise OperationError(
                f"{self.client.endpoint} does not hold snapshot {self.snapshot_id} of '{self.protection_domain}' yet",
                "Set wait to wait for it, or run this later.",
            )
        what = f"replication of snapshot {self.snapshot_id} of '{self.protection_domain}'"
        standstill = Standstill(
            f"{self.client.endpoint}: {what}",
            "Look on its source whether it was aborted or the snapshot removed; then make a new release.",
        )
        was_seen = False

        def look() -> Look[PdSnapshot | None]:
            nonlocal was_seen
            snapshot = self.find_replica()
            if snapshot:
                return Look(snapshot, done=True)
            state, arriving = self._incoming()
            was_seen = was_seen or arriving
            # What waits for its turn on the source is not to be seen here: only a transfer that has gone is a sign.
            absence = (
                "its transfer was listed and is not listed any more, and the snapshot is not here"
                if was_seen and not arriving
                else ""
            )
            standstill.note(absence, min(ARRIVES_WITHIN, self.deadline.left / 4))
            return Look(None, done=False, state=state)

        advice = (
            "Check that the snapshot was made for this site and that replication is not held up. Run the same task"
            " again to go on waiting, or raise wait_timeout."
        )
        return cast(
            PdSnapshot,
            wait_for(look, what=what, timeout=self.deadline.left, progress=self.reporter.progress, advice=advice),
        )

    def _incoming(self) -> tuple[str, bool]:
        """How far the snapshot is on its way, in words, and whether a transfer of it is listed; the receiver may not
        know."""
        origin = origin_id(self.snapshot_id)
        try:
            transfers = list_replications(self.client, self.protection_domain)
        except NotFound:
            return "the protection domain is not here yet", False
        arriving = [
            transfer for transfer in transfers if transfer.incoming and origin_id(transfer.snapshot_id) == origin
        ]
        if arriving:
            return (how_far(arriving[0]), True)
        return ("not here yet", False)

    def choose_vm(self, snapshot: PdSnapshot) -> str:
        """The uuid to restore by, empty when the name is enough. A snapshot listed without its VMs is taken at its word
        (contract prism_element 1.3)."""
        vm_name, vm_uuid = self.release.base_vm, self.vm_uuid
        if not snapshot.members:
            return vm_uuid
        of_name = members_called(snapshot.members, vm_name, "")
        matches = members_called(snapshot.members, vm_name, vm_uuid)
        if not matches:
            label = f"'{vm_name}' with the uuid {vm_uuid}" if of_name else f"'{vm_name}'"
            names = quoted(sorted({member.vm_name for member in snapshot.members}))
            advice = near_names(vm_name, (member.vm_name for member in snapshot.members)) or f"It holds {names}."
            raise OperationError(
                f"{self.client.endpoint}: snapshot {snapshot.snapshot_id} of '{self.protection_domain}' holds"
                f" no VM {label}",
                advice,
            )
        if len(matches) > 1:
            uuids = ", ".join(member.vm_uuid for member in matches)
            raise OperationError(
                f"{self.client.endpoint}: snapshot {snapshot.snapshot_id} holds {len(matches)} VMs called '{vm_name}':"
                f" {uuids}",
                "Give vm_uuid of the golden VM (image_release_base_vm_uuid in the release playbook).",
            )
        if len(of_name) > 1:
            return matches[0].vm_uuid
        return ""

    def restore(self, snapshot: PdSnapshot, vm_uuid: str) -> Vm | None:
        """Restore, wait and find the new VM. None when the end is not waited for."""
        what = f"restore of '{self.name}' from snapshot {snapshot.snapshot_id}"
        try:
            task_uuid = self._order(snapshot, vm_uuid)
            if not self.wait:
                return None
            if task_uuid:
                task = wait_for_task(self.client, task_uuid, what, self.deadline.left, self.reporter.progress)
                for uuid in task.entities_of("VM"):
                    vm = read_vm(self.client, uuid)
                    if vm and vm.name == self.name:
                        return vm
        except AccessDenied:
            raise
        except (ApiError, TaskFailed):
            # An earlier restore that no list showed may have made the VM meanwhile; the cluster refuses a second one of
            # its name.
            vms = self.observe().vms
            if not vms:
                raise
            return vms[0]
        return self._appearance(what, task_uuid or "")

    def _appearance(self, what: str, task_uuid: str) -> Vm:
        """Wait until the VM is there. Nothing of its name was there before, so what is there now is what was
        restored."""
        standstill = Standstill(f"{self.client.endpoint}: {what}", RESTORE_FAILED)
        absent = (
            f"no VM '{self.name}' is there, and pending_actions of '{self.protection_domain}' lists no restore of it"
        )

        def look() -> Look[Restored]:
            sight = self.observe()
            if not task_uuid:
                grace = restore_grace(standstill.was_busy, self.deadline.left)
                standstill.note("" if sight.vms or sight.pending else absent, grace)
            return Look(
                sight, done=bool(sight.vms) and not sight.pending, state="" if sight.vms else "waiting for the VM"
            )

        timeout = min(APPEARS_WITHIN, self.deadline.left) if task_uuid else self.deadline.left
        try:
            return wait_for(look, what=what, timeout=timeout, progress=self.reporter.progress).vms[0]
        except StillRunning:
            if not task_uuid:
                raise
            raise OperationError(
                f"{self.client.endpoint}: {what} succeeded, but the VM is not there: another run of this release may"
                " have used and removed it already",
                "Run the same task again: it looks how far things are.",
            ) from None

    def _order(self, snapshot: PdSnapshot, vm_uuid: str) -> str | None:
        """Order the restore and return its task, if there is one."""
        release, domain, snapshot_id = self.release, self.protection_domain, snapshot.snapshot_id
        prefix = release.temporary_prefix(snapshot_id)

        def appeared() -> str | None:
            sight = self.observe()
            if sight.pending or sight.vms:
                return ""
            return None

        # Not every cluster lists a restore under way, so that seeing nothing proves nothing: a second would be a second
        # VM.
        task_uuid = send_once(
            lambda: restore_vm(self.client, domain, snapshot_id, prefix, release.base_vm, vm_uuid) or "",
            appeared,
            what=f"restore of '{self.name}'",
            progress=self.reporter.progress,
            patience=min(APPEARS_WITHIN, self.deadline.left / 4),
            sends=1,
            advice="Run the same task again in a few minutes: it adopts the VM if it has come by then, or restores it.",
        )
        return task_uuid or None
