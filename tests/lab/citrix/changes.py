# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Changes from outside, as if another administrator, a user or an accident had made them (POST /lab/objects)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lab.changes import Changes, the_only
from lab.citrix.state import image_update
from lab.citrix.state.entities import Catalog, DiskImage, ImageShare, ImageVersion, Machine
from lab.citrix.state.hosting import template
from lab.citrix.state.image_definitions import another_version
from lab.citrix.state.site import Site
from lab.citrix.topology import CATALOG, DURATIONS, SWITCHES
from lab.citrix.vendor import members
from lab.schema import nullable, required

SOMEBODY_ELSE = "CORP\\another_admin"

IMAGE_ORDER = {"catalog": required(str), "image": required(str), "note": nullable(str), "reboot_minutes": int}
MACHINE = {
    "machine": required(str),
    "power_state": str,
    "registration_state": str,
    "fault_state": str,
    "registers": bool,
    "says_goodbye": bool,
    "functional_level": nullable(str),
    "in_maintenance_mode": bool,
    "maintenance_reason": {"Administrator", "MaxFailedRegistrations"},
    "image_out_of_date": bool,
    "sessions": int,
    "session_user": nullable(str),
    "session_disconnected": bool,
    "hosted_machine_id": nullable(str),
}
CHANGES: Changes[Site] = Changes("A Citrix site", SWITCHES, DURATIONS)


@CHANGES.kind("expire_tokens", {})
def _expire_tokens(site: Site, _payload: Mapping[str, Any]) -> dict[str, Any]:
    return {"expired": site.tokens.expire_all()}


@CHANGES.kind("catalog", CATALOG)
def _add_catalog(site: Site, payload: Mapping[str, Any]) -> dict[str, Any]:
    catalog = site.add_catalog(payload)
    return {"id": catalog.id, "uid": catalog.uid}


@CHANGES.kind(
    "catalog_state",
    {"catalog": required(str), "broken": bool, "errors": [str], "warnings": [str], "scheme_warnings": [str]},
)
def _catalog_state(site: Site, payload: Mapping[str, Any]) -> dict[str, Any]:
    """Let a catalog be broken or warned of (contract citrix 8.2, 8.3)."""
    catalog = _catalog(site, payload)
    for name in payload.keys() - {"catalog"}:
        setattr(catalog, name, payload[name])
    return {"id": catalog.id}


@CHANGES.kind(
    "delivery_group",
    {
        "delivery_group": required(str),
        "in_maintenance_mode": bool,
        "minimum_functional_level": members("FunctionalLevel"),
    },
)
def _delivery_group(site: Site, payload: Mapping[str, Any]) -> dict[str, Any]:
    group = site.delivery_group(payload["delivery_group"])
    if group is None:
        raise ValueError(f"no delivery group is called {payload['delivery_group']!r}")
    group.in_maintenance_mode = payload.get("in_maintenance_mode", group.in_maintenance_mode)
    group.minimum_functional_level = payload.get("minimum_functional_level", group.minimum_functional_level)
    return {"id": group.id}


@CHANGES.kind("delete_catalog", {"catalog": required(str)})
def _delete_catalog(site: Site, payload: Mapping[str, Any]) -> dict[str, Any]:
    catalog = _catalog(site, payload)
    site.remove_catalog(catalog)
    return {"id": catalog.id}


@CHANGES.kind("set_image", IMAGE_ORDER)
def _set_image(site: Site, payload: Mapping[str, Any]) -> dict[str, Any]:
    """Make an image the current one at once, whether the cluster has it or not, as if machines that are on had
    restarted into it."""
    catalog = _catalog(site, payload)
    scheme = catalog.scheme
    if scheme is None:
        raise ValueError(f"{catalog.name} has no provisioning scheme")
    scheme.history.append(scheme.image)
    scheme.image = DiskImage(
        template(scheme.unit, payload["image"], site.inventory.templates(scheme.unit)),
        site.clock.now,
        payload.get("note"),
    )
    for machine in catalog.machines.values():
        if scheme.clean_on_boot and machine.power_state == "On":
            machine.last_deregistration, machine.deregistration_reason = site.clock.now, "AgentShutdown"
    return {"xd_path": scheme.image.resource.xd_path}


@CHANGES.kind("image_update", IMAGE_ORDER)
def _image_update(site: Site, payload: Mapping[str, Any]) -> dict[str, Any]:
    """Let another administrator start an image update."""
    catalog = _catalog(site, payload)
    if catalog.scheme is None:
        raise ValueError(f"{catalog.name} has no provisioning scheme")
    order = {
        "MasterImagePath": template(catalog.scheme.unit, payload["image"]).xd_path,
        "MasterImageNote": payload.get("note"),
        "RebootOptions": {"RebootDuration": payload.get("reboot_minutes", -1)},
    }
    return {"job": image_update.update(site, catalog, order, SOMEBODY_ELSE).id}


@CHANGES.kind(
    "assign_image_version",
    {"catalog": required(str), "definition": required(str), "number": required(int)},
)
def _assign_image_version(site: Site, payload: Mapping[str, Any]) -> dict[str, Any]:
    """Let a catalog be on a version of an image definition (contract citrix 13.7)."""
    catalog, version = _catalog(site, payload), _image_version(site, payload)
    if catalog.scheme is None:
        raise ValueError(f"{catalog.name} has no provisioning scheme")
    scheme = catalog.scheme
    scheme.history.append(scheme.image)
    scheme.image = DiskImage(version.image, site.clock.now, version=version)
    return {"id": version.id}


@CHANGES.kind(
    "image_version",
    {
        "definition": required(str),
        "number": required(int),
        "status": members("ImageVersionStatus"),
        "errors": [str],
        "warnings": [{"type": required(members("ImageVersionSpecWarningType")), "message": required(str)}],
        "description": str,
        "hosting_units": [str],
    },
)
def _image_version_state(site: Site, payload: Mapping[str, Any]) -> dict[str, Any]:
    """Let the preparation of a version have ended badly, or with a warning, or the version be shared (contract citrix
    13.5)."""
    version = _image_version(site, payload)
    version.status = payload.get("status", version.status)
    version.errors = payload.get("errors", version.errors)
    version.description = payload.get("description", version.description)
    version.warnings = [(each["type"], each["message"]) for each in payload.get("warnings", [])]
    if "hosting_units" in payload:
        units = [site.hosting_unit(name) for name in payload["hosting_units"]]
        version.shares = [ImageShare(unit) for unit in units if unit is not None]
    return {"id": version.id}


@CHANGES.kind("new_image_version", {"definition": required(str), "description": str})
def _new_image_version(site: Site, payload: Mapping[str, Any]) -> dict[str, Any]:
    """Let another administrator have made the next version, of the image of the one before."""
    definition = site.image_definition(payload["definition"])
    if definition is None or not definition.versions:
        raise ValueError(f"no image definition {payload['definition']!r} has versions")
    version = another_version(site, definition.versions[-1], payload.get("description", ""))
    return {"id": version.id, "number": version.number}


@CHANGES.kind("machine", MACHINE)
def _machine_state(site: Site, payload: Mapping[str, Any]) -> dict[str, Any]:
    machine = _machine(site, payload)
    for name, value in payload.items():
        if name == "hosted_machine_id":
            site.host(machine, value, machine.hypervisor)
        elif name != "machine":
            setattr(machine, name, value)
    if payload.get("sessions"):
        machine.last_connection = site.clock.now
    return {"id": machine.id}


@CHANGES.kind("add_machine", {"catalog": required(str), "name": required(str)})
def _add_machine(site: Site, payload: Mapping[str, Any]) -> dict[str, Any]:
    machine = site.add_machine(_catalog(site, payload), payload["name"])
    return {"id": machine.id, "name": machine.name}


@CHANGES.kind("delete_machine", {"machine": required(str), "after": float})
def _delete_machine(site: Site, payload: Mapping[str, Any]) -> dict[str, Any]:
    machine = _machine(site, payload)

    def delete() -> None:
        if machine.id in site.machines:
            site.remove_machine(machine)

    if payload.get("after"):
        site.events.after(payload["after"], delete)
    else:
        delete()
    return {"id": machine.id}


@CHANGES.kind("hypervisor", {"hypervisor": required(str), "in_maintenance_mode": bool, "addresses": [str]})
def _hypervisor(site: Site, payload: Mapping[str, Any]) -> dict[str, Any]:
    hypervisor = site.hypervisor(payload["hypervisor"])
    if hypervisor is None:
        raise ValueError(f"no hypervisor is called {payload['hypervisor']!r}")
    hypervisor.in_maintenance_mode = payload.get("in_maintenance_mode", hypervisor.in_maintenance_mode)
    hypervisor.addresses = payload.get("addresses", hypervisor.addresses)
    return {"id": hypervisor.id}


@CHANGES.kind("hosting_unit", {"hosting_unit": required(str), "shares_fail": nullable(str)})
def _hosting_unit(site: Site, payload: Mapping[str, Any]) -> dict[str, Any]:
    """Let no shared image arrive in a hosting unit (contract citrix addition E)."""
    unit = site.hosting_unit(payload["hosting_unit"])
    if unit is None:
        raise ValueError(f"no hosting unit is called {payload['hosting_unit']!r}")
    unit.shares_fail = payload.get("shares_fail")
    return {"id": unit.id}


@CHANGES.kind("delete_hosting_unit", {"hosting_unit": required(str)})
def _delete_hosting_unit(site: Site, payload: Mapping[str, Any]) -> dict[str, Any]:
    """Let another administrator remove a hosting unit. What becomes of images that are shared with it is unknown; here
    those that are on their way fail."""
    unit = site.hosting_unit(payload["hosting_unit"])
    if unit is None:
        raise ValueError(f"no hosting unit is called {payload['hosting_unit']!r}")
    del site.hosting_units[unit.id]
    return {"id": unit.id}


@CHANGES.kind("cloud_image", {"hypervisor": required(str), "image": required(str)})
def _cloud_image(site: Site, payload: Mapping[str, Any]) -> dict[str, Any]:
    """Let somebody make another master image behind a connection that leads to no cluster."""
    hypervisor = site.hypervisor(payload["hypervisor"])
    cloud = site.inventory.cloud(hypervisor) if hypervisor else None
    if cloud is None:
        raise ValueError(f"no connection {payload['hypervisor']!r} has images of its own")
    cloud.add_image(payload["image"])
    return {"image": payload["image"]}


@CHANGES.kind("forget_inventory_cache", {"hosting_unit": required(str)})
def _forget_inventory_cache(site: Site, payload: Mapping[str, Any]) -> dict[str, Any]:
    unit = site.hosting_unit(payload["hosting_unit"])
    if unit is None:
        raise ValueError(f"no hosting unit is called {payload['hosting_unit']!r}")
    site.inventory.forget(unit)
    return {"id": unit.id}


@CHANGES.kind("cancel_job", {"job": required(str)})
def _cancel_job(site: Site, payload: Mapping[str, Any]) -> dict[str, Any]:
    job = site.jobs.of_anybody(payload["job"])
    if job is None or job.done:
        raise ValueError(f"no job {payload['job']!r} is running")
    site.jobs.cancel(job)
    return {"id": job.id}


@CHANGES.kind("forget_job", {"job": required(str)})
def _forget_job(site: Site, payload: Mapping[str, Any]) -> dict[str, Any]:
    job = site.jobs.of_anybody(payload["job"])
    if job is None:
        raise ValueError(f"there is no job {payload['job']!r}")
    site.jobs.forget(job)
    return {"id": job.id}


def _catalog(site: Site, payload: Mapping[str, Any]) -> Catalog:
    catalog: Catalog = the_only(site.catalogs_called(payload["catalog"]), "catalogs", payload["catalog"])
    return catalog


def _image_version(site: Site, payload: Mapping[str, Any]) -> ImageVersion:
    definition = site.image_definition(payload["definition"])
    versions = definition.versions if definition else []
    fitting = [version for version in versions if version.number == payload["number"]]
    version: ImageVersion = the_only(fitting, "versions", f"{payload['definition']} {payload['number']}")
    return version


def _machine(site: Site, payload: Mapping[str, Any]) -> Machine:
    key = payload["machine"]
    machine = site.machine(key) or site.machine(f"{site.domain}\\{key}")
    if machine is None:
        raise ValueError(f"no machine is called {key!r}")
    return machine
