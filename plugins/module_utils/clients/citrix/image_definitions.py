# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading prepared images: image definitions, their versions, and who is on them (contract citrix 13)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.catalogs import FIELDS, catalog_of
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.client import CitrixSite
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.images import master_image
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.catalog import Catalog
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.prepared_image import (
    DefinitionConnection,
    ImageDefinition,
    ImageShare,
    ImageSpec,
    ImageVersion,
    Properties,
    VersionUser,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.session import segment


def definition_path(definition_id: str) -> str:
    return f"/ImageDefinitions/{segment(definition_id)}"


def version_path(version: ImageVersion) -> str:
    return f"{definition_path(version.definition_id)}/ImageVersions/{segment(version.id)}"


def read_definitions(site: CitrixSite) -> list[ImageDefinition]:
    """All image definitions that the account may see."""
    return [_definition(item) for item in site.items("/ImageDefinitions")]


def read_versions(site: CitrixSite, definition: ImageDefinition) -> list[ImageVersion]:
    """All versions of an image definition, also those whose preparation runs or has failed. Raises NotFound."""
    path = f"{definition_path(definition.id)}/ImageVersions"
    return [_version(item, definition) for item in site.items(path)]


def read_version(site: CitrixSite, version: ImageVersion) -> ImageVersion:
    """A version as it is now. Raises NotFound."""
    definition = ImageDefinition(version.definition_id, version.definition)
    return _version(site.get(version_path(version)) or {}, definition)


def read_version_by_id(site: CitrixSite, version_id: str) -> ImageVersion:
    """A version of whatever definition. Raises NotFound."""
    body = site.get(f"/ImageVersions/{segment(version_id)}") or {}
    definition = body.get("ImageDefinition") or {}
    return _version(body, ImageDefinition(definition.get("Id") or "", definition.get("Name") or ""))


def read_users(
    site: CitrixSite, versions: Iterable[ImageVersion], catalogs: Mapping[str, Catalog] | None = None
) -> dict[str, tuple[VersionUser, ...]]:
    """The provisioning schemes on each version with their catalogs, by the version's id. `catalogs` by their schemes
    are read where they are not given and needed."""
    schemes = {
        version.id: list(site.items(f"{version_path(version)}/ProvisioningSchemes", limit=None)) for version in versions
    }
    if catalogs is None:
        catalogs = catalogs_by_scheme(site) if any(schemes.values()) else {}
    users: dict[str, tuple[VersionUser, ...]] = {}
    for version_id, items in schemes.items():
        users[version_id] = tuple(_user(item, catalogs) for item in items)
    return users


def catalogs_by_scheme(site: CitrixSite) -> dict[str, Catalog]:
    """The catalogs that the account may see, by the id of their provisioning scheme in lower case."""
    bodies = [body for body in site.items("/MachineCatalogs", {"fields": FIELDS}) if body.get("ProvisioningScheme")]
    return {str(body["ProvisioningScheme"].get("Id")).casefold(): catalog_of(body) for body in bodies}


def _user(body: Mapping[str, Any], catalogs: Mapping[str, Catalog]) -> VersionUser:
    scheme_id = body.get("Id") or ""
    catalog = catalogs.get(scheme_id.casefold())
    if catalog is None:
        return VersionUser(scheme_id, "", body.get("Name") or scheme_id)
    unit = catalog.hosting_unit
    return VersionUser(scheme_id, catalog.id, catalog.full_name, unit.id if unit else "", unit.name if unit else "")


def _definition(body: Mapping[str, Any]) -> ImageDefinition:
    return ImageDefinition(
        id=body.get("Id") or "",
        name=body.get("Name") or "",
        description=body.get("Description") or "",
        os_type=body.get("OsType") or "",
        session_support=body.get("VDASessionSupport") or "",
        latest_version=body.get("LatestVersion") or 0,
        created=body.get("CreationTime") or "",
        connections=tuple(
            DefinitionConnection(
                id=item.get("Id") or "",
                name=item.get("Name") or "",
                plugin=item.get("PluginFactoryName") or "",
                custom_properties=_properties(item.get("CustomProperties")),
            )
            for item in body.get("HypervisorConnections") or []
        ),
    )


def _version(body: Mapping[str, Any], definition: ImageDefinition) -> ImageVersion:
    return ImageVersion(
        id=body.get("Id") or "",
        number=body.get("Number") or 0,
        definition_id=definition.id,
        definition=definition.name,
        description=body.get("Description") or "",
        state=body.get("ImageVersionStatus") or "",
        created=body.get("CreationTime") or "",
        specs=tuple(_spec(item) for item in body.get("ImageVersionSpecs") or []),
    )


def _spec(body: Mapping[str, Any]) -> ImageSpec:
    scheme = (body.get("Context") or {}).get("ImageScheme") or {}
    unit = body.get("ResourcePool") or {}
    return ImageSpec(
        id=body.get("Id") or "",
        preparation=body.get("PreparationType") or "",
        state=body.get("ImageVersionSpecStatus") or "",
        image=master_image(body["MasterImage"]) if body.get("MasterImage") else None,
        machine_profile=(scheme.get("MachineProfile") or {}).get("XDPath") or "",
        service_offering=scheme.get("ServiceOffering") or "",
        cpu_count=scheme.get("CpuCount") or 0,
        memory_mb=scheme.get("MemoryMB") or 0,
        hosting_unit_id=unit.get("Id") or "",
        hosting_unit=unit.get("Name") or "",
        shares=tuple(_share(item) for item in body.get("ResourcePools") or []),
        errors=tuple(body.get("Errors") or ()),
        warnings=tuple(_warning(item) for item in body.get("Warnings") or []),
    )


def _share(body: Mapping[str, Any]) -> ImageShare:
    connection = body.get("Hypervisor") or {}
    return ImageShare(
        id=body.get("Id") or "",
        name=body.get("Name") or "",
        connection_id=connection.get("Id") or "",
        connection=connection.get("Name") or "",
        connection_type=connection.get("ConnectionType") or "",
        is_primary=bool(body.get("IsPrimary")),
        state=body.get("ImageVersionSpecResourcePoolStatus") or "",
        errors=tuple(body.get("Errors") or ()),
        custom_properties=_properties(body.get("CustomProperties")),
    )


def _warning(body: Mapping[str, Any]) -> str:
    return ": ".join(part for part in (body.get("Type") or "", body.get("Message") or "") if part)


def _properties(pairs: Iterable[Mapping[str, Any]] | None) -> Properties:
    return tuple((str(pair.get("Name")), str(pair.get("Value") or "")) for pair in pairs or [])
