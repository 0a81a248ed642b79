# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Snapshots of protection domains, here and as seen through remote sites (contract prism_element 8)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from lab.prism_element.errors import BAD_REQUEST, refusal
from lab.prism_element.state.entities import PdSnapshot, ProtectedVm
from lab.prism_element.views.lists import page_by_number, prism_envelope
from lab.wire import Reply, Request, Router, required

if TYPE_CHECKING:
    from lab.prism_element.state.cluster import PrismElementWorld

QUERY = {"count": int, "filter_criteria": str, "sort_criteria": str, "full_details": bool}


def add_routes(router: Router, world: PrismElementWorld) -> None:
    """Register the paths."""
    recovery = world.dr

    @router.route("GET", "/protection_domains/dr_snapshots", section="8.1", query=QUERY)
    def list_all(request: Request) -> Reply:
        return _answer(
            world, request, [snapshot for domain in recovery.domains.values() for snapshot in domain.snapshots.values()]
        )

    @router.route(
        "GET", "/protection_domains/{name}/dr_snapshots", section="8.1", query={**QUERY, "oob_schedule_ids": int}
    )
    def list_of_domain(request: Request) -> Reply:
        found = list(recovery.domain(request.params["name"]).snapshots.values())
        wanted = {int(value) for value in request.query.get("oob_schedule_ids", [])}
        return _answer(
            world, request, [snapshot for snapshot in found if not wanted or wanted & set(snapshot.oob_schedule_ids)]
        )

    @router.route("DELETE", "/protection_domains/{name}/dr_snapshots/{snapshot_id}", section="8.2")
    def delete(request: Request) -> Reply:
        domain = recovery.domain(request.params["name"])
        recovery.delete_snapshot(domain, recovery.snapshot(domain, request.params["snapshot_id"]))
        return Reply(body={"value": True})

    @router.route(
        "POST",
        "/protection_domains/{name}/dr_snapshots/{snapshot_id}/retain",
        section="8.2",
        body={"value": required(int)},
    )
    def retain(request: Request) -> Reply:
        domain = recovery.domain(request.params["name"])
        value = request.body["value"]
        expiry = value if world.behaviour["retain_value"] == "absolute" else world.clock.epoch_usecs + value
        recovery.set_expiry(domain, recovery.snapshot(domain, request.params["snapshot_id"]), expiry)
        return Reply(body={"value": True})

    @router.route("GET", "/remote_sites/dr_snapshots", section="8.3", query=QUERY)
    def list_remote(request: Request) -> Reply:
        return _answer_remote(world, request, list(recovery.sites))

    @router.route("GET", "/remote_sites/{name}/dr_snapshots", section="8.3", query={**QUERY, "full_Details": bool})
    def list_of_site(request: Request) -> Reply:
        if request.params["name"] not in recovery.sites:
            raise world.not_found("Remote site", request.params["name"])
        return _answer_remote(world, request, [request.params["name"]])


def _answer_remote(world: PrismElementWorld, request: Request, sites: Sequence[str]) -> Reply:
    """List what the remote sites hold of this cluster's protection domains."""
    dtos = []
    for name in sites:
        peer = world.peers[world.dr.sites[name].cluster].dr
        for domain in world.dr.domains:
            for snapshot in peer.replicas_of(world.name, domain):
                dtos.append(
                    {
                        **snapshot_dto(world, snapshot, _detailed(request)),
                        "snapshot_id": f"{name}:{snapshot.origin_id}",
                        "located_remote_site_name": name,
                    }
                )
    return Reply(body=prism_envelope(dtos, request))


def _answer(world: PrismElementWorld, request: Request, found: list[PdSnapshot]) -> Reply:
    if request.one("filter_criteria"):
        raise refusal(422, "Invalid filter criteria specified.", BAD_REQUEST)
    order = world.behaviour["dr_snapshot_order"]
    if order == "shuffled":
        world.chance.shuffle(found)
    else:
        found.sort(key=lambda snapshot: snapshot.created_usecs, reverse=order == "newest_first")
    page = page_by_number(found, request)
    return Reply(
        body=prism_envelope(
            [snapshot_dto(world, snapshot, _detailed(request)) for snapshot in page], request, len(found)
        )
    )


def _detailed(request: Request) -> bool:
    return request.flag("full_details") or request.flag("full_Details")


def snapshot_dto(world: PrismElementWorld, snapshot: PdSnapshot, detailed: bool) -> dict[str, Any]:
    """Return a snapshot of a protection domain as the wire spells it; ``vm_files`` come with full details only."""
    empty: list[Any] | None = None if world.behaviour["null_lists"] else []
    vms = [member_dto(member, detailed) for member in snapshot.vms]
    return {
        "snapshot_id": snapshot.id,
        "snapshot_uuid": snapshot.uuid,
        "protection_domain_name": snapshot.domain,
        "snapshot_create_time_usecs": snapshot.created_usecs,
        "snapshot_expiry_time_usecs": snapshot.expiry_usecs,
        "oob_schedule_ids": list(snapshot.oob_schedule_ids),
        "state": snapshot.state,
        "consistency_groups": list(dict.fromkeys(member.consistency_group for member in snapshot.vms)),
        "vms": vms or empty,
        "nfs_files": empty,
        "volume_groups": empty,
        "missing_entities": [{"entity_name": name, "entity_type": "VM", "cg_name": name} for name in snapshot.missing],
        "located_remote_site_name": None,
        "remote_site_names": list(snapshot.remote_sites),
        "size_in_bytes": snapshot.size,
        "exclusive_usage_in_bytes": snapshot.size // 20,
    }


def member_dto(member: ProtectedVm, detailed: bool, remote_site: str | None = None) -> dict[str, Any]:
    """Return a VM of a protection domain or of one of its snapshots (contract prism_element 6.1); ``remote_site``:
    where it would be recovered."""
    obstacles = (
        [{"reason": member.blocked_by, "cerebro_error": None, "remote_site": remote_site}]
        if member.blocked_by is not None
        else []
    )
    return {
        "vm_handle": member.handle,
        "vm_id": member.vm_uuid,
        "vm_name": member.name,
        "vm_power_state_on_recovery": member.power_on_recovery,
        "consistency_group": member.consistency_group,
        "app_consistent_snapshots": member.app_consistent,
        "vm_recoverability": obstacles,
        "vm_files": list(member.vm_files) if detailed else [],
        "related_entity_uuids": [],
    }
