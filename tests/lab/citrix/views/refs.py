# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""References to other objects, as answers carry them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol

from lab.citrix.state.entities import DiskImage, HostingUnit, NameValue, Resource, Tree
from lab.citrix.state.site import Site

TYPE_NAMES = {
    "template": "Template",
    "network": "Network",
    "storage": "Storage",
    "folder": "Folder",
    "vm": "Vm",
    "cluster": "Cluster",
    "templateversion": "TemplateVersion",
    "snapshot": "Snapshot",
    "resourcegroup": "ResourceGroup",
    "launchtemplate": "LaunchTemplate",
    "launchtemplateversion": "LaunchTemplateVersion",
}  # contract citrix 10.3, addition G 6


class _Named(Protocol):
    @property
    def id(self) -> str: ...

    @property
    def name(self) -> str: ...


def ref(thing: _Named | None) -> dict[str, Any] | None:
    """Return {Id, Uid, Name}; Uid only for what has a broker number."""
    return None if thing is None else {"Id": thing.id, "Uid": getattr(thing, "uid", None), "Name": thing.name}


def pairs(values: Iterable[NameValue]) -> list[dict[str, str]]:
    """Return a list of {Name, Value}."""
    return [{"Name": name, "Value": value} for name, value in values]


def resource_ref(resource: Resource | None) -> dict[str, Any] | None:
    """Return a HypervisorResourceRef; its Name is without the type suffix (contract citrix 8.3)."""
    if resource is None:
        return None
    return {
        "Id": resource.id,
        "Name": resource.name,
        "XDPath": resource.xd_path,
        "RelativePath": resource.relative_path,
        "FullRelativePath": resource.full_relative_path,
        "ResourceType": TYPE_NAMES[resource.kind],
        "ObjectTypeName": resource.kind,
        "ResourceContainer": None,
        "ResourcePoolXDPath": resource.tree.xd_path if isinstance(resource.tree, HostingUnit) else None,
    }


def pool_ref(tree: Tree) -> dict[str, Any]:
    """Return a reference to a resource pool with its hypervisor; a connection is in none, and only its hypervisor is
    told."""
    pool = tree if isinstance(tree, HostingUnit) else None
    return {
        "Id": pool.id if pool else None,
        "Name": pool.name if pool else None,
        "XDPath": pool.xd_path if pool else None,
        "FullRelativePath": tree.full_relative_path,
        "Hypervisor": {
            "Id": tree.hypervisor.id,
            "Uid": tree.hypervisor.uid,
            "Name": tree.hypervisor.name,
            "ConnectionType": tree.hypervisor.connection_type,
            "PluginFactoryName": tree.hypervisor.plugin_id,
        },
    }


def vm_image(site: Site, image: DiskImage, status: str) -> dict[str, Any]:
    """Return a VMImage of a provisioning scheme (contract citrix 8.3)."""
    return {
        "FunctionalLevel": image.functional_level,
        "Image": resource_ref(image.resource),
        "ImageStatus": status,
        "Date": site.moments.formatted(image.date),
        "MasterImageNote": image.note,
    }


def resource_view(resource: Resource, detail: bool = False) -> dict[str, Any]:
    """Return a HypervisorResource without its children (contract citrix 10.3)."""
    answer = {
        **(resource_ref(resource) or {}),
        "FullName": resource.full_name,
        "AllResourcesRelativePath": resource.relative_path,
        "ResourcePool": pool_ref(resource.tree),
        "IsContainer": resource.is_container,
        "IsMachine": resource.kind == "vm",
        "IsSnapshotable": False,
        "IsSymLink": False,
        "Children": None,
        "AdditionalData": [],
    }
    if detail and resource.kind == "template":
        answer |= {"CpuCount": 2, "MemoryMB": 8192, "HardDiskSizeGB": 64, "NetworkMappings": [], "AttachedDisks": []}
    if resource.kind == "storage":
        answer["Superseded"] = False
    if resource.kind == "vm":
        answer["VMId"] = resource.id
    return answer


def scopes(names: Iterable[str] | None) -> list[dict[str, Any]]:
    """Return the scopes that a write named; built-in All is not told."""
    return [
        {"Id": name, "Uid": None, "Name": name, "IsBuiltIn": False, "IsAllScope": False, "IsTenantScope": False}
        for name in names or []
    ]


def tenants(names: Iterable[str] | None) -> list[dict[str, Any]]:
    """Return the tenants that a write named."""
    return [{"Id": name, "Uid": None, "Name": name} for name in names or []]
