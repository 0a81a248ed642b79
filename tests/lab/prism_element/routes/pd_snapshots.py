# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Snapshots of protection domains, here and as seen through remote sites (contract prism_element 8)."""

from __future__ import annotations

from collections.abc import Iterable

from lab.prism_element.errors import BAD_REQUEST, refusal
from lab.prism_element.routes.lists import page_by_number
from lab.prism_element.schemas import PD_SNAPSHOTS_QUERY
from lab.prism_element.state.cluster import Cluster
from lab.prism_element.state.entities import PdSnapshot, ProtectionDomain, RemoteSite
from lab.prism_element.views.envelopes import prism_envelope
from lab.prism_element.views.pd_snapshot import pd_snapshot_view
from lab.router import Router
from lab.schema import required
from lab.wire import Reply, Request

SNAPSHOTS = "/protection_domains/{name}/dr_snapshots"


def add_routes(router: Router, cluster: Cluster) -> None:
    """Make the paths known."""
    domains, snapshots = cluster.domains, cluster.pd_snapshots
    of_site = {**PD_SNAPSHOTS_QUERY, "full_Details": bool}

    def find(request: Request) -> tuple[ProtectionDomain, PdSnapshot]:
        domain = domains.find(request.params["name"])
        return domain, snapshots.find(domain, request.params["snapshot_id"])

    @router.route("GET", "/protection_domains/dr_snapshots", section="8.1", query=PD_SNAPSHOTS_QUERY)
    def list_all(request: Request) -> Reply:
        return _answer(cluster, request, list(snapshots))

    @router.route("GET", SNAPSHOTS, section="8.1", query={**PD_SNAPSHOTS_QUERY, "oob_schedule_ids": int})
    def list_of_domain(request: Request) -> Reply:
        found = list(domains.find(request.params["name"]).snapshots.values())
        wanted = {int(value) for value in request.query.get("oob_schedule_ids", [])}
        if wanted:
            found = [snapshot for snapshot in found if wanted & set(snapshot.oob_schedule_ids)]
        return _answer(cluster, request, found)

    @router.route("DELETE", f"{SNAPSHOTS}/{{snapshot_id}}", section="8.2")
    def delete(request: Request) -> Reply:
        snapshots.delete(*find(request))
        return Reply(body={"value": True})

    @router.route("POST", f"{SNAPSHOTS}/{{snapshot_id}}/retain", section="8.2", body={"value": required(int)})
    def retain(request: Request) -> Reply:
        value = request.body["value"]
        expiry = value if cluster.behaviour["retain_value"] == "absolute" else cluster.clock.epoch_usecs + value
        snapshots.set_expiry(*find(request), expiry)
        return Reply(body={"value": True})

    @router.route("GET", "/remote_sites/dr_snapshots", section="8.3", query=PD_SNAPSHOTS_QUERY)
    def list_remote(request: Request) -> Reply:
        return _answer_remote(cluster, request, cluster.sites)

    @router.route("GET", "/remote_sites/{name}/dr_snapshots", section="8.3", query=of_site)
    def list_of_site(request: Request) -> Reply:
        return _answer_remote(cluster, request, [cluster.sites.find(request.params["name"])])


def _answer_remote(cluster: Cluster, request: Request, sites: Iterable[RemoteSite]) -> Reply:
    """List what the remote sites hold of this cluster's protection domains."""
    views = []
    for site in sites:
        peer = cluster.sites.peers[site.cluster]
        for domain in cluster.domains:
            for replica in peer.pd_snapshots.replicas_of(cluster.name, domain.name):
                view = pd_snapshot_view(cluster, replica, _detailed(request))
                there = {"snapshot_id": f"{site.name}:{replica.origin_id}", "located_remote_site_name": site.name}
                views.append({**view, **there})
    return Reply(body=prism_envelope(views, request))


def _answer(cluster: Cluster, request: Request, found: list[PdSnapshot]) -> Reply:
    if request.one("filter_criteria"):
        raise refusal(422, "Invalid filter criteria specified.", BAD_REQUEST)
    order = cluster.behaviour["dr_snapshot_order"]
    if order == "shuffled":
        cluster.chance.shuffle(found)
    else:
        found.sort(key=lambda snapshot: snapshot.created_usecs, reverse=order == "newest_first")
    page = page_by_number(found, request)
    views = [pd_snapshot_view(cluster, snapshot, _detailed(request)) for snapshot in page]
    return Reply(body=prism_envelope(views, request, len(found)))


def _detailed(request: Request) -> bool:
    return request.flag("full_details") or request.flag("full_Details")
