# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Taking a snapshot of a VM and removing one, each followed to its end (contract prism_element 4)."""

from __future__ import annotations

from collections.abc import Callable
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


def take_snapshot(
    client: PrismElement, name: str, vm: Vm, uuid: str, reporter: Reporter, wait: bool, timeout: float
) -> VmSnapshot:
    """The snapshot as the cluster lists it; without `wait` perhaps as it will be. It asks for `uuid`."""
    what = f"taking snapshot '{name}' of VM '{vm.name}'"
    deadline = Deadline(timeout)

    def taken() -> VmSnapshot | None:
        candidate = read_snapshot(client, uuid)
        if candidate and candidate.name == name and not candidate.deleted:
            return candidate
        return only(
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
            return _wait_until_taken(reporter, taken, what, min(APPEARS_WITHIN, deadline.left / 4))
        except StillRunning:
            return None

    try:
        # Sent again it is for the same uuid, so that a late first one and this one cannot become two.
        task_uuid = send_once(
            lambda: create_snapshot(client, name, vm.uuid, uuid) or "",
            lambda: "" if taken() else None,
            what=what,
            progress=reporter.progress,
            patience=min(APPEARS_WITHIN, deadline.left / 4),
        )
    except AccessDenied:
        raise
    except ApiError:
        # It may be refused because an attempt that was killed or whose answer was lost is under way with the same uuid.
        if not appears():
            raise
        task_uuid = ""
    if not wait:
        return taken() or VmSnapshot(
            uuid=uuid, name=name, created_usecs=0, vm_uuid=vm.uuid, source_vm_name=vm.name, deleted=False
        )
    try:
        if task_uuid:
            wait_for_task(client, task_uuid, what, deadline.left, reporter.progress)
    except TaskFailed:
        if not appears():
            raise
    idle = (
        f"no snapshot '{name}' is listed, and"
        f" {'its task has ended' if task_uuid else 'the cluster gave no task for it'}"
    )
    return _wait_until_taken(
        reporter, taken, what, deadline.left, Standstill(f"{client.endpoint}: {what}", LOOK_INTO_EVENTS), idle
    )


def _wait_until_taken(
    reporter: Reporter,
    read_new: Callable[[], VmSnapshot | None],
    what: str,
    timeout: float,
    standstill: Standstill | None = None,
    idle: str = "",
) -> VmSnapshot:
    def look() -> Look[VmSnapshot | None]:
        snapshot = read_new()
        if snapshot is None and standstill:
            standstill.note(idle, min(EFFECT_WITHIN, timeout / 4))
        return Look(snapshot, done=snapshot is not None)

    return cast(VmSnapshot, wait_for(look, what=what, timeout=timeout, progress=reporter.progress))


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
    return snapshots[0] if snapshots else None
