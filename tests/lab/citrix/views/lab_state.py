# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What GET /lab/state tells of a site."""

from __future__ import annotations

from typing import Any

from lab.citrix.state.entities import Catalog, ImageVersion, Machine
from lab.citrix.state.jobs import Job
from lab.citrix.state.site import Site


def state_of(site: Site) -> dict[str, Any]:
    """Return everything the site holds, across all administrators."""
    return {
        "site_id": site.id,
        "customer_id": site.customer_id,
        "behaviour": dict(site.behaviour),
        "tokens_issued": site.tokens.issued,
        "refused_logins": site.tokens.refused_logins,
        "zones": [{"id": zone.id, "name": zone.name} for zone in site.zones.values()],
        "hypervisors": [
            {
                "id": hypervisor.id,
                "name": hypervisor.name,
                "cluster": hypervisor.cluster,
                "zone": hypervisor.zone.name,
                "resets": hypervisor.resets,
                "hosting_units": [
                    {
                        "id": unit.id,
                        "name": unit.name,
                        "listed": [resource.name for resource in site.inventory.remembered(unit)],
                    }
                    for unit in site.units_of(hypervisor)
                ],
            }
            for hypervisor in site.hypervisors.values()
        ],
        "image_versions": [
            _image_version(version) for definition in site.image_definitions.values() for version in definition.versions
        ],
        "catalogs": [_catalog(catalog) for catalog in site.catalogs.values()],
        "machines": [_machine(machine) for machine in site.machines.values()],
        "images_left_behind": site.images_left_behind,
        "jobs": [_job(site, job) for job in site.jobs.items.values()],
    }


def _catalog(catalog: Catalog) -> dict[str, Any]:
    scheme = catalog.scheme
    return {
        "id": catalog.id,
        "name": catalog.name,
        "folder": "|".join(catalog.folder),
        "provisioning_type": catalog.provisioning_type,
        "zone": catalog.zone.name,
        "hypervisor": catalog.hypervisor.name if catalog.hypervisor else None,
        "hosting_unit": scheme.unit.name if scheme else None,
        "image": scheme.image.resource.image_name if scheme else None,
        "image_id": scheme.image.resource.id if scheme else None,
        "image_note": scheme.image.note if scheme else None,
        "image_version": str(scheme.image_version) if scheme and scheme.image_version else None,
        "history": [image.resource.image_name for image in scheme.history] if scheme else [],
        "machine_profile": scheme.machine_profile.image_name if scheme and scheme.machine_profile else None,
        "minimum_functional_level": catalog.minimum_functional_level,
        "task": catalog.task.id if catalog.task else None,
        "machines": len(catalog.machines),
    }


def _image_version(version: ImageVersion) -> dict[str, Any]:
    return {
        "id": version.id,
        "name": str(version),
        "description": version.description,
        "status": version.status,
        "hosting_units": {share.unit.name: share.status for share in version.shares},
    }


def _machine(machine: Machine) -> dict[str, Any]:
    return {
        "id": machine.id,
        "name": machine.name,
        "catalog_id": machine.catalog.id,
        "hosted_machine_id": machine.hosted_machine_id,
        "hypervisor": machine.hypervisor.name if machine.hypervisor else None,
        "image": machine.image.resource.image_name if machine.image else None,
        "image_out_of_date": machine.image_out_of_date,
        "power_state": machine.power_state,
        "registration_state": machine.registration_state,
        "scheduled_reboot": machine.scheduled_reboot,
        "in_maintenance_mode": machine.in_maintenance_mode,
        "sessions": machine.sessions,
    }


def _job(site: Site, job: Job) -> dict[str, Any]:
    return {
        "id": job.id,
        "type": job.type,
        "owner": job.owner,
        "status": job.status,
        "percent": job.percent(site.clock.now),
        "phase": job.phase,
        "parameters": dict(job.parameters),
        "created": job.created,
        "started": job.started,
        "ended": job.ended,
        "error_code": job.error_code,
        "error": job.error_text,
    }
