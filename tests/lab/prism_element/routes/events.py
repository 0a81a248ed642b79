# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Audit events and (empty) alerts (contract prism_element 13)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from lab.prism_element.errors import BAD_REQUEST, refusal
from lab.prism_element.state.entities import AuditEvent
from lab.prism_element.views.lists import chosen, page_by_number, prism_envelope
from lab.wire import Reply, Request, Router

if TYPE_CHECKING:
    from lab.prism_element.state.cluster import PrismElementWorld

MOST = 1000
QUERY = {"start_time_in_usecs": int, "end_time_in_usecs": int, "count": int, "acknowledged": bool, "page": int}
WIDE = {**QUERY, "entity_type": str, "entity_ids": str, "event_ids": str, "detailed_info": bool}
ALERTS = {
    **QUERY,
    "entity_type": str,
    "entity_ids": str,
    "detailed_info": bool,
    "resolved": bool,
    "auto_resolved": bool,
    "severity": str,
    "alert_type_uuid": str,
    "impact_types": str,
    "classification": str,
    "alert_ids": str,
    "get_causes": bool,
}
ENTITY_TYPES = frozenset({"protection_domain", "vm", "cluster", "host", "remote_site", "storage_container"})


def add_routes(router: Router, world: PrismElementWorld) -> None:
    """Register the paths."""

    @router.route("GET", "/events", section="13", query=WIDE)
    def list_events(request: Request) -> Reply:
        entity_type = request.one("entity_type")
        if entity_type is not None and entity_type not in ENTITY_TYPES:
            raise refusal(404, f"Unrecognized entity type {entity_type}", BAD_REQUEST)
        found = [
            event
            for event in world.audit_events
            if chosen(request.query.get("event_ids"), event.id)
            and (entity_type is None or (entity_type == "protection_domain" and event.domain is not None))
            and chosen(request.query.get("entity_ids"), event.domain or "")
        ]
        return _answer(world, request, found)

    @router.route("GET", "/protection_domains/{name}/events", section="6.6, 13", query=QUERY)
    def list_of_domain(request: Request) -> Reply:
        name = world.dr.domain(request.params["name"]).name
        return _answer(world, request, [event for event in world.audit_events if event.domain == name])

    @router.route("GET", "/alerts", section="13", query=ALERTS)
    def list_alerts(request: Request) -> Reply:
        return _answer(world, request, [])

    @router.route("GET", "/protection_domains/{name}/alerts", section="6.6, 13", query=QUERY)
    def alerts_of_domain(request: Request) -> Reply:
        world.dr.domain(request.params["name"])
        return _answer(world, request, [])


def _answer(world: PrismElementWorld, request: Request, events: Iterable[AuditEvent]) -> Reply:
    """List events newest first."""
    if (request.number("count") or 0) > MOST:
        raise refusal(422, "Number of alerts/events to retrieve cannot be greater than 1,000", BAD_REQUEST)
    start, end = request.number("start_time_in_usecs", 0) or 0, request.number("end_time_in_usecs")
    found = [
        event
        for event in events
        if event.created_usecs >= start
        and (end is None or event.created_usecs <= end)
        and not request.flag("acknowledged")
    ]
    found.reverse()
    page = page_by_number(found, request)
    return Reply(body=prism_envelope([_event_dto(world, event) for event in page], request, len(found)))


def _event_dto(world: PrismElementWorld, event: AuditEvent) -> dict[str, Any]:
    text = event.template
    if world.behaviour["event_message"] == "text":
        for name, value in event.context:
            text = text.replace(f"{{{name}}}", value)
    domain = {
        "entity_type": "protection_domain",
        "entity_name": event.domain,
        "entity_type_display_name": "Protection Domain",
        "id": event.domain,
        "uuid": None,
    }
    return {
        "id": event.id,
        "alert_type_uuid": event.type,
        "alert_title": event.type,
        "message": text,
        "detailed_message": "",
        "context_types": [name for name, _value in event.context] + ["template"],
        "context_values": [value for _name, value in event.context] + [event.template],
        "created_time_stamp_in_usecs": event.created_usecs,
        "last_occurrence_time_stamp_in_usecs": event.created_usecs,
        "cluster_uuid": world.uuid,
        "originating_cluster_uuid": world.uuid,
        "affected_entities": [domain] if event.domain else [],
        "classifications": ["DR"],
        "impact_types": [],
        "severity": "kAudit",
        "acknowledged": False,
        "resolved": False,
        "auto_resolved": False,
        "user_defined": False,
    }
