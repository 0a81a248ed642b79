# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Machine catalogs, their master images and what runs on them (contract citrix 8)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.client import CitrixSite
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.images import master_image
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.jobs import Job, read_jobs
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.catalog import (
    Catalog,
    HostingUnit,
    RunningTask,
    Selector,
    TaskKind,
    folder_of,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.master_image import HistoricalImage, MasterImage
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.prepared_image import (
    AssignedVersion,
    VersionName,
    release_of,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.session import segment

SELECTOR_ARGUMENTS: dict[str, Any] = {"name": {"type": "str"}, "folder": {"type": "str"}, "id": {"type": "str"}}
SELECTOR_RULES: dict[str, Any] = {
    "required_one_of": [["name", "id"]],
    "mutually_exclusive": [["name", "id"], ["folder", "id"]],
}

# Lists leave most of these out unless they are named (contract citrix 4.2)
FIELDS = ",".join(
    (
        "Id,Name,FullName,AdminFolder,ProvisioningType,ProvisioningScheme,ProvisioningProgress,JobsInProgress",
        "IsBroken,Errors,ImageUpdateStatus,CanRollbackVMImage,AllocationType,PersistChanges,SessionSupport",
        "TotalCount,AvailableCount,MinimumFunctionalLevel,Zone,Warnings",
    )
)
TASK_OF_JOB: dict[str, TaskKind] = {
    "UpdateMachineCatalogProvisioningScheme": "image update",
    "RollbackMachineCatalogProvisioningScheme": "rollback",
}
IMAGE_PARAMETERS = ("MasterImageXDPath", "MasterImageRelativePath", "MasterImageFullPath")
IMAGE_ACTIONS = ("UpdateImage", "UpdateSkyWayImage")


def selector_of(entry: Mapping[str, Any]) -> Selector:
    """The selector from an entry of a `catalogs` option."""
    return Selector(name=entry.get("name") or "", folder=entry.get("folder"), id=entry.get("id") or "")


def read_catalogs(site: CitrixSite) -> list[Catalog]:
    """Every catalog that the account may see."""
    return [catalog_of(item) for item in site.items("/MachineCatalogs", {"fields": FIELDS})]


def read_catalog(site: CitrixSite, catalog_id: str) -> Catalog:
    """One catalog. Raises NotFound."""
    return catalog_of(site.get(f"/MachineCatalogs/{segment(catalog_id)}", {"fields": FIELDS}) or {})


def read_history(site: CitrixSite, catalog: Catalog) -> list[HistoricalImage]:
    """The images that a catalog had, prepared ones among them, with the current one, in the site's order, which is
    unknown (contract citrix 8.6)."""
    items = site.items(f"/MachineCatalogs/{segment(catalog.id)}/MasterImageHistory", limit=None)
    return catalog.whole_history([historical_image(item) for item in items])


def read_own_tasks(site: CitrixSite) -> dict[str, RunningTask]:
    """Our own image updates and rollbacks that have not ended yet, by catalog id in lower case."""
    return {
        job.parameters["Id"].casefold(): _task_of(job)
        for job in read_jobs(site)
        if job.pending and job.type in TASK_OF_JOB and job.parameters.get("Id")
    }


def read_others_task(site: CitrixSite, catalog: Catalog) -> RunningTask | None:
    """The provisioning task that anybody runs on a catalog, as its actions tell (contract citrix 8.8). One request, and
    only when the catalog looks busy."""
    if not (catalog.provisioning or catalog.jobs_in_progress or catalog.image_update_status == "PreparingImage"):
        return None
    running = [
        action
        for action in site.items(f"/machineCatalogs/{segment(catalog.id)}/actions", limit=None)
        if action.get("IsRunning")
    ]
    for action in running:
        if action.get("ActionType") in IMAGE_ACTIONS:
            return RunningTask(
                "image update", tuple(str(action[key]) for key in ("MasterImage", "Snapshot") if action.get(key))
            )
    if running or catalog.provisioning:
        return RunningTask("provisioning task")
    return None


def read_task(site: CitrixSite, catalog: Catalog) -> RunningTask | None:
    """What runs on one catalog now, ours or anybody's."""
    return read_own_tasks(site).get(catalog.id.casefold()) or read_others_task(site, catalog)


def catalog_facts(catalog: Catalog) -> dict[str, Any]:
    """A catalog as modules return it."""
    return {
        "id": catalog.id,
        "name": catalog.name,
        "full_name": catalog.full_name,
        "folder": "/".join(catalog.folder),
        "provisioning_type": catalog.provisioning_type,
        "allocation": catalog.allocation,
        "persist_changes": catalog.persist_changes,
        "machines_take_image": catalog.machines_take_image,
        "session_support": catalog.session_support,
        "total_count": catalog.total_count,
        "available_count": catalog.available_count,
        "hosting_unit": catalog.hosting_unit.name if catalog.hosting_unit else None,
        "hypervisor_connection": catalog.hosting_unit.connection if catalog.hosting_unit else None,
        "plugin": catalog.hosting_unit.plugin if catalog.hosting_unit else None,
        "master_image": image_facts(catalog.master_image),
        "image_version": assigned_facts(catalog.image_version),
        "note": catalog.note,
        "image_update_status": catalog.image_update_status,
        "can_roll_back": catalog.can_roll_back,
        "update_running": catalog.provisioning,
        "broken": catalog.broken,
        "errors": list(catalog.errors),
        "warnings": list(catalog.warnings),
        "zone": catalog.zone,
        "functional_level": catalog.functional_level,
        "machine_profile": catalog.machine_profile or None,
        "cluster_uuid": catalog.cluster_uuid or None,
    }


def image_facts(image: MasterImage | None) -> dict[str, str] | None:
    """An image as modules return it."""
    if image:
        return {"name": image.name, "path": image.path}
    return None


def assigned_facts(assigned: AssignedVersion | None) -> dict[str, Any] | None:
    """The prepared image that a catalog is on, as modules return it."""
    if assigned is None:
        return None
    version = assigned.version
    return {
        "id": version.id,
        "number": version.number,
        "definition": {"id": version.definition_id, "name": version.definition},
        "name": version.as_image.name,
        "path": version.as_image.path,
        "description": assigned.description,
        "release": release_of(assigned.description),
        "available": assigned.is_available,
    }


def catalog_of(body: Mapping[str, Any]) -> Catalog:
    """A catalog from an item that was read with FIELDS."""
    scheme = body.get("ProvisioningScheme") or {}
    progress = body.get("ProvisioningProgress") or {}
    disk, version = scheme.get("CurrentDiskImage") or {}, _assigned(scheme.get("CurrentImageVersion"))
    name, full_name = body.get("Name") or "", body.get("FullName") or ""
    folder = folder_of(name, full_name, _name(body, "AdminFolder"))
    return Catalog(
        id=body.get("Id") or "",
        name=name,
        full_name=full_name or "/".join((*folder, name)),
        folder=folder,
        provisioning_type=body.get("ProvisioningType") or "",
        allocation=body.get("AllocationType") or "",
        persist_changes=body.get("PersistChanges") or "",
        session_support=body.get("SessionSupport") or "",
        total_count=body.get("TotalCount") or 0,
        available_count=body.get("AvailableCount") or 0,
        hosting_unit=_hosting_unit(scheme.get("ResourcePool") or {}),
        master_image=_image(scheme.get("MasterImage") or disk.get("Image")),
        note=version.note if version else disk.get("MasterImageNote") or "",
        image_update_status=body.get("ImageUpdateStatus") or "",
        can_roll_back=bool(body.get("CanRollbackVMImage")),
        provisioning=bool(progress.get("IsRunning")),
        percent=progress.get("Progress") or 0,
        jobs_in_progress=tuple(str(job.get("Id")) for job in body.get("JobsInProgress") or []),
        broken=bool(body.get("IsBroken")),
        errors=tuple(str(error) for error in body.get("Errors") or []),
        zone=_name(body, "Zone"),
        zone_id=(body.get("Zone") or {}).get("Id") or "",
        functional_level=body.get("MinimumFunctionalLevel") or "",
        machine_profile=(scheme.get("MachineProfile") or {}).get("XDPath") or "",
        cluster_uuid=_property(scheme, "ClusterId"),
        clean_on_boot=scheme.get("CleanOnBoot"),
        image_date=version.date if version else disk.get("Date") or "",
        image_version=version,
        version_history=tuple(_version_history(version, scheme.get("HistoricalImageVersions") or ())),
        warnings=tuple(
            _warnings([*(body.get("Warnings") or []), *(scheme.get("Warnings") or []), scheme.get("Warning")])
        ),
    )


def _assigned(body: Mapping[str, Any] | None) -> AssignedVersion | None:
    """A prepared image that a scheme has or had (contract citrix 8.3)."""
    version = (body or {}).get("ImageVersion") or {}
    if body is None or not version:
        return None
    definition = version.get("ImageDefinition") or {}
    return AssignedVersion(
        VersionName(
            version.get("Id") or "",
            version.get("Number") or 0,
            definition.get("Id") or "",
            definition.get("Name") or "",
        ),
        description=version.get("Description") or "",
        date=body.get("Date") or "",
        note=body.get("ImageAssignmentNote") or "",
        is_available=body.get("IsImageAvailable") is not False,
    )


def _version_history(
    current: AssignedVersion | None, entries: Iterable[Mapping[str, Any]]
) -> Iterable[HistoricalImage]:
    """Whether the current one is among the entries is unknown."""
    if current:
        yield current.as_history("Current")
    for assigned in map(_assigned, entries):
        if assigned and assigned != current:
            yield assigned.as_history("Prepared")


def _warnings(texts: Iterable[Any]) -> list[str]:
    """Warnings of catalog (contract citrix 8.2) and scheme (contract citrix 8.3) in words; a message that both tell is
    there once."""
    return list(dict.fromkeys(_in_words(warning) for warning in texts if warning))


def _in_words(warning: Any) -> str:
    if isinstance(warning, Mapping):
        return str(warning.get("Message") or warning.get("Type"))
    return str(warning)


def _hosting_unit(pool: Mapping[str, Any]) -> HostingUnit | None:
    connection = pool.get("Hypervisor") or {}
    if not pool.get("Id") or not connection.get("Id"):
        return None
    name = pool.get("Name") or ""
    return HostingUnit(
        id=pool["Id"],
        name=name,
        path=pool.get("XDPath") or f"XDHyp:\\HostingUnits\\{name}",
        connection_id=connection["Id"],
        connection=connection.get("Name") or "",
        plugin=connection.get("PluginFactoryName") or "",
    )


def _image(ref: Mapping[str, Any] | None) -> MasterImage | None:
    if not ref or not ref.get("XDPath"):
        return None
    return master_image(ref)


def historical_image(body: Mapping[str, Any]) -> HistoricalImage:
    image = _image(body.get("Image"))
    return HistoricalImage(
        name=image.name if image else "",
        path=image.path if image else "",
        date=body.get("Date") or "",
        status=body.get("ImageStatus") or "",
        note=body.get("MasterImageNote") or "",
    )


def _task_of(job: Job) -> RunningTask:
    return RunningTask(TASK_OF_JOB[job.type], tuple(_told(job.parameters, IMAGE_PARAMETERS)), job.id)


def _told(parameters: Mapping[str, str], names: Iterable[str]) -> list[str]:
    return [parameters[name] for name in names if parameters.get(name)]


def _property(scheme: Mapping[str, Any], name: str) -> str:
    pairs = scheme.get("CustomProperties") or []
    return next((str(pair.get("Value") or "") for pair in pairs if pair.get("Name") == name), "")


def _name(body: Mapping[str, Any], key: str) -> str:
    return (body.get(key) or {}).get("Name") or ""
