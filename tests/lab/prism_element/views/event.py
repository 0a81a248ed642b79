# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An audit event as answers show it (contract prism_element 13)."""

from __future__ import annotations

from typing import Any

from lab.prism_element.state.entities import AuditEvent
from lab.prism_element.state.ground import Ground


def event_view(ground: Ground, event: AuditEvent) -> dict[str, Any]:
    """Return an event; its last context value repeats the template."""
    text = event.template
    if ground.behaviour["event_message"] == "text":
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
        "cluster_uuid": ground.uuid,
        "originating_cluster_uuid": ground.uuid,
        "affected_entities": [domain] if event.domain else [],
        "classifications": ["DR"],
        "impact_types": [],
        "severity": "kAudit",
        "acknowledged": False,
        "resolved": False,
        "auto_resolved": False,
        "user_defined": False,
    }
