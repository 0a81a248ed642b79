# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Changes from outside, as if another administrator, a user or an accident had made them (POST /lab/objects)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from lab.citrix.state import image_update
from lab.citrix.state.entities import Catalog, DiskImage, Machine
from lab.citrix.state.hosting import template
from lab.citrix.state.site import Site
from lab.citrix.topology import BEHAVIOUR_SCHEMA, CATALOG
from lab.citrix.vendor import members
from lab.wire import nullable, problem_with, required

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
SHAPES: dict[str, Any] = {
    "behaviour": BEHAVIOUR_SCHEMA,
    "expire_tokens": {},
    "catalog": CATALOG,
    "catalog_state": {
        "catalog": required(str),
        "broken": bool,
        "errors": [str],
        "warnings": [str],
        "scheme_warnings": [str],
    },
    "delivery_group": {
        "delivery_group": required(str),
        "in_maintenance_mode": bool,
        "minimum_functional_level": members("FunctionalLevel"),
    },
    "delete_catalog": {"catalog": required(str)},
    "set_image": IMAGE_ORDER,
    "image_update": IMAGE_ORDER,
    "machine": MACHINE,
    "add_machine": {"catalog": required(str), "name": required(str)},
    "delete_machine": {"machine": required(str), "after": float},
    "hypervisor": {"hypervisor": required(str), "in_maintenance_mode": bool, "addresses": [str]},
    "forget_inventory_cache": {"hosting_unit": required(str)},
    "cancel_job": {"job": required(str)},
    "forget_job": {"job": required(str)},
}


def change_site(site: Site, kind: str, payload: Mapping[str, Any]) -> dict[str, Any]:
    """Carry out one change and tell what it made. ValueError says what is wrong with the order."""
    if kind not in SHAPES:
        raise ValueError(
            f"a Citrix site knows no change of kind {kind!r}, only {', '.join(sorted(SHAPES))} and reachable"
        )
    problem = problem_with(payload, SHAPES[kind], kind)
    if problem:
        raise ValueError(problem)
    return _CHANGES[kind](site, payload)


def _behaviour(site: Site, payload: Mapping[str, Any]) -> dict[str, Any]:
    site.behaviour.update(payload)
    return dict(payload)


def _expire_tokens(site: Site, _payload: Mapping[str, Any]) -> dict[str, Any]:
    return {"expired": site.tokens.expire_all()}


def _add_catalog(site: Site, payload: Mapping[str, Any]) -> dict[str, Any]:
    catalog = site.add_catalog(payload)
    return {"id": catalog.id, "uid": catalog.uid}


def _catalog_state(site: Site, payload: Mapping[str, Any]) -> dict[str, Any]:
    """Let a catalog be broken or warned of (contract citrix 8.2, 8.3)."""
    catalog = _catalog(site, payload)
    for name in payload.keys() - {"catalog"}:
        setattr(catalog, name, payload[name])
    return {"id": catalog.id}


def _delivery_group(site: Site, payload: Mapping[str, Any]) -> dict[str, Any]:
    group = site.delivery_group(payload["delivery_group"])
    if group is None:
        raise ValueError(f"no delivery group is called {payload['delivery_group']!r}")
    group.in_maintenance_mode = payload.get("in_maintenance_mode", group.in_maintenance_mode)
    group.minimum_functional_level = payload.get("minimum_functional_level", group.minimum_functional_level)
    return {"id": group.id}


def _delete_catalog(site: Site, payload: Mapping[str, Any]) -> dict[str, Any]:
    catalog = _catalog(site, payload)
    site.remove_catalog(catalog)
    return {"id": catalog.id}


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


def _add_machine(site: Site, payload: Mapping[str, Any]) -> dict[str, Any]:
    machine = site.add_machine(_catalog(site, payload), payload["name"])
    return {"id": machine.id, "name": machine.name}


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


def _hypervisor(site: Site, payload: Mapping[str, Any]) -> dict[str, Any]:
    hypervisor = site.hypervisor(payload["hypervisor"])
    if hypervisor is None:
        raise ValueError(f"no hypervisor is called {payload['hypervisor']!r}")
    hypervisor.in_maintenance_mode = payload.get("in_maintenance_mode", hypervisor.in_maintenance_mode)
    hypervisor.addresses = payload.get("addresses", hypervisor.addresses)
    return {"id": hypervisor.id}


def _forget_inventory_cache(site: Site, payload: Mapping[str, Any]) -> dict[str, Any]:
    unit = site.hosting_unit(payload["hosting_unit"])
    if unit is None:
        raise ValueError(f"no hosting unit is called {payload['hosting_unit']!r}")
    site.inventory.forget(unit)
    return {"id": unit.id}


def _cancel_job(site: Site, payload: Mapping[str, Any]) -> dict[str, Any]:
    job = site.jobs.of_anybody(payload["job"])
    if job is None or job.done:
        raise ValueError(f"no job {payload['job']!r} is running")
    site.jobs.cancel(job)
    return {"id": job.id}


def _forget_job(site: Site, payload: Mapping[str, Any]) -> dict[str, Any]:
    job = site.jobs.of_anybody(payload["job"])
    if job is None:
        raise ValueError(f"there is no job {payload['job']!r}")
    site.jobs.forget(job)
    return {"id": job.id}


def _catalog(site: Site, payload: Mapping[str, Any]) -> Catalog:
    found = site.catalogs_called(payload["catalog"])
    if len(found) != 1:
        raise ValueError(f"{len(found)} catalogs are called {payload['catalog']!r}")
    return found[0]


def _machine(site: Site, payload: Mapping[str, Any]) -> Machine:
    key = payload["machine"]
    machine = site.machine(key) or site.machine(f"{site.domain}\\{key}")
    if machine is None:
        raise ValueError(f"no machine is called {key!r}")
    return machine


_CHANGES: dict[str, Callable[[Site, Mapping[str, Any]], dict[str, Any]]] = {
    "behaviour": _behaviour,
    "expire_tokens": _expire_tokens,
    "catalog": _add_catalog,
    "catalog_state": _catalog_state,
    "delivery_group": _delivery_group,
    "delete_catalog": _delete_catalog,
    "set_image": _set_image,
    "image_update": _image_update,
    "machine": _machine_state,
    "add_machine": _add_machine,
    "delete_machine": _delete_machine,
    "hypervisor": _hypervisor,
    "forget_inventory_cache": _forget_inventory_cache,
    "cancel_job": _cancel_job,
    "forget_job": _forget_job,
}
