# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Recovery points: made, copied to other clusters, expired, restored (contract prism_central 5.1)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from lab.ports import ManagedCluster
from lab.prism_central.state.categories import Categories
from lab.prism_central.state.entities import RecoveryPoint, VmRecoveryPoint
from lab.prism_central.state.registry import Registry
from lab.prism_central.state.tasks import Task, TaskBook, TaskFailure
from lab.setting import Setting

RECOVERY_POINT = "dataprotection:config:recovery-point"
VM_RECOVERY_POINT = "dataprotection:config:vm-recovery-point"
DEFAULT_BANDWIDTH_MBPS = 1000


class RecoveryPoints:
    """The copies that the clusters of one Prism Central hold, by id."""

    def __init__(self, setting: Setting, registry: Registry, categories: Categories, tasks: TaskBook) -> None:
        self._setting = setting
        self._registry = registry
        self._categories = categories
        self._tasks = tasks
        self._by_id: dict[str, RecoveryPoint] = {}
        self._bytes_per_second = setting.spec.get("bandwidth_mbps", DEFAULT_BANDWIDTH_MBPS) * 1_000_000 / 8
        self._busy_until: dict[str, float] = {}

    def __iter__(self) -> Iterator[RecoveryPoint]:
        return iter(self._by_id.values())

    def get(self, ext_id: str) -> RecoveryPoint | None:
        """Return a copy by its id."""
        return self._by_id.get(ext_id)

    # Making and removing.

    def create(self, name: str, kind: str, expiry_usecs: int | None, vm_ext_ids: Sequence[str]) -> Task:
        """Start to make a recovery point of VMs of one cluster; their disks are as they are when it is made."""
        clusters = {found[0].uuid for ext_id in vm_ext_ids if (found := self._registry.vm(ext_id))}

        def make(task: Task) -> None:
            point = self.make(name, kind, expiry_usecs, vm_ext_ids)
            task.details["recoveryPointExtId"] = point.ext_id

        return self._start("EntitySnapshot", "Create Recovery Point", make, sorted(clusters))

    def make(
        self, name: str, kind: str, expiry_usecs: int | None, vm_ext_ids: Sequence[str], policy: str | None = None
    ) -> RecoveryPoint:
        """Make a recovery point now; TaskFailure when that cannot be."""
        found = [self._registry.vm(ext_id) for ext_id in vm_ext_ids]
        clusters = {pair[0].uuid for pair in found if pair}
        if None in found or len(clusters) != 1:
            raise TaskFailure("The VMs of a recovery point must exist on one cluster")
        cluster = self._registry.reached(clusters.pop())
        members = [self._member(cluster, pair[1]) for pair in found if pair]
        point = RecoveryPoint(
            ext_id=self._setting.new_id(),
            location_agnostic_id=self._setting.new_id(),
            name=name,
            kind=kind,
            created_usecs=self._setting.clock.epoch_usecs,
            expiry_usecs=None,
            cluster_ext_id=cluster.uuid,
            source=(self._registry.uuid, cluster.uuid),
            vms=members,
            arrived=self._setting.clock.now,
            policy=policy,
        )
        return self._keep(point, expiry_usecs)

    def _member(self, cluster: ManagedCluster, vm: Any) -> VmRecoveryPoint:
        labels = [category.label for category in self._categories if category.ext_id in self._categories.of(vm.uuid)]
        member = VmRecoveryPoint(self._setting.new_id(), self._setting.new_id(), vm.uuid, vm.as_it_is(), labels)
        if vm.power_state == "on":  # it writes on, so that its disks are no longer those of the recovery point
            cluster.vms.write(vm)
        return member

    def delete(self, point: RecoveryPoint) -> Task:
        """Start to delete one copy."""

        def delete(_task: Task) -> None:
            self.drop(point)

        return self._start("DeleteRecoveryPoint", "Delete Recovery Point", delete, self._at(point))

    def expire_at(self, point: RecoveryPoint, expiry_usecs: int) -> Task:
        """Start to give one copy another end."""
        return self._start(
            "UpdateRecoveryPoint",
            "Update Recovery Point",
            lambda _task: self._set_expiry(point, expiry_usecs),
            self._at(point),
        )

    def drop(self, point: RecoveryPoint) -> None:
        """Forget one copy at once."""
        if point.expiry:
            point.expiry.cancel()
        self._by_id.pop(point.ext_id, None)

    def _keep(self, point: RecoveryPoint, expiry_usecs: int | None) -> RecoveryPoint:
        self._by_id[point.ext_id] = point
        if expiry_usecs is not None:
            self._set_expiry(point, expiry_usecs)
        return point

    def _set_expiry(self, point: RecoveryPoint, expiry_usecs: int) -> None:
        if point.expiry:
            point.expiry.cancel()
        point.expiry_usecs = expiry_usecs
        point.revision += 1
        moment = self._setting.clock.moment_of(expiry_usecs)
        point.expiry = self._setting.events.at(moment, lambda: self.drop(point))

    # Copying.

    def replicate(self, point: RecoveryPoint, central_ext_id: str, cluster_ext_id: str) -> Task:
        """Start to copy a recovery point to a cluster of this or of a paired Prism Central; bytes to one cluster move
        one copy after the other."""
        now = self._setting.clock.now
        begin = max(now, self._busy_until.get(cluster_ext_id, now))
        seconds = begin - now + point.size / self._bytes_per_second
        self._busy_until[cluster_ext_id] = now + seconds
        entities = [(point.ext_id, RECOVERY_POINT), *((member.ext_id, VM_RECOVERY_POINT) for member in point.vms)]

        def arrive(task: Task) -> None:
            peer = self._registry.at(central_ext_id)
            if peer is None and central_ext_id != self._registry.uuid:
                raise TaskFailure(f"Availability zone {central_ext_id} is not paired")
            if point.ext_id not in self._by_id:
                raise TaskFailure(f"Recovery point {point.ext_id} is not found")
            self._registry.reached(point.cluster_ext_id)
            there = peer.recovery_points if peer else self
            task.details["recoveryPointExtId"] = there.receive(point, cluster_ext_id).ext_id

        description = "Replicate Recovery Point"
        return self._tasks.start("EntitySnapshotReplicate", description, seconds, arrive, self._at(point), entities)

    def receive(self, original: RecoveryPoint, cluster_ext_id: str) -> RecoveryPoint:
        """Take in a copy."""
        self._registry.reached(cluster_ext_id)
        if self._setting.behaviour["copy_there_already"] == "task_fails" and self.copy_at(original, cluster_ext_id):
            raise TaskFailure(f"Cluster {cluster_ext_id} has a copy already")
        members = [replace(member, ext_id=self._setting.new_id()) for member in original.vms]
        copy = replace(
            original,
            ext_id=self._setting.new_id(),
            cluster_ext_id=cluster_ext_id,
            vms=members,
            arrived=self._setting.clock.now,
            revision=1,
            expiry=None,
        )
        return self._keep(copy, original.expiry_usecs)

    def copy_at(self, original: RecoveryPoint, cluster_ext_id: str) -> RecoveryPoint | None:
        """Return the copy of a recovery point that a cluster holds."""
        for point in self:
            if (point.location_agnostic_id, point.cluster_ext_id) == (original.location_agnostic_id, cluster_ext_id):
                return point
        return None

    # Restoring.

    def restore(self, point: RecoveryPoint, cluster_ext_id: str, overrides: Mapping[str, Mapping[str, Any]]) -> Task:
        """Start to make VMs out of a copy: all of them, or those for which there are overrides."""
        members = [member for member in point.vms if not overrides or member.ext_id in overrides]

        def make(task: Task) -> None:
            if cluster_ext_id != point.cluster_ext_id or point.ext_id not in self._by_id:
                raise TaskFailure(f"Cluster {cluster_ext_id} holds no copy of recovery point {point.ext_id}")
            cluster = self._registry.reached(cluster_ext_id)
            made = [self._restore(cluster, member, overrides.get(member.ext_id, {})) for member in members]
            task.details["vmExtIds"] = ",".join(vm.uuid for vm in made)
            if self._setting.behaviour["restore_warns"]:
                task.warnings = [f"The guest tools of {vm.name} were not restored" for vm in made]

        seconds = self._setting.durations["vm_restore"]
        entities = [(point.ext_id, RECOVERY_POINT)]
        description = "Restore Recovery Point"
        return self._tasks.start("RestoreRecoveryPoint", description, seconds, make, self._at(point), entities)

    def _restore(self, cluster: ManagedCluster, member: VmRecoveryPoint, override: Mapping[str, Any]) -> Any:
        cards = override.get("nicSpec") or {}
        image = member.image.as_it_is()
        image.nics = [nic for nic in image.nics if nic.uuid not in (cards.get("nicRemoveList") or [])]
        for wanted in cards.get("nicOverrideList") or []:
            network = ((wanted.get("nicNetworkInfo") or {}).get("subnet") or {}).get("extId")
            for nic in image.nics:
                if nic.uuid == wanted.get("nicExtId") and network:
                    nic.network_uuid = network
        name = override.get("name") or f"{image.name}-{member.ext_id[:8]}"
        vm = self._registry.make_vm(cluster, image, name, self._registry.cards_of(cluster, image))
        vm.description = override.get("description", vm.description)
        self._categories.associate(vm.uuid, [each["extId"] for each in override.get("categories") or []])
        return vm

    def _at(self, point: RecoveryPoint) -> list[str]:
        return [point.cluster_ext_id]

    def _start(self, operation: str, description: str, action: Any, clusters: Sequence[str]) -> Task:
        seconds = self._setting.durations["recovery_point"]
        return self._tasks.start(operation, description, seconds, action, clusters)
