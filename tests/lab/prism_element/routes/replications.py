# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Replications under way and what they left behind (contract prism_element 9)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from lab.prism_element.routes.dr_snapshots import snapshot_dto
from lab.prism_element.state.entities import ProtectionDomain, Replication
from lab.prism_element.views.lists import chosen, prism_envelope
from lab.wire import Reply, Request, Router, required

if TYPE_CHECKING:
    from lab.prism_element.state.cluster import PrismElementWorld

WIDE = {"protection_domain_names": str, "remote_site_names": str}


def add_routes(router: Router, world: PrismElementWorld) -> None:
    """Register the paths."""
    recovery = world.dr

    def of_domain(request: Request, started: bool) -> list[Replication]:
        name = recovery.domain(request.params["name"]).name
        return [
            item
            for item in recovery.transfers.items.values()
            if item.domain == name and (item.started_usecs is not None) is started
        ]

    def of_cluster(request: Request, started: bool) -> list[Replication]:
        domains, sites = request.query.get("protection_domain_names"), request.query.get("remote_site_names")
        return [
            item
            for item in recovery.transfers.items.values()
            if (item.started_usecs is not None) is started and chosen(domains, item.domain) and chosen(sites, item.site)
        ]

    def find(request: Request) -> Replication:
        domain = recovery.domain(request.params["name"])
        for item in recovery.transfers.items.values():
            if item.domain == domain.name and str(item.id) == request.params["id"]:
                return item
        raise world.not_found("Replication", request.params["id"])

    @router.route("GET", "/protection_domains/{name}/replications", section="9.1")
    def list_of_domain(request: Request) -> Reply:
        name = recovery.domain(request.params["name"]).name
        return Reply(
            body=prism_envelope(
                _sent_and_received(world, of_domain(request, True), lambda item: item.domain == name), request
            )
        )

    @router.route("GET", "/protection_domains/replications", section="9.1", query=WIDE)
    def list_all(request: Request) -> Reply:
        names = request.query.get("protection_domain_names")
        sites = request.query.get("remote_site_names")
        found = _sent_and_received(
            world, of_cluster(request, True), lambda item: sites is None and chosen(names, item.domain)
        )
        return Reply(body=prism_envelope(found, request))

    @router.route("GET", "/protection_domains/{name}/pending_replications", section="9.2")
    def pending_of_domain(request: Request) -> Reply:
        return Reply(body=_pending_dtos(world, of_domain(request, False)))

    @router.route("GET", "/protection_domains/pending_replications", section="9.2", query=WIDE)
    def all_pending(request: Request) -> Reply:
        return Reply(body=_pending_dtos(world, of_cluster(request, False)))

    @router.route(
        "PUT",
        "/protection_domains/{name}/replications/{id}",
        section="9.1",
        body={"value": required({"pause", "resume", "abort"})},
    )
    def control(request: Request) -> Reply:
        item = find(request)
        if request.body["value"] == "abort":
            recovery.transfers.abort(item)
        else:
            recovery.transfers.pause(item, request.body["value"] == "pause")
        return Reply(body={"value": True})

    @router.route("DELETE", "/protection_domains/{name}/replications/{id}", section="9.1")
    def abort(request: Request) -> Reply:
        recovery.transfers.abort(find(request))
        return Reply(body={"value": True})


def _sent_and_received(world: PrismElementWorld, sent: Sequence[Replication], concerns: Any) -> list[dict[str, Any]]:
    dtos = [_replication_dto(world, item, item.site, item.snapshot.id, True) for item in sent]
    for peer in world.peers.values():
        for item in peer.dr.transfers.items.values():
            if item.started_usecs is not None and peer.dr.sites[item.site].cluster == world.name and concerns(item):
                label = world.dr.label_of(peer.name)
                dtos.append(_replication_dto(peer, item, label, f"{label}:{item.snapshot.origin_id}", False))
    return dtos


def _replication_dto(
    world: PrismElementWorld, item: Replication, site: str, snapshot_id: str, sender: bool
) -> dict[str, Any]:
    done = world.dr.transfers.done_bytes(item)
    return {
        "id": item.id,
        "protection_domain_name": item.domain,
        "remote_site_name": site,
        "snapshot_id": snapshot_id,
        "completed_bytes": done,
        "completed_percentage": round(100 * done / item.total, 2) if item.total else 100.0,
        "replication_time_to_complete_secs": world.dr.transfers.remaining_seconds(item),
        "start_replication_time_usecs": item.started_usecs,
        "paused": item.paused,
        "aborted": False,
        "sender": sender,
    }


def _pending_dtos(world: PrismElementWorld, items: Sequence[Replication]) -> list[dict[str, Any]]:
    return [
        {
            "protection_domain_name": item.domain,
            "remote_site_name": item.site,
            "snapshot": snapshot_dto(world, item.snapshot, False),
        }
        for item in items
    ]


def link_dtos(world: PrismElementWorld, domain: ProtectionDomain, site: str | None = None) -> list[dict[str, Any]]:
    """Return what a protection domain has sent and is sending to its remote sites, or to one of them (contract
    prism_element 9.3)."""
    dtos = []
    for name, link in domain.links.items():
        if site is not None and name != site:
            continue
        current = next(
            (
                item
                for item in world.dr.transfers.items.values()
                if item.domain == domain.name and item.site == name and item.started_usecs is not None
            ),
            None,
        )
        dtos.append(
            {
                "id": link.id,
                "protection_domain_name": domain.name,
                "remote_site_name": name,
                "current_replicating_snapshot_id": current.snapshot.id if current else None,
                "current_replicating_snapshot_total_bytes": current.total if current else None,
                "current_replicating_snapshot_transmitted_bytes": world.dr.transfers.done_bytes(current)
                if current
                else None,
                "last_replication_start_time_in_usecs": link.last_start_usecs,
                "last_replication_end_time_in_usecs": link.last_end_usecs,
                "last_successful_replication_snapshot_id": link.last_snapshot_id,
                "stats": {},
            }
        )
    return dtos
