# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Image definitions and their versions, to be read (contract citrix 13.2 to 13.5). Sites whose version has none do not
know the path (contract citrix 1.7)."""

from __future__ import annotations

from typing import Any

from lab.citrix.state.entities import ImageDefinition, ImageVersion
from lab.citrix.state.site import Site
from lab.citrix.views.listing import page
from lab.citrix.views.refs import pool_ref, ref, resource_ref
from lab.router import Router
from lab.wire import Reply, Request

PAGED: dict[str, Any] = {"limit": int, "continuationToken": str}
SINCE_CLOUD = 121
SINCE_ON_PREMISES = (118, (7, 41))


def add_routes(router: Router, site: Site) -> None:
    """Make the image definitions of a site known."""

    @router.route("GET", "/ImageDefinitions", section="13.2, 13.3", query=PAGED)
    def list_definitions(request: Request) -> Reply:
        _refuse_without_feature(site)
        return Reply(
            200,
            page(
                site, request, list(site.image_definitions.values()), lambda definition: _definition(site, definition)
            ),
        )

    @router.route("GET", "/ImageDefinitions/{nameOrId}/ImageVersions", section="13.2, 13.5", query=PAGED)
    def list_versions(request: Request) -> Reply:
        _refuse_without_feature(site)
        key = request.params["nameOrId"]
        found = [each for each in site.image_definitions.values() if key.casefold() in (each.id, each.name.casefold())]
        if not found:
            raise site.errors.not_found("ImageDefinition", key)
        return Reply(200, page(site, request, found[0].versions, lambda version: _version(site, found[0], version)))


def _refuse_without_feature(site: Site) -> None:
    api_version = site.spec.get("api_version", 126)
    product = tuple(int(number) for number in site.spec.get("product_version", "7.45").split(".")[:2])
    since_api, since_product = SINCE_ON_PREMISES
    if not (api_version >= since_api and product >= since_product if site.on_premises else api_version >= SINCE_CLOUD):
        raise site.errors.refusal(404, "No such resource.")


def _definition(site: Site, definition: ImageDefinition) -> dict[str, Any]:
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
            },
        ],
    }


def _version(site: Site, definition: ImageDefinition, version: ImageVersion) -> dict[str, Any]:
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
