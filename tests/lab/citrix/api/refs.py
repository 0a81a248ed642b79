# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""References to other objects, as answers carry them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol

from lab.citrix.entities import DiskImage, HostingUnit, NameValue, Resource
from lab.citrix.world import Site

TYPE_NAMES = {"template": "Template", "network": "Network"}  # 10.3


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
    """Return a HypervisorResourceRef; its Name is without the type suffix (contract 8.3)."""
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
        "ResourcePoolXDPath": resource.unit.xd_path,
    }


def pool_ref(unit: HostingUnit) -> dict[str, Any]:
    """Return a reference to a resource pool with its hypervisor."""
    return {
        "Id": unit.id,
        "Name": unit.name,
        "XDPath": unit.xd_path,
        "FullRelativePath": unit.full_relative_path,
        "Hypervisor": {
            "Id": unit.hypervisor.id,
            "Uid": unit.hypervisor.uid,
            "Name": unit.hypervisor.name,
            "ConnectionType": "Custom",
            "PluginFactoryName": unit.hypervisor.plugin_id,
        },
    }


def vm_image(site: Site, image: DiskImage, status: str) -> dict[str, Any]:
    """Return a VMImage of a provisioning scheme (contract 8.3)."""
    return {
        "FunctionalLevel": image.functional_level,
        "Image": resource_ref(image.resource),
        "ImageStatus": status,
        "Date": site.moments.formatted(image.date),
        "MasterImageNote": image.note,
    }
