# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Restoring a VM from a recovery point, under the temporary name of its release (contract prism_central 5.1)."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import chain
from typing import cast

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_central.changes import (
    change_entity,
    read_when_there,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_central.client import (
    Entity,
    PrismCentral,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_central.recovery_points import (
    copies_of,
    last_told_copies,
    recovery_point_of,
    set_expiry,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_central.recovery_points import (
    path_of as path_of_point,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_central.replications import COPY
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_central.restores import (
    RESTORED_VMS,
    correction,
    disk_migration,
    networks_of,
    order_restore,
    override_of,
    restored_vms,
    restores_of,
    takes_overrides,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_central.tasks import (
    Errand,
    Task,
    TaskFailed,
    last_told,
    wait_for_task,
    wait_for_tasks,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_central.vms import (
    path_of,
    read_vm,
    vm_of,
    vms_called,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.refusal import Refusal
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.reporter import Reporter
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.timestamps import iso_moment
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.waiting import (
    Deadline,
    Look,
    wait_for,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.central import (
    CentralCluster,
    CentralVm,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.lineage import temporary_vm_mark
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.recovery_point import (
    RecoveryPoint,
    VmOfRecoveryPoint,
    copy_expiry,
    is_our_copy,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.release_names import LONGEST_VM_NAME, Release
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.prism_central.once import order_once
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import (
    AccessDenied,
    OperationError,
    StillRunning,
)

KNOWN_WITHIN = 120.0


@dataclass(frozen=True)
class Seen:
    """`vms` are the temporary VMs of this restoration, `namesakes` VMs of the same name that are not."""

    vms: tuple[CentralVm, ...] = ()
    namesakes: tuple[CentralVm, ...] = ()
    under_way: tuple[Task, ...] = ()


class Transfer:
    """The task that copies a recovery point, as the Prism Central that gave the order tells it."""

    def __init__(self, client: PrismCentral, task_id: str) -> None:
        self._client = client
        self._task_id = task_id
        self._task: Task | None = None

    def state(self) -> str:
        """How far it is, in words. Whoever does not answer says nothing of the copy."""
        try:
            self._task = last_told(self._client, self._task_id)
        except AccessDenied:
            raise
        except OperationError as error:
            return f"not here yet, and its source tells nothing ({error.message})"
        if self._task is None or self._task.succeeded:
            return "not here yet"
        return f"on its way, {self._task.percent} %"

    @property
    def left(self) -> str:
        """The copy that it says it has made, '' as long as it says none."""
        if self._task and self._task.succeeded:
            return self._task.detail(COPY)
        return ""

    def copy_at_its_end(self, what: str, timeout: float, progress: Callable[[str], None]) -> str:
        """Which copy it has made. A copy is seen before its task is listed, has ended, or tells it."""
        return wait_for_task(self._client, self._task_id, what, timeout, progress, COPY).detail(COPY)

    def raise_failure(self) -> None:
        """Raise TaskFailed when it has ended without a copy."""
        if self._task and self._task.ended and not self._task.succeeded:
            failure = TaskFailed(self._client.endpoint, "copying the recovery point", self._task)
            raise failure.replace(failed_at_source=True)


@dataclass(frozen=True)
class Restoration:
    """What is to be restored: the golden VM of `release`, from the copy of a recovery point that a cluster holds, by
    `vm_uuid` where it holds several. `networks` are what its cards are to be on, None for those that were recorded."""

    client: PrismCentral
    release: Release
    location_agnostic_id: str
    cluster: CentralCluster
    vm_uuid: str
    networks: Sequence[str] | None
    deadline: Deadline
    reporter: Reporter

    @property
    def name(self) -> str:
        """The name of the temporary VM."""
        name = self.release.temporary_vm_name(self.location_agnostic_id)
        if len(name) > LONGEST_VM_NAME:
            raise Refusal(
                f"the temporary VM would be called '{name}', which is longer than the {LONGEST_VM_NAME} characters that"
                " Prism Central takes",
                "Give a shorter release id or prefix.",
            )
        return name

    @property
    def description(self) -> str:
        release, mark = self.release, temporary_vm_mark(self.name, self.location_agnostic_id)
        return (
            f"Temporary VM of release {release.release} of {release.base_vm}, restored from recovery point"
            f" {self.location_agnostic_id}. Mark of euc.nutanix_citrix: {mark}"
        )

    def find_copy(self) -> RecoveryPoint | None:
        """The copy where it is here."""
        return _the_one(copies_of(self.client, self.location_agnostic_id, self.cluster.uuid))

    def copy(self, transfer: Transfer | None) -> RecoveryPoint:
        """The copy on this cluster, waited for while it is on its way; its transfer is to be seen only at its
        source."""

        def look() -> Look[RecoveryPoint | None]:
            # The transfer first: one that ends between the two reads has left the copy.
            state = transfer.state() if transfer else "not here yet"
            point = _the_one(last_told_copies(self.client, self.location_agnostic_id, self.cluster.uuid))
            if transfer and point is None:
                transfer.raise_failure()
            made = transfer is not None and bool(transfer.left)
            return Look(point, done=point is not None or made, state=state)

        what = f"{self.client.endpoint}: recovery point {self.location_agnostic_id} on '{self.cluster.name}'"
        advice = (
            "Check that pc_recovery_point_replica copies it to this cluster, and that it has not expired. Run the same"
            " task again to go on waiting, or raise wait_timeout."
        )
        timeout, progress = self.deadline.left, self.reporter.progress
        point = wait_for(look, what=what, timeout=timeout, progress=progress, advice=advice)
        return point or self._left_by(cast(Transfer, transfer))

    def _left_by(self, transfer: Transfer) -> RecoveryPoint:
        """The copy of a transfer that has ended. It may be known here a while later; then it is not there any more."""
        named = f"the copy {transfer.left} of recovery point {self.location_agnostic_id} on '{self.cluster.name}'"
        try:
            entity = read_when_there(
                self.client,
                "dataprotection",
                path_of_point(transfer.left),
                what=named,
                timeout=min(KNOWN_WITHIN, self.deadline.left),
                progress=self.reporter.progress,
            )
        except StillRunning:
            raise OperationError(
                f"{self.client.endpoint}: {named} was made and is not there",
                "Somebody may have removed it. Run the same task again after pc_recovery_point_replica, which copies it"
                " anew.",
            ) from None
        point = recovery_point_of(entity.data)
        if point.location_agnostic_id != self.location_agnostic_id or not point.is_at(self.cluster.uuid):
            raise OperationError(
                f"{self.client.endpoint}: {point.ext_id} is no copy of recovery point {self.location_agnostic_id} on"
                f" '{self.cluster.name}', although its task says so",
                "Look at the task in Prism Central.",
            )
        return point

    def mark_copy(self, point: RecoveryPoint, transfer: Transfer, retention: float) -> None:
        """Let a copy that this release ordered of somebody else's recovery point expire, and bear its mark by that. One
        that another task left is somebody else's."""
        expires = copy_expiry(self.client.now() + timedelta(seconds=retention), point.location_agnostic_id)
        what = f"letting the copy {point.ext_id} on '{self.cluster.name}' expire at {iso_moment(expires)}"
        try:
            task, patience = f"the task that made {point.ext_id}", min(KNOWN_WITHIN, self.deadline.left)
            left = transfer.copy_at_its_end(task, patience, self.reporter.progress)
            if left != point.ext_id or is_our_copy(point):
                return
            set_expiry(self.client, point, expires, what, self.deadline.left, self.reporter.progress)
        except OperationError as error:
            self.reporter.warn(
                f"{self.client.endpoint}: the copy {point.ext_id} on '{self.cluster.name}' cannot be marked, so that"
                f" only this run can remove it: {error.message}"
            )

    def member_of(self, point: RecoveryPoint) -> VmOfRecoveryPoint:
        """The golden VM in the copy. A recovery point does not tell names."""
        chosen = [member for member in point.vms if self.vm_uuid in ("", member.vm_uuid)]
        if len(chosen) == 1:
            return chosen[0]
        held = ", ".join(member.vm_uuid for member in point.vms) or "none"
        raise OperationError(
            f"{self.client.endpoint}: the recovery point {point.ext_id} holds the VMs {held}, and not just the one that"
            " is meant",
            "Give vm_uuid of the golden VM.",
            options=("vm_uuid",),
        )

    def observe(self, point: RecoveryPoint | None) -> Seen:
        """A VM of the name is ours when it bears the mark, or when a task that restored this copy made it."""
        tasks = restores_of(self.client, point.ext_id) if point else []
        named = vms_called(self.client, self.name, self.cluster.uuid)
        made = set(chain.from_iterable(restored_vms(task) for task in tasks if task.succeeded))
        mark = temporary_vm_mark(self.name, self.location_agnostic_id)
        ours = [vm for vm in named if mark in vm.description or vm.uuid in made]
        return Seen(
            vms=tuple(sorted(ours, key=lambda vm: (vm.power_state != "off", vm.uuid))),
            namesakes=tuple(vm for vm in named if vm not in ours),
            under_way=tuple(task for task in tasks if not task.ended),
        )

    def follow(self, point: RecoveryPoint, under_way: Sequence[Task]) -> Seen:
        """Wait for the restores of this copy that are under way, whoever ordered them, and look again."""
        errands = [Errand(task.ext_id, f"{self._what} that is under way", RESTORED_VMS) for task in under_way]
        wait_for_tasks(self.client, errands, timeout=self.deadline.left, progress=self.reporter.progress)
        return self.observe(point)

    def order(self, point: RecoveryPoint) -> str:
        """Order the restore and return its task."""
        member, cluster_uuid = self.member_of(point), self.cluster.uuid
        override = None
        if takes_overrides(self.client):
            override = override_of(self.name, self.description, self._cards_to_remove(member))

        def usable(task: Task) -> bool:
            # What it leaves may come late.
            uuids = restored_vms(task)
            return task.succeeded and (not uuids or any(self._is_left(uuid) for uuid in uuids))

        return order_once(
            self.client,
            lambda request_id: order_restore(
                self.client, point.ext_id, cluster_uuid, member.ext_id, override, request_id
            ),
            ("restore", point.ext_id, cluster_uuid, member.ext_id, self.name, json.dumps(override)),
            usable,
        )

    def finish(self, task_id: str) -> CentralVm:
        """Wait for the restore, tell its warnings, and return the VM that its task names."""
        task = wait_for_task(self.client, task_id, self._what, self.deadline.left, self.reporter.progress, RESTORED_VMS)
        for text in task.warnings:
            self.reporter.warn(f"{self.client.endpoint}: {self._what}: {text}")
        uuids = restored_vms(task)
        if len(uuids) != 1:
            raise OperationError(
                f"{self.client.endpoint}: {self._what}: the task {task.ext_id} tells of {len(uuids)} VMs, not of one",
                "Run the same task again: it looks how far things are.",
                task_ext_id=task.ext_id,
            )
        entity = read_when_there(
            self.client,
            "vmm",
            path_of(uuids[0]),
            what=f"VM {uuids[0]}",
            timeout=min(KNOWN_WITHIN, self.deadline.left),
            progress=self.reporter.progress,
        )
        return vm_of(entity.data)

    # What is put right afterwards.

    def needs_correction(self, entity: Entity) -> bool:
        return correction(entity, self.name, self.description, self.networks) is not None

    def correct(self, vm_uuid: str) -> bool:
        """Give the VM its name, its description and its networks, as far as the restore has not. Returns whether
        anything had to be changed."""
        task = change_entity(
            self.client,
            "vmm",
            path_of(vm_uuid),
            lambda entity: correction(entity, self.name, self.description, self.networks),
            what=f"name and networks of '{self.name}'",
            timeout=self.deadline.left,
            progress=self.reporter.progress,
        )
        if task is None:
            return False
        entity = self.client.read("vmm", path_of(vm_uuid))
        if self.needs_correction(entity):
            networks = ", ".join(networks_of(entity.data)) or "no network"
            raise OperationError(
                f"{self.client.endpoint}: the VM '{self.name}' ({vm_uuid}) could not be given its name and networks: it"
                f" is called '{entity.data.get('name')}' and is on {networks}",
                "If its release does not change network cards together with the VM, leave networks out.",
                options=("networks",),
            )
        return True

    def move_disks(self, vm_uuid: str, container_uuid: str) -> bool:
        """Bring all disks into one storage container; a migration that is under way is waited for first. Returns
        whether any had to be moved."""
        what = f"migration of the disks of '{self.name}'"

        def look() -> Look[None]:
            vm = read_vm(self.client, vm_uuid)
            moving = vm is not None and any(disk.migrating for disk in vm.disks)
            return Look(None, done=not moving, state="under way")

        wait_for(look, what=what, timeout=self.deadline.left, progress=self.reporter.progress)
        task = change_entity(
            self.client,
            "vmm",
            path_of(vm_uuid),
            lambda entity: disk_migration(entity, container_uuid),
            what=what,
            timeout=self.deadline.left,
            progress=self.reporter.progress,
        )
        return task is not None

    def _is_left(self, vm_uuid: str) -> bool:
        """Whether a restored VM is still there for the release. It gets name and mark together: with the mark and
        another name it was renamed by somebody who wants to keep it."""
        vm = read_vm(self.client, vm_uuid)
        mark = temporary_vm_mark(self.name, self.location_agnostic_id)
        return vm is not None and (vm.name == self.name or mark not in vm.description)

    @property
    def _what(self) -> str:
        return f"restore of '{self.name}'"

    def _cards_to_remove(self, member: VmOfRecoveryPoint) -> list[str]:
        """The cards of the golden VM, where none is wanted. A recovery point does not tell them, and only the Prism
        Central of the golden VM knows them."""
        source = read_vm(self.client, member.vm_uuid) if self.networks == [] else None
        if source:
            return list(source.nics)
        return []


def _the_one(copies: Sequence[RecoveryPoint]) -> RecoveryPoint | None:
    """Of two copies it is always the same one."""
    return min(copies, key=lambda copy: copy.ext_id, default=None)
