# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Image updates and rollbacks of MCS catalogs: the one provisioning task that a catalog may have (contract citrix 8.4
to 8.6)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from lab.citrix.state import hosting
from lab.citrix.state.entities import Action, Catalog, DiskImage, ImageVersion, NameValue, Resource, Scheme
from lab.citrix.state.jobs import Job, JobFailure
from lab.citrix.state.site import Site
from lab.work import Step

# The phases of the provisioning layer (contract citrix 8.4) and their shares of the time.
PHASES = (
    ("ValidatingInputs", 0.02),
    ("ConsolidatingMasterImage", 0.25),
    ("PreparingMasterImage", 0.38),
    ("ReplicatingMasterImage", 0.30),
    ("CommittingScheme", 0.05),
)


def update(site: Site, catalog: Catalog, order: Mapping[str, Any], owner: str) -> Job:
    """Begin an image update; ``order`` is the request body of $UpdateProvisioningScheme. The path is looked up on the
    cluster when the job runs."""
    scheme = _scheme(catalog)
    path, version = order.get("MasterImagePath"), assigned_version(site, order)
    keep = order.get("StoreOldImage")
    keep = site.behaviour["store_old_image_by_default"] if keep is None else keep

    def commit() -> None:
        if order.get("MinimumFunctionalLevel"):
            catalog.minimum_functional_level = order["MinimumFunctionalLevel"]
        if order.get("CustomProperties"):
            scheme.custom_properties = [(pair["Name"], pair["Value"]) for pair in order["CustomProperties"]]
        if order.get("CustomPropertiesInString"):
            scheme.settings["CustomPropertiesInString"] = order["CustomPropertiesInString"]
        if order.get("MachineAccountCreationRules"):
            rules = {
                key: value
                for key, value in order["MachineAccountCreationRules"].items()
                if value is not None and key != "Domain"
            }
            scheme.settings["MachineAccountCreationRules"] = {
                **scheme.settings.get("MachineAccountCreationRules", {}),
                **rules,
            }
        scheme.cpu_count = order.get("CpuCount") or scheme.cpu_count
        scheme.memory_mb = order.get("MemoryMB") or scheme.memory_mb
        if order.get("MachineProfilePath"):
            scheme.machine_profile = _required(site, scheme, order["MachineProfilePath"])
        if path or version:
            _required_version(version)
            image = DiskImage(
                version.image if version else _required(site, scheme, path or ""),
                site.clock.now,
                _note(site, order) if version else order.get("MasterImageNote"),
                catalog.minimum_functional_level,
                version,
            )
            _publish(site, catalog, image, _stored(site, scheme, image) if keep else scheme.history)
        _reboot(site, catalog, order.get("RebootOptions"))

    return _run(
        site,
        catalog,
        "UpdateMachineCatalogProvisioningScheme",
        "publish",
        path,
        commit,
        owner,
        told=_path_parameters(site, scheme, path),
    )


def rollback(site: Site, catalog: Catalog, reboot_options: Mapping[str, Any], owner: str) -> Job:
    """Begin to go back to the previous stored image, which must still be on the cluster (contract citrix 8.6)."""
    scheme = _scheme(catalog)
    previous = scheme.history[-1]
    path = None if previous.version else previous.resource.xd_path

    def commit() -> None:
        _required_version(previous.version)
        _publish(
            site,
            catalog,
            replace(previous, date=site.clock.now),
            [*(image for image in scheme.history if image is not previous), scheme.image],
        )
        _reboot(site, catalog, reboot_options)

    return _run(site, catalog, "RollbackMachineCatalogProvisioningScheme", "rollback", path, commit, owner)


def assigned_version(site: Site, order: Mapping[str, Any]) -> ImageVersion | None:
    """Return the version of a prepared image that an order names (contract citrix 8.4)."""
    assigned = order.get("AssignImageVersionToProvisioningScheme")
    return site.image_version(assigned["ImageDefinition"], assigned["ImageVersion"]) if assigned else None


def _run(
    site: Site,
    catalog: Catalog,
    job_type: str,
    duration: str,
    path: str | None,
    commit: Any,
    owner: str,
    told: list[NameValue] | None = None,
) -> Job:
    busy = catalog.task is not None
    scheme = _scheme(catalog)

    def validate() -> None:
        if busy:
            raise JobFailure("TaskActive", f"Another provisioning task of {catalog.name} is running.")
        if path:
            _required(site, scheme, path)

    actions = {"ValidatingInputs": validate, "CommittingScheme": commit}
    steps = [Step(name, share * site.durations[duration], actions.get(name, lambda: None)) for name, share in PHASES]
    job = site.jobs.submit(
        job_type,
        owner,
        steps,
        parameters=[("Id", catalog.id), ("Name", catalog.name), *(told or [])],
        concerns=[catalog.id, scheme.unit.id, scheme.unit.hypervisor.id],
    )
    catalog.actions.append(
        Action(site.new_id(), "UpdateImage", job, dict(job.parameters).get("MasterImageXDPath", path))
    )
    if not busy:
        catalog.task = job
        job.when_done.append(lambda _job: setattr(catalog, "task", None))
    return job


def _scheme(catalog: Catalog) -> Scheme:
    if catalog.scheme is None:
        raise ValueError(f"{catalog.name} has no provisioning scheme")
    return catalog.scheme


def _required(site: Site, scheme: Scheme, path: str) -> Resource:
    """Return the template of a path from the live cluster, or fail the job."""
    hypervisor = scheme.unit.hypervisor
    if hypervisor.in_maintenance_mode:
        raise JobFailure("HypervisorInMaintenanceMode", f"The hypervisor {hypervisor.name} is in maintenance mode.")
    if not site.inventory.contactable(hypervisor):
        raise JobFailure("HypervisorNotContactable", f"The hypervisor {hypervisor.name} cannot be contacted.")
    found = hosting.find(scheme.unit, path, site.inventory.templates(scheme.unit))
    if found is None:
        raise JobFailure(
            "PathNotFound",
            f"The path {path} was not found in {scheme.unit.name}.",
            [("ErrorDetails", f"Path: {path}\nHostingUnit: {scheme.unit.name}")],
        )
    return found


def _note(site: Site, order: Mapping[str, Any]) -> str | None:
    note: str | None = order["AssignImageVersionToProvisioningScheme"].get("ImageAssignmentNote")
    return note if site.behaviour["image_assignment_notes"] == "kept" else None


def _required_version(version: ImageVersion | None) -> None:
    if version is not None and version not in version.definition.versions:
        raise JobFailure("PathNotFound", f"Version {version.number} of {version.definition.name} was not found.")


def _stored(site: Site, scheme: Scheme, image: DiskImage) -> list[DiskImage]:
    """The history of a scheme that gets an image. Whether it has a slot for each time an image came or one for each
    image is unknown (contract citrix 8.6)."""
    history = [*scheme.history, scheme.image]
    if site.behaviour["history_slots"] == "each_image":
        return [
            old for old in history if (old.version, old.resource.xd_path) != (image.version, image.resource.xd_path)
        ]
    return history


def _publish(site: Site, catalog: Catalog, image: DiskImage, history: list[DiskImage]) -> None:
    """Make an image the current one. Pooled machines are out of date until they come up again; persistent ones stay as
    they are (contract citrix 8.4)."""
    scheme = _scheme(catalog)
    scheme.image = image
    scheme.history = history
    if not scheme.clean_on_boot:
        return
    for machine in catalog.machines.values():
        if machine.power_state == "Off" and not site.behaviour["off_machines_out_of_date"]:
            machine.image = image
        else:
            machine.image_out_of_date = True


def _reboot(site: Site, catalog: Catalog, options: Mapping[str, Any] | None) -> None:
    """Reboot pooled machines as the options say; by default none is (contract citrix 8.5)."""
    duration = reboot_number(options, "RebootDuration", -1)
    if _scheme(catalog).clean_on_boot and duration >= 0:
        site.power.cycle(catalog.machines.values(), duration, reboot_number(options, "WarningDuration", 0))


def reboot_number(options: Mapping[str, Any] | None, key: str, default: int) -> int:
    """Return a number of the reboot options; null counts as left out."""
    value = (options or {}).get(key)
    return default if value is None else value


def _path_parameters(site: Site, scheme: Scheme, path: str | None) -> list[NameValue]:
    """Return the job parameters that tell the image (contract citrix 5.3)."""
    if not path:
        return []
    found = hosting.find(scheme.unit, path, site.inventory.templates(scheme.unit))
    return [
        ("MasterImageXDPath", found.xd_path if found else path),
        ("MasterImageFullPath", found.full_relative_path if found else ""),
        ("MasterImageRelativePath", found.relative_path if found else ""),
    ]
