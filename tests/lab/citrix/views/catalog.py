# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A machine catalog as answers show it (contract citrix 8.2, 8.3)."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from lab.citrix.state.entities import Catalog, DiskImage, Scheme
from lab.citrix.state.hosting import network
from lab.citrix.state.site import Site
from lab.citrix.views.image_definition import version_on_scheme
from lab.citrix.views.listing import Fields
from lab.citrix.views.refs import pairs, pool_ref, ref, resource_ref, scopes, tenants, vm_image


def _count(of: Callable[[Any], bool]) -> Callable[[Site, Catalog], int]:
    return lambda _site, catalog: sum(1 for machine in catalog.machines.values() if of(machine))


SHOWN_SETTINGS = (
    "SecurityGroups",
    "ServiceOffering",
    "WriteBackCacheDiskSizeGB",
    "WriteBackCacheMemorySizeMB",
    "AzureADTenantId",
    "AzureAdSecurityGroupName",
    "ServiceAccountUid",
)


def _set(key: str, default: Any = None) -> Callable[[Site, Catalog], Any]:
    return lambda _site, catalog: catalog.settings.get(key, default)


def _upgrade_info(_site: Site, catalog: Catalog) -> dict[str, Any] | None:
    """UpgradeInfo, once somebody has said what a catalog is upgraded to (contract citrix addition G 7)."""
    if "VdaUpgradeType" not in catalog.settings:
        return None
    return {
        "UpgradeType": catalog.settings["VdaUpgradeType"],
        "UpgradeState": "UpToDate",
        "UpgradeScheduleStatus": "NotScheduled",
        "UpgradeOngoingMachinesCount": 0,
        "UpgradeFailedMachinesCount": 0,
    }


def _admin_folder(_site: Site, catalog: Catalog) -> dict[str, Any] | None:
    if not catalog.folder:
        return None
    return {
        "Id": str(catalog.folder_uid),
        "Uid": catalog.folder_uid,
        "Name": "".join(f"{part}\\" for part in catalog.folder),
    }


def _image_update_status(_site: Site, catalog: Catalog) -> str:
    """ImageUpdateStatus; the contract's spelling of the first member is UpdateToDate (contract citrix trap 19)."""
    if catalog.task is not None:
        return "PreparingImage"
    out_of_date = sum(machine.image_out_of_date for machine in catalog.machines.values())
    if not out_of_date:
        return "UpdateToDate"
    return "PendingUpdate" if out_of_date == len(catalog.machines) else "PartiallyUpdated"


def _progress(site: Site, catalog: Catalog) -> dict[str, Any] | None:
    """ProvisioningProgress with the phases that the provisioning layer knows (contract citrix 8.4)."""
    if catalog.task is None:
        return None
    return {
        "IsRunning": True,
        "Progress": catalog.task.percent(site.clock.now),
        "ProgressMessage": catalog.task.phase,
        "ProgressMessageList": None,
    }


def _jobs_in_progress(_site: Site, catalog: Catalog) -> list[dict[str, Any]]:
    return [] if catalog.task is None else [{"Id": catalog.task.id, "Uid": None, "Name": catalog.task.type}]


def _errors(_site: Site, catalog: Catalog) -> list[str]:
    last = catalog.actions[-1].job if catalog.actions else None
    return [
        *catalog.errors,
        *([last.error_text] if last is not None and last.status == "Failed" and last.error_text else []),
    ]


def image_history(site: Site, scheme: Scheme) -> list[dict[str, Any]]:
    """List the images of a scheme, the current one among them, in the order that the site is switched to (contract
    citrix 8.6)."""
    old = site.behaviour["old_image_status"]
    return [
        vm_image(site, _as_disk(site, image), "Current" if image is scheme.image else old)
        for image in _in_order(site, scheme)
        if _shown_as_disk(site, image)
    ]


def _shown_as_disk(site: Site, image: DiskImage) -> bool:
    """Whether a site shows what a prepared image was made from as a master image of the catalog on it is unknown
    (contract citrix 8.3)."""
    return image.version is None or site.behaviour["prepared_images_have_source"] != "no"


def _as_disk(site: Site, image: DiskImage) -> DiskImage:
    if image.version is None or site.behaviour["prepared_images_have_source"] == "same_moment":
        return image
    return replace(image, date=image.date + 1)


def _in_order(site: Site, scheme: Scheme) -> list[DiskImage]:
    entries = [scheme.image, *reversed(scheme.history)]
    if site.behaviour["history_order"] == "oldest_first":
        entries.reverse()
    elif site.behaviour["history_order"] == "shuffled":
        random.Random(scheme.id).shuffle(entries)
    return entries


def provisioning_scheme(site: Site, catalog: Catalog) -> dict[str, Any] | None:
    """ProvisioningScheme, null unless MCS."""
    scheme = catalog.scheme
    if scheme is None:
        return None
    shown = _shown_as_disk(site, scheme.image)
    return {
        "Id": scheme.id,
        "Name": catalog.name,
        "CleanOnBoot": scheme.clean_on_boot,
        "ControllerAddresses": [],
        "CpuCount": scheme.cpu_count,
        "CoresPerCpuCount": 1,
        "CurrentDiskImage": vm_image(site, scheme.image, "Current") if shown else None,
        "HistoricalDiskImages": image_history(site, scheme),
        "CustomProperties": pairs(
            [each for each in scheme.custom_properties if each[0] != "ClusterId" or site.behaviour["tells_cluster_id"]]
        ),
        "CustomPropertiesInString": scheme.settings.get("CustomPropertiesInString"),
        "IdentityType": "ActiveDirectory",
        "DiskSizeGB": scheme.disk_size_gb,
        "ResourcePool": pool_ref(scheme.unit),
        "IdentityPool": {"Id": scheme.id, "Uid": None, "Name": catalog.name},
        "MachineCount": len(catalog.machines),
        "NumAvailableMachineAccounts": 0,
        "MachineAccountCreationRules": {
            "NamingScheme": scheme.naming_scheme,
            "NamingSchemeType": "Numeric",
            "OU": None,
            "Domain": None,
            "NextValue": str(scheme.next_number),
            **scheme.settings.get("MachineAccountCreationRules", {}),
        },
        "MasterImage": resource_ref(scheme.image.resource if shown else None),
        "MachineProfile": resource_ref(scheme.machine_profile),
        "MemoryMB": scheme.memory_mb,
        "Metadata": pairs(scheme.metadata),
        "NetworkMaps": _network_maps(scheme),
        "NutanixContainer": "default-container",
        **{key: scheme.settings[key] for key in SHOWN_SETTINGS if key in scheme.settings},
        "UseFullDiskCloneProvisioning": False,
        "UseWriteBackCache": False,
        "Warnings": [{"Type": "GetCustomPropertiesFailed", "Message": text} for text in catalog.scheme_warnings],
        "ProvisioningSchemeType": "VirtualMachine",
        "CurrentImageVersion": version_on_scheme(site, scheme.image),
        "HistoricalImageVersions": [
            version_on_scheme(site, image) for image in _in_order(site, scheme) if image.version is not None
        ],
    }


def _network_maps(scheme: Scheme) -> list[dict[str, Any]]:
    if scheme.settings.get("NetworkMapping"):
        return [
            {
                "DeviceName": f"NIC {number}",
                "DeviceId": entry.get("NetworkDeviceNameOrId") or entry.get("DeviceNameOrId") or str(number),
                "Network": {"XDPath": entry["NetworkPath"]},
                "IsCardEnabled": True,
            }
            for number, entry in enumerate(scheme.settings["NetworkMapping"])
        ]
    resources = [network(scheme.unit, name).xd_path for name in scheme.unit.networks[:1]]
    return [
        {"DeviceName": "NIC 0", "DeviceId": "0", "Network": {"XDPath": path}, "IsCardEnabled": True}
        for path in resources
    ]


CATALOG: Fields = {
    "Name": lambda _site, catalog: catalog.name,
    "FullName": lambda site, catalog: site.behaviour["folder_separator"].join(catalog.path),
    "Id": lambda _site, catalog: catalog.id,
    "Uid": lambda _site, catalog: catalog.uid,
    "AllocationType": lambda _site, catalog: "Static" if catalog.persistent else "Random",
    "TotalCount": lambda _site, catalog: len(catalog.machines),
    "AssignedCount": _count(lambda machine: bool(machine.assigned_users)),
    "UnassignedCount": _count(lambda machine: not machine.assigned_users),
    "UsedCount": _count(lambda machine: machine.sessions > 0),
    "AvailableCount": _count(lambda machine: machine.summary_state in ("Available", "Off")),
    "AvailableAssignedCount": _count(
        lambda machine: machine.summary_state == "Available" and bool(machine.assigned_users)
    ),
    "AvailableUnassignedCount": _count(
        lambda machine: machine.summary_state == "Available" and not machine.assigned_users
    ),
    "AvailableCountOfSuspend": lambda _site, _catalog: 0,
    "AvailableAssignedCountOfSuspend": lambda _site, _catalog: 0,
    "Description": lambda _site, catalog: catalog.description,
    "IsPowerManaged": lambda _site, catalog: catalog.hypervisor is not None,
    "IsRemotePC": lambda _site, _catalog: False,
    "MachineType": lambda _site, catalog: "Virtual" if catalog.hypervisor else "Physical",
    "MinimumFunctionalLevel": lambda _site, catalog: catalog.minimum_functional_level,
    "HasBeenPromoted": lambda _site, _catalog: False,
    "CanRollbackVMImage": lambda _site, catalog: bool(catalog.scheme and catalog.scheme.history),
    "CanRecreateCatalog": lambda _site, _catalog: False,
    "PersistChanges": lambda _site, catalog: "OnLocal" if catalog.persistent else "Discard",
    "ProvisioningType": lambda _site, catalog: catalog.provisioning_type,
    "ProvisioningScheme": provisioning_scheme,
    "ProvisioningProgress": _progress,
    "JobsInProgress": _jobs_in_progress,
    "IsBroken": lambda _site, catalog: catalog.broken,
    "IsMasterImageAssociated": lambda _site, catalog: catalog.scheme is not None,
    "ImageUpdateStatus": _image_update_status,
    "Errors": _errors,
    "Warnings": lambda _site, catalog: [
        {"Type": "CatalogAction", "Subtype": None, "Message": text} for text in catalog.warnings
    ],
    "RemotePCEnrollmentScopes": lambda _site, _catalog: [],
    "PvsAddress": _set("PvsAddress"),
    "PvsDomain": _set("PvsDomain"),
    "Scopes": lambda _site, catalog: scopes(catalog.settings.get("Scopes")),
    "Tenants": lambda _site, catalog: tenants(catalog.settings.get("Tenants")),
    "SessionSupport": lambda _site, catalog: catalog.session_support,
    "SharingKind": lambda _site, catalog: "Private" if catalog.persistent else "Shared",
    "Zone": lambda _site, catalog: ref(catalog.zone),
    "AdminFolder": _admin_folder,
    "UpgradeInfo": _upgrade_info,
    "Metadata": lambda _site, catalog: pairs(catalog.metadata),
    "HypervisorVMTagging": _set("HypervisorVMTagging", False),
}

DETAIL: Fields = {
    **CATALOG,
    "AgentVersion": lambda _site, _catalog: "2402.0.100.629",
    "HypervisorConnection": lambda _site, catalog: ref(catalog.hypervisor),
    "OSType": lambda _site, catalog: "Windows 11" if catalog.session_support == "SingleSession" else "Windows 2022",
    "OSVersion": lambda _site, _catalog: None,
    "DeliveryGroups": lambda _site, catalog: (
        [{**(ref(catalog.delivery_group) or {}), "Priority": 0, "NumAssigned": 0, "Total": len(catalog.machines)}]
        if catalog.delivery_group
        else []
    ),
    "UpgradeDetail": lambda _site, _catalog: None,
}

# What the V2 list returns unless asked for more (contract citrix 4.2); no ProvisioningScheme, counts or connection.
DEFAULT_FIELDS = [
    "Name",
    "FullName",
    "Id",
    "Uid",
    "AllocationType",
    "Description",
    "IsPowerManaged",
    "IsRemotePC",
    "MachineType",
    "MinimumFunctionalLevel",
    "HasBeenPromoted",
    "PersistChanges",
    "ProvisioningType",
    "SessionSupport",
    "SharingKind",
    "Zone",
    "AdminFolder",
    "HypervisorVMTagging",
]
