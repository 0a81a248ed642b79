# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A Prism Central: what it consists of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from lab.clock import Events
from lab.endpoint import Place
from lab.ports import ManagedCluster
from lab.prism_central.state.categories import Categories
from lab.prism_central.state.policies import Policies
from lab.prism_central.state.recovery_points import RecoveryPoints
from lab.prism_central.state.registry import Registry
from lab.prism_central.state.tasks import TaskBook
from lab.prism_central.state.templates import Templates
from lab.prism_central.topology import DURATIONS, SWITCHES, minors_of
from lab.setting import Setting


class Central(Setting):
    """All parts of one Prism Central. Call ``join`` once all of them are built."""

    def __init__(
        self,
        spec: Mapping[str, Any],
        events: Events,
        topology: Mapping[str, Any],
        clusters: Mapping[str, ManagedCluster],
        place: Place,
    ) -> None:
        super().__init__(spec, events, topology, SWITCHES, DURATIONS)
        self.place = place
        self.uuid: str = spec.get("uuid") or self.new_id()
        self.version: str = spec.get("version", "pc.7.5.1")
        self.minors = minors_of(self.version)
        self.username: str = spec.get("username", "admin")
        self.password: str = spec.get("password", self.generated_secret("password"))
        self.api_key: str | None = spec.get("api_key", self.generated_secret("api_key"))
        self.owner = self.new_id()
        self.registry = Registry(self, self.uuid, {name: clusters[name] for name in spec.get("clusters", [])})
        self.tasks = TaskBook(self)
        self.categories = Categories(self, self.registry)
        self.recovery_points = RecoveryPoints(self, self.registry, self.categories, self.tasks)
        self.policies = Policies(self, self.registry, self.categories, self.recovery_points)
        self.templates = Templates(self, self.registry, self.tasks)

    def join(self, centrals: Mapping[str, Central]) -> None:
        """Get to know the paired ones, whichever side says so."""
        for name, other in centrals.items():
            said = name in self.spec.get("paired_with", []) or self.name in other.spec.get("paired_with", [])
            if said and other is not self:
                self.registry.peers[name] = other

    def settle(self) -> None:
        """Set up the policies, once every Prism Central has joined."""
        for entry in self.spec.get("policies", []):
            self.policies.add_from(entry)

    def template_versions(self) -> list[tuple[str, str, str, str]]:
        """List id and name of each template with id and name of each version, oldest first."""
        return [
            (template.ext_id, template.name, version.ext_id, version.name)
            for template in self.templates
            for version in template.versions
        ]

    def peers(self) -> Iterator[Central]:
        """List the paired ones."""
        for peer in self.registry.peers.values():
            assert isinstance(peer, Central)
            yield peer
