# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Audit events and (empty) alerts (contract prism_element 13)."""

from __future__ import annotations

from collections.abc import Iterable

from lab.prism_element.errors import BAD_REQUEST, refusal
from lab.prism_element.routes.lists import chosen, page_by_number
from lab.prism_element.schemas import ALERTS_QUERY, EVENTS_OF_DOMAIN_QUERY, EVENTS_QUERY
from lab.prism_element.state.cluster import Cluster
from lab.prism_element.state.entities import AuditEvent
from lab.prism_element.views.envelopes import prism_envelope
from lab.prism_element.views.event import event_view
from lab.router import Router
from lab.wire import Reply, Request

MOST = 1000
ENTITY_TYPES = frozenset({"protection_domain", "vm", "cluster", "host", "remote_site", "storage_container"})


def add_routes(router: Router, cluster: Cluster) -> None:
    """Make the paths known."""

    @router.route("GET", "/events", section="13", query=EVENTS_QUERY)
    def list_events(request: Request) -> Reply:
        entity_type = request.one("entity_type")
        if entity_type is not None and entity_type not in ENTITY_TYPES:
            raise refusal(404, f"Unrecognized entity type {entity_type}", BAD_REQUEST)
        found = [
            event
            for event in cluster.audit_events
            if chosen(request.query.get("event_ids"), event.id)
            and (entity_type is None or (entity_type == "protection_domain" and event.domain is not None))
            and chosen(request.query.get("entity_ids"), event.domain or "")
        ]
        return _answer(cluster, request, found)

    @router.route("GET", "/protection_domains/{name}/events", section="6.6, 13", query=EVENTS_OF_DOMAIN_QUERY)
    def list_of_domain(request: Request) -> Reply:
        name = cluster.domains.find(request.params["name"]).name
        return _answer(cluster, request, [event for event in cluster.audit_events if event.domain == name])

    @router.route("GET", "/alerts", section="13", query=ALERTS_QUERY)
    def list_alerts(request: Request) -> Reply:
        return _answer(cluster, request, [])

    @router.route("GET", "/protection_domains/{name}/alerts", section="6.6, 13", query=EVENTS_OF_DOMAIN_QUERY)
    def alerts_of_domain(request: Request) -> Reply:
        cluster.domains.find(request.params["name"])
        return _answer(cluster, request, [])


def _answer(cluster: Cluster, request: Request, events: Iterable[AuditEvent]) -> Reply:
    """List events newest first."""
    if (request.number("count") or 0) > MOST:
        raise refusal(422, "Number of alerts/events to retrieve cannot be greater than 1,000", BAD_REQUEST)
    start, end = request.number("start_time_in_usecs") or 0, request.number("end_time_in_usecs")
    found = [
        event
        for event in events
        if event.created_usecs >= start
        and (end is None or event.created_usecs <= end)
        and not request.flag("acknowledged")
    ]
    found.reverse()
    page = [event_view(cluster, event) for event in page_by_number(found, request)]
    return Reply(body=prism_envelope(page, request, len(found)))
