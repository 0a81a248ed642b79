# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every part of a cluster stands on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lab.clock import Events
from lab.endpoint import Place
from lab.prism_element.errors import Errors
from lab.prism_element.state.entities import AuditEvent
from lab.prism_element.topology import DURATIONS, SWITCHES
from lab.setting import Setting


class Ground(Setting):
    """Time, chance and switches of a cluster, where it is reached, whether it has power (``lost``: it has none), how it
    says no, and what it notes about itself."""

    def __init__(self, spec: Mapping[str, Any], events: Events, topology: Mapping[str, Any], place: Place) -> None:
        super().__init__(spec, events, topology, SWITCHES, DURATIONS)
        self.place = place
        self.lost = False
        self.uuid: str = spec.get("uuid") or self.new_id()
        self.errors = Errors(self.behaviour)
        self.audit_events: list[AuditEvent] = []

    def forgets(self, kind: str) -> bool:
        """Whether orders of this kind are accepted and have no effect."""
        return kind in self.behaviour["forgotten_orders"]

    def audit(self, kind: str, template: str, domain: str | None = None, **context: str) -> None:
        """Note an audit event (contract prism_element 13), of a protection domain or of the cluster."""
        named = [("protection_domain_name", domain)] if domain else []
        event = AuditEvent(self.new_id(), kind, template, [*named, *context.items()], self.clock.epoch_usecs, domain)
        self.audit_events.append(event)
