# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Taking a snapshot of a VM and removing one, each followed to its end (contract prism_element 4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.client import (
    PrismElement,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.snapshots import (
    VmSnapshot,
    create_snapshot,
    delete_snapshot,
    list_snapshots,
    read_snapshot,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.tasks import (
    TaskFailed,
    wait_for_task,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.vms import (
    Vm,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.reporter import Reporter
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.send_once import send_once
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.waiting import (
    EFFECT_WITHIN,
    LOOK_INTO_EVENTS,
    Deadline,
    Look,
    Standstill,
    wait_for,
    wait_for_effect,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import (
    AccessDenied,
    ApiError,
    OperationError,
    StillRunning,
)

APPEARS_WITHIN = 15.0


@dataclass(frozen=True)
class SnapshotWish:
    """A snapshot of `vm` that is to bear this name and this uuid."""

    name: str
    vm: Vm
    uuid: str

    def foreseen(self) -> VmSnapshot:
        return VmSnapshot(
            uuid=self.uuid,
            name=self.name,
            created_usecs=0,
            vm_uuid=self.vm.uuid,
            source_vm_name=self.vm.name,
            deleted=False,
        )


def take_snapshot(
    client: PrismElement, wish: SnapshotWish, reporter: Reporter, wait: bool, timeout: float
) -> VmSnapshot:
    """The snapshot as the cluster lists it; without `wait` perhaps as it will be."""
    taking = _Taking(client, wish, reporter, Deadline(timeout))
    task_uuid = taking.order()
    if not wait:
        return taking.seen() or wish.foreseen()
    return taking.end(task_uuid)


@dataclass(frozen=True)
class _Taking:
    client: PrismElement
    wish: SnapshotWish
    reporter: Reporter
    deadline: Deadline

    @property
    def what(self) -> str:
        return f"taking snapshot '{self.wish.name}' of VM '{self.wish.vm.name}'"

    @property
    def patience(self) -> float:
        return min(APPEARS_WITHIN, self.deadline.left / 4)

    def seen(self) -> VmSnapshot | None:
        name = self.wish.name
        candidate = read_snapshot(self.client, self.wish.uuid)
        if candidate and candidate.name == name and not candidate.deleted:
            return candidate
        of_vm = list_snapshots(self.client, self.wish.vm.uuid)
        return only(self.client, [each for each in of_vm if each.name == name and not each.deleted], name)

    def order(self) -> str:
        """Its task, '' when there is none. Sent again it is for the same uuid, so that a late first one and this one
        cannot become two."""
        try:
            return send_once(
                lambda: create_snapshot(self.client, self.wish.name, self.wish.vm.uuid, self.wish.uuid) or "",
                lambda: "" if self.seen() else None,
                what=self.what,
                progress=self.reporter.progress,
                patience=self.patience,
            )
        except AccessDenied:
            raise
        except ApiError:
            # It may be refused because an attempt that was killed or whose answer was lost is under way with the same
            # uuid.
            if not self._appears():
                raise
            return ""

    def end(self, task_uuid: str) -> VmSnapshot:
        try:
            if task_uuid:
                wait_for_task(self.client, task_uuid, self.what, self.deadline.left, self.reporter.progress)
        except TaskFailed:
            if not self._appears():
                raise
        ended = "its task has ended" if task_uuid else "the cluster gave no task for it"
        return self._wait_until_seen(self.deadline.left, f"no snapshot '{self.wish.name}' is listed, and {ended}")

    def _appears(self) -> bool:
        try:
            self._wait_until_seen(self.patience)
        except StillRunning:
            return False
        return True

    def _wait_until_seen(self, timeout: float, idle: str = "") -> VmSnapshot:
        """`idle` says what was looked at when it does not come."""
        standstill = Standstill(f"{self.client.endpoint}: {self.what}", LOOK_INTO_EVENTS)

        def look() -> Look[VmSnapshot | None]:
            snapshot = self.seen()
            if snapshot is None:
                standstill.note(idle, min(EFFECT_WITHIN, timeout / 4))
            return Look(snapshot, done=snapshot is not None)

        return cast(VmSnapshot, wait_for(look, what=self.what, timeout=timeout, progress=self.reporter.progress))


def remove_snapshot(client: PrismElement, snapshot: VmSnapshot, reporter: Reporter, wait: bool, timeout: float) -> None:
    what = f"removing snapshot '{snapshot.name}' ({snapshot.uuid})"
    deadline = Deadline(timeout)
    task_uuid = delete_snapshot(client, snapshot.uuid)

    def gone() -> bool:
        now = read_snapshot(client, snapshot.uuid)
        return now is None or now.deleted

    if not wait:
        return
    try:
        if task_uuid:
            wait_for_task(client, task_uuid, what, deadline.left, reporter.progress)
    except TaskFailed:
        # Two removals may have met, one of them repeated after a lost answer: what counts is whether it is gone.
        if not gone():
            raise
    idle = "its task has ended, and the snapshot is still listed"
    wait_for_effect(
        gone, what=what, idle=idle, endpoint=client.endpoint, timeout=deadline.left, progress=reporter.progress
    )


def only(client: PrismElement, snapshots: list[VmSnapshot], name: str) -> VmSnapshot | None:
    """The one of a name, if any; several are an error that lists them."""
    if len(snapshots) > 1:
        uuids = ", ".join(f"{snapshot.uuid} (of VM '{snapshot.source_vm_name}')" for snapshot in snapshots)
        raise OperationError(
            f"{client.endpoint} has {len(snapshots)} snapshots called '{name}': {uuids}",
            "Remove by uuid the one that is not meant.",
        )
    if snapshots:
        return snapshots[0]
    return None
