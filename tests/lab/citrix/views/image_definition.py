# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Image definitions and their versions as answers show them (contract citrix 13)."""

from __future__ import annotations

from typing import Any

from lab.citrix.state.entities import DiskImage, ImageDefinition, ImageShare, ImageVersion
from lab.citrix.state.site import Site
from lab.citrix.views.refs import pairs, pool_ref, ref, resource_ref


def definition_view(site: Site, definition: ImageDefinition) -> dict[str, Any]:
    """Return an image definition."""
    hypervisor = definition.hypervisor
    return {
        "Id": definition.id,
        "Name": definition.name,
        "CreationTime": site.moments.formatted(definition.made),
        "Description": definition.description,
        "OsType": definition.os_type,
        "LatestVersion": definition.latest,
        "VDASessionSupport": definition.session_support,
        "HypervisorConnections": [
            {
                **(ref(hypervisor) or {}),
                "CustomProperties": pairs(definition.custom_properties),
                "HypervisorData": [],
                "PluginFactoryName": hypervisor.plugin_id,
            }
        ],
    }


def version_view(site: Site, definition: ImageDefinition, version: ImageVersion) -> dict[str, Any]:
    """Return a version of an image definition."""
    made = site.moments.formatted(version.made)
    unit = pool_ref(version.unit)
    source_id, prepared_id = version.spec_ids
    count = len(site.schemes_on(version))
    scheme: dict[str, Any] = {
        "Id": version.scheme_id,
        "CpuCount": 2,
        "MemoryMB": 8192,
        "MachineProfile": resource_ref(version.machine_profile),
        **version.scheme,
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
    # The prepared spec carries the image scheme (contract citrix addition D)
    prepared = {
        "Id": prepared_id,
        "PreparationType": "Mcs",
        "ImageVersionSpecStatus": version.status,
        "CreationTime": made,
        "Errors": version.errors,
        "SourceImageVersionSpec": {"Id": source_id, "PreparationType": "None", "ResourcePool": unit},
        "ResourcePool": unit,
        "ResourcePools": [_share(version, share) for share in version.shares],
        "ProvisioningSchemeCount": count,
        "Context": {"ImageScheme": scheme},
        "Warnings": [{"Type": kind, "Message": message} for kind, message in version.warnings],
    }
    return {
        "Id": version.id,
        "Number": version.number,
        "CreationTime": made,
        "Description": version.description,
        "ImageVersionStatus": version.status,
        "ImageDefinition": ref(definition),
        "ImageVersionSpecs": [source, prepared],
        "ProvisioningSchemeCount": count,
    }


def _share(version: ImageVersion, share: ImageShare) -> dict[str, Any]:
    return {
        **pool_ref(share.unit),
        "IsPrimary": share is version.shares[0],
        "CustomProperties": pairs(share.custom_properties),
        "Errors": share.errors,
        "ImageVersionSpecResourcePoolStatus": share.status,
    }


def version_on_scheme(site: Site, image: DiskImage) -> dict[str, Any] | None:
    """Return one of the image versions that a provisioning scheme has or had, null for another image (contract citrix
    8.3)."""
    version = image.version
    if version is None:
        return None
    source_id, prepared_id = version.spec_ids
    unit = pool_ref(version.unit)
    return {
        "ImageVersion": {
            "Id": version.id,
            "Number": version.number,
            "ImageDefinition": ref(version.definition),
            "Description": version.description,
            "ImageVersionSpecs": [
                {"Id": source_id, "PreparationType": "None", "ResourcePool": unit},
                {"Id": prepared_id, "PreparationType": "Mcs", "ResourcePool": unit},
            ],
        },
        "Date": site.moments.formatted(image.date),
        "ImageAssignmentNote": image.note,
        "IsImageAvailable": version in version.definition.versions and version.status == "Success",
    }
