# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hypervisor connections and resource pools as answers show them (contract citrix 10.1 to 10.3)."""

from __future__ import annotations

from typing import Any

from lab.citrix.state.entities import HostingUnit, Hypervisor, Tree
from lab.citrix.state.hosting import network
from lab.citrix.state.site import Site
from lab.citrix.views.refs import pairs, pool_ref, ref, resource_ref, resource_view, scopes, tenants

SETTINGS: dict[str, Any] = {
    "SslThumbprints": [],
    "MaxAbsoluteActiveActions": 100,
    "MaxAbsoluteNewActionsPerMinute": 10,
    "MaxPowerActionsPercentageOfMachines": 20,
    "MaximumConcurrentProvisioningOperations": None,
    "ConnectionOptions": "",
    "CustomProperties": None,
}


def hypervisor_view(site: Site, hypervisor: Hypervisor) -> dict[str, Any]:
    """Return a hypervisor connection."""
    return {
        "Id": hypervisor.id,
        "Uid": hypervisor.uid,
        "Name": hypervisor.name,
        "XDPath": f"XDHyp:\\Connections\\{hypervisor.name}",
        "ConnectionType": hypervisor.connection_type,
        "PluginId": hypervisor.plugin_id,
        "Addresses": hypervisor.addresses or [site.inventory.address(hypervisor)],
        "InMaintenanceMode": hypervisor.in_maintenance_mode,
        "Unentitled": False,
        "UsesCloudInfrastructure": False,
        "Scopes": scopes(hypervisor.settings.get("Scopes")),
        "Tenants": tenants(hypervisor.settings.get("Tenants")),
        "Zone": ref(hypervisor.zone),
        "Fault": None,
        "CustomProperties": hypervisor.settings.get("CustomProperties"),
        "IsVirtual": False,
    }


def hypervisor_detail(site: Site, hypervisor: Hypervisor) -> dict[str, Any]:
    """Return a connection with what only its detail has."""
    return {
        **hypervisor_view(site, hypervisor),
        **{key: hypervisor.settings.get(key, default) for key, default in SETTINGS.items()},
        "UserName": hypervisor.user_name,
        "Capabilities": [],
        "ConfigurationObjectCapabilities": [],
        "PluginRevision": "2.7.7.0",
        "SupportsLocalStorageCaching": False,
        "SupportsPvsVms": True,
        "Metadata": pairs(hypervisor.metadata),
        **_location(hypervisor),
    }


def _location(hypervisor: Hypervisor) -> dict[str, Any]:
    """Return region and account, as far as the model of the kind has them (contract citrix 10.2): AWS tells no
    account."""
    if hypervisor.connection_type in ("AWS", "AmazonWorkSpacesCore"):
        return {"Region": hypervisor.region}
    return {"SubscriptionId": hypervisor.account} if hypervisor.connection_type == "AzureRM" else {}


def with_pools(site: Site, hypervisor: Hypervisor) -> dict[str, Any]:
    """Return what a connection has beside the rest where its pools are listed."""
    pools = [{"Id": unit.id, "Name": unit.name, "XDPath": unit.xd_path} for unit in site.units_of(hypervisor)]
    return {
        "DisplayConnectionType": "Nutanix AHV",
        "IsBroken": False,
        "Errors": [],
        "ErrorState": "None",
        "Metadata": [],
        "ResourcePools": pools,
    }


def plugin_view(connection_type: str, display_name: str, factory: str) -> dict[str, Any]:
    """Return a plug-in."""
    return {
        "ConnectionType": connection_type,
        "DisplayName": display_name,
        "PluginFactoryName": factory,
        "UsesCloudInfrastructure": False,
        "Environments": [],
        "CitrixVerified": True,
        "Available": True,
        "UnavailableReason": None,
    }


def _pool(unit: HostingUnit) -> dict[str, Any]:
    networks = _networks(unit)
    return {
        "Id": unit.id,
        "Name": unit.name,
        "XDPath": unit.xd_path,
        "HypervisorConnection": ref(unit.hypervisor),
        "ConnectionType": unit.hypervisor.connection_type,
        "DefaultNetwork": networks[0] if networks else {"Name": None},
        "VMTaggingEnabled": False,
        "ResourcePoolRootPath": None,
        "ResourcePoolRootId": None,
    }


def _networks(unit: HostingUnit) -> list[dict[str, Any] | None]:
    """Return the networks of a pool; that of a plug-in with folders has none (contract citrix 9)."""
    return [] if unit.hypervisor.has_folders else [resource_ref(network(unit, name)) for name in unit.networks]


def pool_detail(site: Site, unit: HostingUnit) -> dict[str, Any]:
    """Return a resource pool."""
    storage = [resource_view(found) for found in site.inventory.live(unit) if found.kind == "storage"]
    return {
        **_pool(unit),
        "RootPath": {
            "Id": unit.hypervisor.id,
            "Name": unit.hypervisor.name,
            "XDPath": f"XDHyp:\\Connections\\{unit.hypervisor.name}",
        },
        "Networks": _networks(unit),
        "Storage": storage,
        "TemporaryStorage": storage,
        "UseLocalStorageCaching": False,
        "CustomProperties": None,
        "PersonalvDiskStorage": [],
        "StorageBalanceType": "None",
        "GpuTypes": [],
        "UsesExplicitStorage": False,
        "Metadata": [],
        "ContainerScopes": [],
        **_place(unit),
    }


def _place(unit: HostingUnit) -> dict[str, Any]:
    """Return region and availability zone of a pool in a cloud (contract citrix 10.3)."""
    if unit.hypervisor.connection_type not in ("AWS", "AmazonWorkSpacesCore", "AzureRM"):
        return {}
    places = {"Region": unit.hypervisor.region, "AvailabilityZone": unit.availability_zone}
    return {key: {"Id": name, "Name": name} for key, name in places.items() if name}


def root_view(tree: Tree) -> dict[str, Any]:
    """Return the root of what a pool or a connection shows, without its children."""
    pool = isinstance(tree, HostingUnit)
    return {
        "Id": tree.id,
        "Name": tree.name,
        "FullName": f"{tree.name}.{'hostingunit' if pool else 'connection'}",
        "XDPath": tree.xd_path,
        "RelativePath": "",
        "FullRelativePath": tree.resources_path,
        "AllResourcesRelativePath": "",
        "ResourceType": "HostingUnit" if pool else "Connection",
        "ObjectTypeName": "hostingunit" if pool else "connection",
        "ResourcePoolXDPath": tree.xd_path if pool else None,
        "ResourcePool": pool_ref(tree),
        "IsContainer": True,
        "IsMachine": False,
        "IsSnapshotable": False,
        "IsSymLink": False,
        "AdditionalData": [],
    }
