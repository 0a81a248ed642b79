# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read protection domains: members, remote sites, schedules, snapshots and what is being replicated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.marking import retention_of
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.naming import origin_id
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.protection import Member, PdSnapshot
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.timestamps import iso_utc
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.operation import Operation, Run
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.prism_element.client import CONNECTION_ARGUMENTS, PrismElement
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.prism_element.pd_snapshots import list_pd_snapshots
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.prism_element.protection_domains import (
    ProtectionDomain,
    find_protection_domain,
    list_protection_domains,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.prism_element.remote_sites import RemoteSite, list_remote_sites
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.prism_element.replications import list_queued, list_replications
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.prism_element.restores import last_restore_usecs, list_pending_restores

ARGUMENTS = {
    **CONNECTION_ARGUMENTS,
    "name": {"type": "str"},
    "snapshots": {"type": "bool", "default": True},
    "restores": {"type": "bool", "default": False},
}


def perform(run: Run) -> dict[str, Any]:
    client = PrismElement.connect(run.params)
    found = _observe(client, run.params["name"])
    sites = list_remote_sites(client) if found else []
    return {"changed": False, "protection_domains": [_shown(client, domain, sites, run.params) for domain in found]}


def _observe(client: PrismElement, name: str | None) -> list[ProtectionDomain]:
    if not name:
        return list_protection_domains(client)
    domain = find_protection_domain(client, name)
    return [domain] if domain else []


def _shown(client: PrismElement, domain: ProtectionDomain, sites: list[RemoteSite], params: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": domain.name,
        "active": domain.active,
        "metro": domain.metro,
        "members": [asdict(member) for member in domain.members],
        "remote_sites": _sites(domain, sites),
        "schedules": [asdict(schedule) for schedule in domain.schedules],
        "next_snapshot": iso_utc(domain.next_snapshot_usecs),
        "replications": [asdict(replication) for replication in list_replications(client, domain.name, domain.links)],
        "pending_replications": [asdict(waiting) for waiting in list_queued(client, domain.name)],
        **({"snapshots": [_snapshot(snapshot) for snapshot in list_pd_snapshots(client, domain.name)]} if params["snapshots"] else {}),
        **(_restores(client, domain.name) if params["restores"] else {}),
    }


def _restores(client: PrismElement, protection_domain: str) -> dict[str, Any]:
    return {
        "restoring": [pending.snapshot_id for pending in list_pending_restores(client, protection_domain)],
        "last_restore": iso_utc(last_restore_usecs(client, protection_domain)),
    }


def _sites(domain: ProtectionDomain, sites: list[RemoteSite]) -> list[dict[str, Any]]:
    """Every site of the cluster once, however many addresses it has, and those of the schedules even when the cluster does not list them."""
    unlisted = [RemoteSite(name=name, status="", addresses=()) for name in domain.scheduled_sites if name not in {site.name for site in sites}]
    return [
        {"name": site.name, "status": site.status, "addresses": list(site.addresses), "scheduled": site.name in domain.scheduled_sites}
        for site in (*sites, *unlisted)
    ]


def _snapshot(snapshot: PdSnapshot) -> dict[str, Any]:
    return {
        "id": snapshot.snapshot_id,
        "origin_id": origin_id(snapshot.snapshot_id),
        "created": iso_utc(snapshot.created_usecs),
        "expires": iso_utc(snapshot.expiry_usecs),
        "retention": retention_of(snapshot.created_usecs, snapshot.expiry_usecs) if snapshot.expiry_usecs else None,
        "state": snapshot.state,
        "vms": [_vm(member) for member in snapshot.members],
        "oob": bool(snapshot.oob_schedule_ids),
    }


def _vm(member: Member) -> dict[str, str]:
    return {"vm_name": member.vm_name, "vm_uuid": member.vm_uuid}


OPERATION = Operation(arguments=ARGUMENTS, perform=perform)
