# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is behind hosting connections that lead to no Nutanix cluster: master images where their kind shows them
(contract citrix 9, 13.9). Machines on them have no VMs that anybody looks at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from lab.citrix.state.entities import Resource, Tree
from lab.citrix.topology import IMAGE_PLACES
from lab.endpoint import Place
from lab.ports import HostedNetwork, HostedVm, MasterVms, Watcher


class NoVms:
    """VMs that nobody knows of."""

    def __iter__(self) -> Iterator[HostedVm]:
        return iter(())

    def get(self, vm_uuid: str) -> None:
        """Return None: there is none."""

    def named(self, name: str) -> list[HostedVm]:
        """Return nothing."""
        return []

    def named_in_any_case(self, name: str) -> list[HostedVm]:
        """Return nothing."""
        return []

    def set_power(self, vm_uuid: str, state: str, orderly: bool = False) -> None:
        """Do nothing."""

    def watch(self, watcher: Watcher) -> None:
        """Do nothing."""


class Cloud:
    """The cloud, vCenter or pool behind one connection."""

    def __init__(self, spec: Mapping[str, Any], uuid: str) -> None:
        self.uuid = uuid
        self._own_place = Place(name=spec["name"], kind=spec["connection_type"])
        self.vms = NoVms()
        self.networks: list[HostedNetwork] = []
        self.containers: dict[str, str] = {}
        self._images = list(spec.get("images", []))
        self._folder, self._kind = IMAGE_PLACES[spec["connection_type"]]

    @property
    def place(self) -> Place:
        """Where it is reached."""
        return self._own_place

    def images(self) -> list[tuple[str, str]]:
        """List the images by id and name."""
        return [(str(uuid5(NAMESPACE_URL, f"{self.uuid}/{name}")), name) for name in self._images]

    def add_image(self, name: str) -> None:
        """Let somebody make another master image."""
        self._images.append(name)

    def image(self, tree: Tree, uuid: str, name: str) -> Resource:
        """Return an image below a hosting unit or connection."""
        return Resource(uuid, name, self._kind, tree, self._folder)

    def templates(self, tree: Tree) -> list[Resource]:
        """List the images below a hosting unit or connection."""
        return [self.image(tree, uuid, name) for uuid, name in self.images()]

    def folders(self, tree: Tree) -> list[Resource]:
        """List the elements that the images are in."""
        parts = self._folder.split("/") if self._folder else []
        return [_element(tree, "/".join(parts[:depth])) for depth in range(1, len(parts) + 1)]


class XenPool(Cloud):
    """A XenServer pool, whose VMs and snapshots are its images. A snapshot is below the one that it was taken after
    (contract citrix 9)."""

    def __init__(self, spec: Mapping[str, Any], pool: MasterVms) -> None:
        super().__init__(spec, pool.uuid)
        self._pool = pool

    @property
    def place(self) -> Place:
        """Where the pool is reached: at the host that is its master now."""
        return self._pool.place

    def templates(self, tree: Tree) -> list[Resource]:
        """List the snapshots."""
        found = []
        for uuid, name, (vm, *before) in self._pool.snapshots():
            folder = "/".join([f"{vm}.vm", *(f"{each}.snapshot" for each in before)])
            found.append(Resource(uuid, name, "snapshot", tree, folder))
        return found

    def folders(self, tree: Tree) -> list[Resource]:
        """List the VMs that the snapshots are in."""
        return [Resource(uuid, name, "vm", tree) for uuid, name in self._pool.master_vms()]


def _element(tree: Tree, path: str) -> Resource:
    folder, _slash, full_name = path.rpartition("/")
    name, _dot, kind = full_name.rpartition(".")
    return Resource(str(uuid5(NAMESPACE_URL, f"{tree.id}/{path}")), name, kind, tree, folder)
