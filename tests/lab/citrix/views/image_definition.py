# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Image definitions and their versions as answers show them (contract citrix 13)."""

from __future__ import annotations

from typing import Any

from lab.citrix.state.entities import ImageDefinition, ImageVersion
from lab.citrix.state.site import Site
from lab.citrix.views.refs import pool_ref, ref, resource_ref


def definition_view(site: Site, definition: ImageDefinition) -> dict[str, Any]:
    """Return an image definition."""
    hypervisor = definition.unit.hypervisor
    return {
        "Id": definition.id,
        "Name": definition.name,
        "CreationTime": site.moments.formatted(definition.made),
        "Description": "",
        "OsType": "Windows",
        "LatestVersion": len(definition.versions),
        "VDASessionSupport": "SingleSession",
        "HypervisorConnections": [
            {
                **(ref(hypervisor) or {}),
                "CustomProperties": [],
                "HypervisorData": [],
                "PluginFactoryName": hypervisor.plugin_id,
            }
        ],
    }


def version_view(site: Site, definition: ImageDefinition, version: ImageVersion) -> dict[str, Any]:
    """Return a version of an image definition."""
    made = site.moments.formatted(definition.made)
    unit = pool_ref(definition.unit)
    source_id, prepared_id = version.spec_ids
    scheme: dict[str, Any] = {
        "Id": version.scheme_id,
        "CpuCount": 2,
        "MemoryMB": 8192,
        "MachineProfile": resource_ref(version.machine_profile),
    }
    source: dict[str, Any] = {
        "Id": source_id,
        "PreparationType": "None",
        "ImageVersionSpecStatus": "Success",
        "CreationTime": made,
        "Errors": [],
        "MasterImage": resource_ref(version.image),
        "ResourcePool": unit,
        "ResourcePools": [],
        "ProvisioningSchemeCount": 0,
    }
    # Which of the two specs carries the image scheme is unknown (contract citrix 13.5)
    prepared = {
        "Id": prepared_id,
        "PreparationType": "Mcs",
        "ImageVersionSpecStatus": "Success",
        "CreationTime": made,
        "Errors": [],
        "SourceImageVersionSpec": {"Id": source_id, "PreparationType": "None", "ResourcePool": unit},
        "ResourcePool": unit,
        "ResourcePools": [
            {
                **unit,
                "IsPrimary": True,
                "CustomProperties": [],
                "Errors": [],
                "ImageVersionSpecResourcePoolStatus": "Success",
            }
        ],
        "ProvisioningSchemeCount": 0,
        "Context": {"ImageScheme": scheme},
    }
    return {
        "Id": version.id,
        "Number": version.number,
        "CreationTime": made,
        "Description": "",
        "ImageVersionStatus": "Success",
        "ImageDefinition": ref(definition),
        "ImageVersionSpecs": [source, prepared],
        "ProvisioningSchemeCount": 0,
    }
