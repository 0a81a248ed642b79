# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a hosting unit shows of its cluster, live and through the site's inventory cache (contract citrix 10.3)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache, partial
from typing import NamedTuple
from uuid import NAMESPACE_URL, uuid5

from lab.citrix.state.cloud import Cloud
from lab.citrix.state.entities import ConnectionTree, HostingUnit, Hypervisor, Resource, Tree
from lab.endpoint import Place
from lab.ports import HypervisorCluster, TemplateSource
from lab.setting import Setting

_SLASHES = re.compile(r"[\\/]+")
VM_FOLDER = "VirtualMachines"
TEMPLATES, CLUSTERS = "Templates", "Clusters"  # contract citrix 9
FIRST_VERSION = "Initial Version"


class Vm(NamedTuple):
    """What a site knows of a VM."""

    uuid: str
    name: str
    power_state: str


class HostingInventory:
    """Reads the clusters behind the hypervisor connections; the only place that knows what a simulated cluster looks
    like."""

    def __init__(
        self, clusters: Mapping[str, HypervisorCluster], centrals: Mapping[str, TemplateSource], setting: Setting
    ) -> None:
        self._clusters = clusters
        self._centrals = centrals
        self._clock = setting.clock
        self._behaviour = setting.behaviour
        self._cache: dict[str, tuple[float, list[Resource]]] = {}

    def live(self, tree: Tree) -> list[Resource]:
        """List what the cluster has now: each AHV snapshot as a template, then networks and storage (contract citrix
        9); of a connection its VMs as well (contract citrix addition G 6)."""
        cluster = self._clusters[tree.hypervisor.cluster]
        if tree.hypervisor.has_folders:
            return [*self._folders(tree, cluster), *self.templates(tree)]
        storage = [Resource(uuid, name, "storage", tree) for name, uuid in cluster.containers.items()]
        if isinstance(tree, HostingUnit):
            networks_there = (network(tree, name) for name in tree.networks)
            folders = cluster.folders(tree) if isinstance(cluster, Cloud) else []
            return [*folders, *self.templates(tree), *networks_there, *storage, *_profiles(tree)]
        networks = [Resource(found.uuid, found.name, "network", tree) for found in cluster.networks]
        folder = Resource(str(uuid5(NAMESPACE_URL, f"{tree.id}/{VM_FOLDER}")), VM_FOLDER, "folder", tree)
        vms = [Resource(vm.uuid, vm.name, "vm", tree, folder.full_name) for vm in cluster.vms]
        return [*self.templates(tree), *networks, *storage, folder, *vms]

    def templates(self, tree: Tree) -> list[Resource]:
        """List the images: the AHV snapshots of the cluster that are not deleted, or the templates of the Prism
        Central, which the plug-in of Citrix shows version by version (contract citrix 9)."""
        central = self._centrals.get(tree.hypervisor.prism_central or "")
        if central is None:
            cluster = self._clusters[tree.hypervisor.cluster]
            if isinstance(cluster, Cloud):
                return cluster.templates(tree)
            return [Resource(uuid, name, "template", tree) for uuid, name in cluster.images()]
        versions = central.template_versions()
        if tree.hypervisor.has_folders:
            return [_version(tree, uuid, template_name, name) for _id, template_name, uuid, name in versions]
        names = {template_id: template_name for template_id, template_name, _uuid, _name in versions}
        return [Resource(uuid, name, "template", tree) for uuid, name in names.items()]

    def _folders(self, tree: Tree, cluster: HypervisorCluster) -> list[Resource]:
        central = self._centrals[tree.hypervisor.prism_central or ""]
        names = {template_id: name for template_id, name, _uuid, _version in central.template_versions()}
        inside = f"{CLUSTERS}.folder/{tree.hypervisor.cluster}.cluster"
        return [
            _made_up(tree, TEMPLATES, "folder"),
            *(Resource(uuid, name, "template", tree, f"{TEMPLATES}.folder") for uuid, name in names.items()),
            _made_up(tree, CLUSTERS, "folder"),
            _made_up(tree, tree.hypervisor.cluster, "cluster", f"{CLUSTERS}.folder"),
            *(Resource(found.uuid, found.name, "network", tree, inside) for found in cluster.networks),
        ]

    def _place(self, hypervisor: Hypervisor) -> Place:
        """Return where the hypervisor of a connection is reached."""
        behind = self._centrals.get(hypervisor.prism_central or "") or self._clusters[hypervisor.cluster]
        return behind.place

    def address(self, hypervisor: Hypervisor) -> str:
        """Where the cluster of a connection answers, in the form that the contract shows (contract citrix 10.2)."""
        place = self._place(hypervisor)
        return f"https://{place.address or hypervisor.cluster}:{place.port or place.usual_port}"

    def cluster_uuid(self, hypervisor: Hypervisor) -> str:
        """The id of the cluster that machines of a connection are on."""
        return self._clusters[hypervisor.cluster].uuid

    def cloud(self, hypervisor: Hypervisor) -> Cloud | None:
        """What is behind a connection that leads to no Nutanix cluster."""
        found = self._clusters[hypervisor.cluster]
        return found if isinstance(found, Cloud) else None

    def contactable(self, hypervisor: Hypervisor) -> bool:
        """Tell whether the cluster behind a connection answers."""
        return self._place(hypervisor).reachable

    def vm(self, hypervisor: Hypervisor, uuid: str) -> Vm | None:
        """Return a VM of the cluster behind a connection."""
        found = self._clusters[hypervisor.cluster].vms.get(uuid)
        return Vm(found.uuid, found.name, found.power_state) if found is not None else None

    def vms_called(self, hypervisor: Hypervisor, name: str) -> list[Vm]:
        """List the VMs of a name on the cluster behind a connection; those in another case only when none is spelled
        exactly so."""
        vms = self._clusters[hypervisor.cluster].vms
        return [Vm(vm.uuid, vm.name, vm.power_state) for vm in vms.named(name) or vms.named_in_any_case(name)]

    def switch(self, hypervisor: Hypervisor, uuid: str, on: bool) -> None:
        """Switch a VM on, or off in order, as the broker does through its connection; nothing happens where there is no
        such VM or nobody reaches it."""
        cluster = self._clusters[hypervisor.cluster]
        if cluster.place.reachable and cluster.vms.get(uuid) is not None:
            cluster.vms.set_power(uuid, "on" if on else "off", orderly=True)

    def watch(self, watcher: Callable[[str, frozenset[str], bool, bool], None]) -> None:
        """Tell somebody the cluster and uuids whenever VMs go down or vanish (False) or come up (True), and whether in
        order."""
        for name, cluster in self._clusters.items():
            cluster.vms.watch(partial(watcher, name))

    def listed(self, tree: Tree, past_cache: bool = False) -> list[Resource]:
        """List the resources as the site shows them: from its cache unless asked to go past it.

        Raises ConnectionError when the cluster is needed and does not answer.
        """
        taken, resources = self._cache.get(tree.id, (float("-inf"), []))
        stale = self._clock.now >= taken + self._behaviour["inventory_cache_seconds"]
        if not (stale or past_cache):
            return resources
        if not self.contactable(tree.hypervisor):
            raise ConnectionError(tree.hypervisor.name)
        fresh = self.live(tree)
        if stale or self._behaviour["no_cache_refreshes"]:
            self._cache[tree.id] = (self._clock.now, fresh)
        return fresh

    def remembered(self, unit: HostingUnit) -> list[Resource]:
        """List what is in the cache, however old."""
        return self._cache.get(unit.id, (0.0, []))[1]

    def forget(self, unit: HostingUnit) -> None:
        """Empty the cache of a unit."""
        self._cache.pop(unit.id, None)


def _profiles(unit: HostingUnit) -> list[Resource]:
    """What machines can be modelled on: versions of launch templates of AWS, templates of vSphere, VMs elsewhere
    (contract citrix 8.4, 9)."""
    found = []
    for name in unit.hypervisor.machine_profiles:
        if unit.hypervisor.connection_type in ("AWS", "AmazonWorkSpacesCore"):
            launch_template = _made_up(unit, name, "launchtemplate")
            inside = launch_template.full_name
            found += [launch_template, _made_up(unit, f"{name} (1)", "launchtemplateversion", inside)]
        else:
            found.append(_made_up(unit, name, "template" if unit.hypervisor.connection_type == "VCenter" else "vm"))
    return found


def network(unit: HostingUnit, name: str) -> Resource:
    """Return a network below a unit."""
    folder = f"{CLUSTERS}.folder/{unit.hypervisor.cluster}.cluster" if unit.hypervisor.has_folders else ""
    return Resource(str(uuid5(NAMESPACE_URL, f"{unit.id}/{name}")), name, "network", unit, folder)


def _made_up(tree: Tree, name: str, kind: str, folder: str = "") -> Resource:
    return Resource(str(uuid5(NAMESPACE_URL, f"{tree.id}/{name}.{kind}")), name, kind, tree, folder)


def _version(tree: Tree, uuid: str, template_name: str, name: str) -> Resource:
    return Resource(uuid, name, "templateversion", tree, f"{TEMPLATES}.folder/{template_name}.template")


def template(unit: HostingUnit, name: str, among: Iterable[Resource] = ()) -> Resource:
    """Return the template of a name below a unit, also when the cluster does not have it (any more)."""
    for resource in among:
        if resource.kind in ("template", "templateversion", "snapshot") and resource.image_name == name:
            return resource
    vanished = _made_up(unit, name, "template")
    return _version(unit, vanished.id, name, FIRST_VERSION) if unit.hypervisor.has_folders else vanished


@lru_cache(maxsize=1 << 16)
def normalised(path: str) -> str:
    """Return a path in the form that compares: any run of slashes of either direction counts as one, case does not
    count (contract citrix 8.4)."""
    return _SLASHES.sub("/", path).strip("/").casefold()


def below(tree: Tree, path: str) -> str | None:
    """Return the normalised rest of a path below a hosting unit or a connection, None when it leads elsewhere.

    Forms (contract citrix 8.4): ``XDHyp:\\HostingUnits\\<unit>\\...``, ``XDHyp:\\Connections\\<connection>\\...``,
    ``hypervisors/<id>/resourcePools/<id>/resources/...``, or relative to the unit.
    """
    given = normalised(path)
    for root in _roots(tree):
        if given == root:
            return ""
        if given.startswith(root + "/"):
            return given[len(root) + 1 :]
    return None if given.startswith(("xdhyp:/", "hypervisors/")) else given


def _roots(tree: Tree) -> Iterable[str]:
    yield normalised(tree.xd_path)
    yield normalised(f"XDHyp:/Connections/{tree.hypervisor.name}")
    for connection in (tree.hypervisor.id, tree.hypervisor.name):
        if isinstance(tree, ConnectionTree):
            yield normalised(f"hypervisors/{connection}/allResources")
            continue
        for pool in (tree.id, tree.name):
            yield normalised(f"hypervisors/{connection}/resourcePools/{pool}/resources")


def find(tree: Tree, path: str, among: Sequence[Resource]) -> Resource | None:
    """Return the resource that a path means: of several the one spelled exactly so, else the newest; None when it is
    not among those given."""
    rest = below(tree, path)
    found = [resource for resource in among if normalised(resource.relative_path) == rest]
    exact = [resource for resource in found if path.endswith(resource.full_name)]
    return (exact or found)[-1] if found else None
