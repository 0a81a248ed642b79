# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Request bodies that several routes share, and the enums in them."""

from __future__ import annotations

from typing import Any

from lab.wire import nullable, required

TEXT = nullable(str)
FLAG = nullable(bool)
NUMBER = nullable(int)
PAIRS = nullable([{"Name": TEXT, "Value": TEXT}])

# Every enum begins with Unknown (contract 2), which a server sends and a client does not.
FUNCTIONAL_LEVEL = frozenset(["L5", "LMIN", "L7", "L7_6", "L7_7", "L7_8", "L7_9", "L7_20", "L7_25", "L7_30", "L7_34", "LMAX"])
CONNECTION_TYPE = frozenset(
    [
        "XenServer",
        "SCVMM",
        "VCenter",
        "Custom",
        "AWS",
        "WakeOnLAN",
        "AzureRM",
        "GoogleCloudPlatform",
        "CloudPlatform",
        "OracleCloudInfrastructure",
        "AzureArc",
        "OpenShift",
        "AmazonWorkSpacesCore",
    ]
)
ZONABLE = frozenset(["HypervisorConnection", "Controller", "MachineCatalog", "EdgeServer", "User", "Application"])

# 8.5
REBOOT_OPTIONS: dict[str, Any] = {
    "RebootDuration": NUMBER,
    "WarningDuration": NUMBER,
    "WarningTitle": TEXT,
    "WarningMessage": TEXT,
    "WarningRepeatInterval": NUMBER,
}

# 8.4, without the keys that are deprecated and not to be sent
UPDATE_PROVISIONING_SCHEME: dict[str, Any] = {
    "MasterImagePath": TEXT,
    "MachineProfilePath": TEXT,
    "StoreOldImage": FLAG,
    "MinimumFunctionalLevel": nullable(FUNCTIONAL_LEVEL),
    "MasterImageNote": TEXT,
    "RebootOptions": nullable(REBOOT_OPTIONS),
    "CustomProperties": PAIRS,
    "CustomPropertiesInString": TEXT,
    "MachineAccountCreationRules": nullable(
        {"NamingScheme": TEXT, "NamingSchemeType": {"None", "Numeric", "Alphabetic", "Unicode"}, "OU": TEXT, "Domain": TEXT, "NextValue": TEXT}
    ),
    "AssignImageVersionToProvisioningScheme": nullable({"ImageDefinition": required(str), "ImageVersion": required(str), "ImageAssignmentNote": TEXT}),
    "Metadata": PAIRS,
}

# 8.7, the keys that mean something for catalogs on AHV
UPDATE_CATALOG: dict[str, Any] = {
    "Name": TEXT,
    "Description": TEXT,
    "AdminFolder": TEXT,
    "Zone": TEXT,
    "HypervisorConnection": TEXT,
    "MinimumFunctionalLevel": nullable(FUNCTIONAL_LEVEL),
    "CpuCount": NUMBER,
    "MemoryMB": NUMBER,
    "MachineProfilePath": TEXT,
    "CustomProperties": PAIRS,
    "Metadata": PAIRS,
}

# 11.3
UPDATE_MACHINE: dict[str, Any] = {
    "HostedMachineId": TEXT,
    "HypervisorConnection": TEXT,
    "InMaintenanceMode": FLAG,
    "AssignedUsers": nullable([str]),
    "AssignedClientName": TEXT,
    "AssignedIPAddress": TEXT,
    "PublishedName": TEXT,
    "Icon": TEXT,
    "Metadata": PAIRS,
}

# 12
ZONED_ITEMS: dict[str, Any] = {"Items": [{"Id": required(str), "Name": required(str), "ItemType": required(ZONABLE), "AdditionalProperties": PAIRS}]}
