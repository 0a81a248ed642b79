# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The clusters of a Prism Central with their VMs, and the Prism Centrals that it is paired with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Protocol

from lab.ports import ManagedCluster
from lab.prism_central.state.tasks import TaskFailure
from lab.setting import Setting

if TYPE_CHECKING:
    from lab.prism_central.state.recovery_points import RecoveryPoints


class Peer(Protocol):
    """A paired Prism Central, as far as this one may know it."""

    uuid: str
    registry: Registry
    recovery_points: RecoveryPoints


class Registry:
    """Who is registered here. ``created``: when VMs that this Prism Central made came up, in epoch microseconds."""

    def __init__(self, setting: Setting, uuid: str, clusters: Mapping[str, ManagedCluster]) -> None:
        self._setting = setting
        self.uuid = uuid
        self.clusters = dict(clusters)
        self.peers: dict[str, Peer] = {}
        self.created: dict[str, int] = {}
        self.migrating: set[str] = set()

    def cluster(self, ext_id: str) -> ManagedCluster | None:
        """Return a cluster by its id."""
        return next((cluster for cluster in self.clusters.values() if cluster.uuid == ext_id), None)

    def reached(self, ext_id: str) -> ManagedCluster:
        """Return a cluster that a task needs, or fail the task."""
        cluster = self.cluster(ext_id)
        if cluster is None or not cluster.place.reachable:
            raise TaskFailure(f"Cluster {ext_id} cannot be reached")
        return cluster

    def vms(self) -> Iterator[tuple[ManagedCluster, Any]]:
        """List all VMs with their clusters; names are not unique."""
        for cluster in self.clusters.values():
            for vm in cluster.vms:
                yield cluster, vm

    def vm(self, ext_id: str) -> tuple[ManagedCluster, Any] | None:
        """Return a VM and its cluster."""
        for cluster in self.clusters.values():
            vm = cluster.vms.get(ext_id)
            if vm is not None:
                return cluster, vm
        return None

    def at(self, central_ext_id: str) -> Peer | None:
        """Return the paired Prism Central of an id; None for this one and for strangers."""
        return next((peer for peer in self.peers.values() if peer.uuid == central_ext_id), None)

    def make_vm(self, cluster: ManagedCluster, image: Any, name: str, nics: list[Any]) -> Any:
        """Make a powered-off VM with the disks of an image, in the storage containers that were recorded, where the
        cluster has them (contract prism_central 5.1)."""
        vm = cluster.vms.copy(image, name, nics)
        for disk, recorded in zip(vm.disks, image.disks, strict=True):
            if recorded.container_uuid in cluster.containers.values():
                disk.container_uuid = recorded.container_uuid
        self.created[vm.uuid] = self._setting.clock.epoch_usecs
        return vm

    def cards_of(self, cluster: ManagedCluster, image: Any) -> list[Any]:
        """Return cards like those of an image, as far as the cluster has their networks."""
        known = [nic.network_uuid for nic in image.nics if cluster.networks.get(nic.network_uuid)]
        return [cluster.vms.new_nic(network_uuid) for network_uuid in known]
