# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The AHV snapshots of a cluster (contract prism_element 4)."""

from __future__ import annotations

from collections.abc import Iterator

from lab.entries import names_of
from lab.prism_element.state.entities import GIB, Snapshot, Vm
from lab.prism_element.state.ground import Ground
from lab.prism_element.state.vms import Vms, content_of_disk

HOUR_USECS = 3_600_000_000


class Snapshots:
    """Snapshots by uuid. ``promised``: uuids of those that a task will make."""

    def __init__(self, ground: Ground, vms: Vms) -> None:
        self._ground = ground
        self._vms = vms
        self._by_uuid: dict[str, Snapshot] = {}
        self.promised: set[str] = set()
        for entry in ground.spec.get("snapshots", []):
            for number, name in enumerate(names_of(entry)):
                self.make(name, entry["vm"], entry.get("age_hours", 0.0) + number / 60, entry.get("uuid"))

    def __contains__(self, snapshot_uuid: str | None) -> bool:
        return snapshot_uuid in self._by_uuid

    def __iter__(self) -> Iterator[Snapshot]:
        return iter(self._by_uuid.values())

    def get(self, snapshot_uuid: str) -> Snapshot | None:
        """Return a snapshot by its uuid."""
        return self._by_uuid.get(snapshot_uuid)

    def find(self, snapshot_uuid: str) -> Snapshot:
        """Return a snapshot by its uuid or raise the refusal for a missing one."""
        if snapshot_uuid not in self:
            raise self._ground.errors.not_found("Snapshot", snapshot_uuid)
        return self._by_uuid[snapshot_uuid]

    def make(
        self,
        name: str,
        vm_name: str,
        age_hours: float = 0.0,
        snapshot_uuid: str | None = None,
        content: str | None = None,
    ) -> Snapshot:
        """Make a snapshot of some age, of a vanished VM when there is none of that name.

        Its content is that of all such snapshots on all clusters unless ``content`` says otherwise.
        """
        named = self._vms.named(vm_name)
        if named:
            vm = named[0].as_it_is()
        else:
            vm = Vm(self._ground.new_id(), vm_name, [self._vms.new_disk(40 * GIB, "")], [])
        for number, disk in enumerate(vm.disks):
            disk.content = content_of_disk(content or f"{vm_name}@{name}", number) or disk.content
        created = self._ground.clock.epoch_usecs - int(age_hours * HOUR_USECS)
        return self.keep(name, vm, created, self._ground.new_id(), snapshot_uuid)

    def keep(
        self, name: str, vm: Vm, created_usecs: int, group_uuid: str, snapshot_uuid: str | None = None
    ) -> Snapshot:
        """Put a snapshot into the list."""
        snapshot = Snapshot(snapshot_uuid or self._ground.new_id(), name, vm, created_usecs, group_uuid)
        self._by_uuid[snapshot.uuid] = snapshot
        return snapshot

    def drop(self, snapshot_uuid: str) -> None:
        """Delete a snapshot; it lingers as ``deleted`` until it is collected (contract prism_element 4.4)."""
        snapshot = self.get(snapshot_uuid)
        if snapshot is None or snapshot.deleted:
            return
        snapshot.deleted = True
        snapshot.logical_timestamp += 1
        linger = self._ground.behaviour["deleted_snapshots_linger_seconds"]
        self._ground.events.after(linger, lambda: self.collect(snapshot_uuid))

    def collect(self, snapshot_uuid: str) -> None:
        """Forget a snapshot at once."""
        self._by_uuid.pop(snapshot_uuid, None)
