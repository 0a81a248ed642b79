# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Versions of image definitions: preparing them, sharing them, taking them away (contract citrix 13.4 to 13.8)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lab.citrix.state import hosting
from lab.citrix.state.entities import HostingUnit, ImageDefinition, ImageShare, ImageVersion, NameValue, Resource
from lab.citrix.state.jobs import WORKED, Job, JobFailure
from lab.citrix.state.site import Site
from lab.work import Step

# contract citrix 13.9, addition A
KINDS = frozenset({"AzureRM", "VCenter", "AWS", "AmazonWorkSpacesCore", "OpenShift", "XenServer"})
PLUGINS = frozenset({"AcropolisPCFactory", "AcropolisHypervisorPCFactory"})
SCHEME_KEYS = {"CpuCount": "CpuCount", "MemoryMB": "MemoryMB", "ServiceOfferingPath": "ServiceOffering"}


def named_values(entries: list[dict[str, Any]] | None) -> list[NameValue]:
    """Return the pairs of a list of {Name, Value}."""
    return [(entry.get("Name") or "", entry.get("Value") or "") for entry in entries or []]


def create(site: Site, definition: ImageDefinition, order: Mapping[str, Any]) -> tuple[ImageVersion, Job]:
    """Begin to prepare a new version; ``order`` is the body of the request. It is there at once, and stays when its
    preparation fails (contract citrix 13.4)."""
    unit = _unit(site, order)
    definition.latest += 1
    version = ImageVersion(
        id=site.new_id(),
        number=definition.latest,
        definition=definition,
        image=_named(unit, order["MasterImagePath"]),
        machine_profile=None,
        spec_ids=(site.new_id(), site.new_id()),
        scheme_id=site.new_id(),
        made=site.clock.now,
        shares=[ImageShare(unit)],
    )
    definition.versions.append(version)
    return version, prepare(site, version, order, "CreateImageVersion")


def prepare(site: Site, version: ImageVersion, order: Mapping[str, Any], job_type: str) -> Job:
    """Begin to prepare a version, for the first time or again (contract citrix 13.4)."""
    unit = _unit(site, order)
    scheme = order["ImageScheme"]
    version.shares = [ImageShare(unit, "InProgress")]
    version.status, version.errors, version.warnings = "InProgress", [], []
    version.description = order.get("Description") or ""
    version.scheme = {name: scheme[key] for key, name in SCHEME_KEYS.items() if scheme.get(key)}
    version.scheme["CustomProperties"] = [
        {"Name": name, "Value": value} for name, value in named_values(scheme.get("CustomProperties"))
    ]

    def validate() -> None:
        version.image = _required(site, unit, order["MasterImagePath"])
        if scheme.get("MachineProfile"):
            version.machine_profile = _required(site, unit, scheme["MachineProfile"])
        elif unit.hypervisor.connection_type == "AmazonWorkSpacesCore":  # contract citrix addition A
            raise JobFailure("InvalidArgument", "A machine profile is required.")

    def ended(job: Job) -> None:
        status = "Success" if job.status in WORKED else "Failed"
        version.status = version.shares[0].status = status
        version.errors = [job.error_text or "The preparation failed."] if status == "Failed" else []

    job = site.jobs.submit(
        job_type,
        site.principal,
        [Step("ValidatingInputs", 1, validate), Step("Preparing", site.durations["image_preparation"])],
        parameters=[("Id", version.id)],
        concerns=[version.id, unit.id, unit.hypervisor.id],
    )
    version.task = job
    job.when_done.append(ended)
    return job


def share(site: Site, version: ImageVersion, wanted: list[tuple[HostingUnit, list[NameValue]]]) -> Job:
    """Begin to let exactly these hosting units have a version. The state of each is its own and settles after the job,
    which is good whatever became of them (contract citrix 13.6, addition E)."""
    units = [unit for unit, _properties in wanted]
    if site.behaviour["unshare_by_omission"]:
        for gone in [each for each in version.shares if each.unit not in units]:
            _leave(site, version, gone)
    before = [each.unit for each in version.shares]
    failed = [each for each in version.shares if each.unit in units and each.status == "Failed"]
    for each in failed:
        each.status, each.errors = "InProgress", []
    added = [ImageShare(unit, "InProgress", [], properties) for unit, properties in wanted if unit not in before]
    version.shares += added

    def settle() -> None:
        for each in [*added, *failed]:
            gone = each.unit.id not in site.hosting_units
            problem = "The hosting unit was removed." if gone else each.unit.shares_fail
            each.status, each.errors = ("Failed", [problem]) if problem else ("Success", [])

    def finish() -> None:
        site.events.after(site.durations["image_share_settling"], settle)

    version.task = site.jobs.submit(
        "UpdateImageVersionResourcePools",
        site.principal,
        [Step("Sharing", site.durations["image_share"], finish)],
        parameters=[("Id", version.id)],
        concerns=[version.id, *(unit.id for unit in units)],
    )
    return version.task


def _leave(site: Site, version: ImageVersion, gone: ImageShare) -> None:
    gone.status = "Deleting"

    def leave() -> None:
        if gone in version.shares:
            version.shares.remove(gone)

    site.events.after(site.durations["image_share"], leave)


def _unit(site: Site, order: Mapping[str, Any]) -> HostingUnit:
    return site.errors.required(site.hosting_unit(order["ResourcePool"]), "HostingUnit", order["ResourcePool"])


def _named(unit: HostingUnit, path: str) -> Resource:
    """Return what a path names, whether it is there or not."""
    rest = path.replace("/", "\\").removeprefix(unit.xd_path + "\\")
    folder, _slash, full_name = rest.rpartition("\\")
    name, _dot, kind = full_name.rpartition(".")
    return Resource("", name, kind, unit, folder.replace("\\", "/"))


def _required(site: Site, unit: HostingUnit, path: str) -> Resource:
    found = hosting.find(unit, path, site.inventory.live(unit))
    if found is None:
        raise JobFailure("PathNotFound", f"The path {path} was not found in {unit.name}.")
    return found
