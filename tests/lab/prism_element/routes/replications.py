# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Replications under way (contract prism_element 9)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from lab.prism_element.routes.lists import chosen
from lab.prism_element.schemas import CONTROL_REPLICATION, REPLICATIONS_QUERY
from lab.prism_element.state.cluster import Cluster
from lab.prism_element.state.entities import Replication
from lab.prism_element.views.envelopes import prism_envelope
from lab.prism_element.views.pd_snapshot import pd_snapshot_view
from lab.prism_element.views.replication import replication_view
from lab.router import Router
from lab.wire import Reply, Request

Test = Callable[[Replication], bool]
OF_DOMAIN = "/protection_domains/{name}/replications"


def add_routes(router: Router, cluster: Cluster) -> None:
    """Make the paths known."""
    domains, transfers = cluster.domains, cluster.transfers

    def of_domain(request: Request) -> Test:
        name = domains.find(request.params["name"]).name
        return lambda item: item.domain == name

    def of_cluster(request: Request) -> Test:
        names, sites = request.query.get("protection_domain_names"), request.query.get("remote_site_names")
        return lambda item: chosen(names, item.domain) and chosen(sites, item.site)

    def find(request: Request) -> Replication:
        for item in transfers.of(domains.find(request.params["name"]).name):
            if str(item.id) == request.params["id"]:
                return item
        raise cluster.errors.not_found("Replication", request.params["id"])

    @router.route("GET", OF_DOMAIN, section="9.1")
    def list_of_domain(request: Request) -> Reply:
        concerns = of_domain(request)
        return Reply(body=prism_envelope([*_sent(cluster, concerns), *_received(cluster, concerns)], request))

    @router.route("GET", "/protection_domains/replications", section="9.1", query=REPLICATIONS_QUERY)
    def list_all(request: Request) -> Reply:
        concerns = of_cluster(request)
        received = [] if request.query.get("remote_site_names") else _received(cluster, concerns)
        return Reply(body=prism_envelope([*_sent(cluster, concerns), *received], request))

    @router.route("GET", "/protection_domains/{name}/pending_replications", section="9.2")
    def pending_of_domain(request: Request) -> Reply:
        return Reply(body=_pending(cluster, of_domain(request)))

    @router.route("GET", "/protection_domains/pending_replications", section="9.2", query=REPLICATIONS_QUERY)
    def all_pending(request: Request) -> Reply:
        return Reply(body=_pending(cluster, of_cluster(request)))

    @router.route("PUT", f"{OF_DOMAIN}/{{id}}", section="9.1", body=CONTROL_REPLICATION)
    def control(request: Request) -> Reply:
        item = find(request)
        if request.body["value"] == "abort":
            transfers.abort(item)
        else:
            transfers.pause(item, request.body["value"] == "pause")
        return Reply(body={"value": True})

    @router.route("DELETE", f"{OF_DOMAIN}/{{id}}", section="9.1")
    def abort(request: Request) -> Reply:
        transfers.abort(find(request))
        return Reply(body={"value": True})


def _started(items: Iterable[Replication], concerns: Test) -> list[Replication]:
    return [item for item in items if item.started_usecs is not None and concerns(item)]


def _sent(cluster: Cluster, concerns: Test) -> list[dict[str, Any]]:
    items = _started(cluster.transfers.items.values(), concerns)
    return [replication_view(cluster.transfers, item, item.site, item.snapshot.id, sent=True) for item in items]


def _received(cluster: Cluster, concerns: Test) -> list[dict[str, Any]]:
    views = []
    for peer in cluster.sites.peers.values():
        label = cluster.sites.label_of(peer.name)
        for item in _started(peer.transfers.items.values(), concerns):
            if peer.sites.find(item.site).cluster == cluster.name:
                snapshot_id = f"{label}:{item.snapshot.origin_id}"
                views.append(replication_view(peer.transfers, item, label, snapshot_id, sent=False))
    return views


def _pending(cluster: Cluster, concerns: Test) -> list[dict[str, Any]]:
    return [
        {
            "protection_domain_name": item.domain,
            "remote_site_name": item.site,
            "snapshot": pd_snapshot_view(cluster, item.snapshot, detailed=False),
        }
        for item in cluster.transfers.items.values()
        if item.started_usecs is None and concerns(item)
    ]
