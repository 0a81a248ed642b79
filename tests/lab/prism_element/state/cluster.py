# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A cluster: what it consists of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lab.clock import Events
from lab.endpoint import Place
from lab.prism_element.state.access import Access
from lab.prism_element.state.entities import ProtectionDomain
from lab.prism_element.state.failover import Failover
from lab.prism_element.state.ground import Ground
from lab.prism_element.state.images import Images
from lab.prism_element.state.networks import Networks
from lab.prism_element.state.pd_snapshots import PdSnapshots
from lab.prism_element.state.protection_domains import ProtectionDomains
from lab.prism_element.state.remote_sites import RemoteSites
from lab.prism_element.state.restore import Restores
from lab.prism_element.state.schedules import Schedules
from lab.prism_element.state.snapshots import HOUR_USECS, Snapshots
from lab.prism_element.state.tasks import TaskBook
from lab.prism_element.state.transfers import Transfers
from lab.prism_element.state.vms import Vms


class Cluster(Ground):
    """All parts of one cluster; each knows the ground and the parts that it works on, and none knows the cluster.

    Call ``join`` once all clusters are built, then ``settle``.
    """

    def __init__(self, spec: Mapping[str, Any], events: Events, topology: Mapping[str, Any], place: Place) -> None:
        super().__init__(spec, events, topology, place)
        self.incarnation = 5418300000000000000 + self.chance.randrange(10**15)
        self.version = spec.get("version", "6.5.2")
        self.access = Access(self)
        self.containers = {name: self.new_id() for name in spec.get("storage_containers", ["default-container"])}
        self.networks = Networks(self)
        self.vms = Vms(self, self.networks, self.containers)
        self.snapshots = Snapshots(self, self.vms)
        self.tasks = TaskBook(self)
        self.image_service = Images(self)
        self.sites = RemoteSites(self, self.networks)
        self.domains = ProtectionDomains(self, self.containers)
        self.transfers = Transfers(self, self.domains, self.sites)
        self.pd_snapshots = PdSnapshots(self, self.vms, self.domains, self.sites, self.transfers)
        self.schedules = Schedules(self, self.domains, self.sites, self.pd_snapshots)
        self.restores = Restores(self, self.vms, self.sites, self.tasks)
        self.failover = Failover(
            self, self.vms, self.domains, self.sites, self.pd_snapshots, self.transfers, self.schedules
        )

    def join(self, clusters: Mapping[str, Cluster]) -> None:
        """Get to know the other clusters and name the remote sites among them."""
        self.sites.peers = {name: cluster for name, cluster in clusters.items() if name != self.name}
        for site in self.spec.get("remote_sites", []):
            self.sites.add(site)
            place = self.sites.peer(site["name"]).place
            place.addresses_wanted = max(place.addresses_wanted, site.get("addresses", 1))

    def settle(self) -> None:
        """Set up the protection domains, once every cluster has joined."""
        for spec in self.spec.get("protection_domains", []):
            self.add_domain(spec)

    def images(self) -> list[tuple[str, str]]:
        """List uuid and name of the AHV snapshots that can be used."""
        return [(snapshot.uuid, snapshot.name) for snapshot in self.snapshots if not snapshot.deleted]

    def set_lost(self, lost: bool) -> None:
        """Let the whole cluster lose its power, or come back with its VMs off; what was active stays active (contract
        prism_element 11)."""
        self.lost = lost
        self.place.reachable = not lost
        if lost:
            self.vms.switch_off([vm.uuid for vm in self.vms])
        else:
            self.failover.power_is_back()
        self.links_changed()

    def links_changed(self) -> None:
        """Let all replications between this cluster and the others halt or go on, as things are now."""
        self.transfers.pump_all()
        self.sites.links_changed()

    def add_domain(self, spec: Mapping[str, Any]) -> ProtectionDomain:
        """Add a protection domain as under ``protection_domains`` of a topology."""
        domain = self.domains.get(spec["name"]) or self.domains.create(spec["name"])
        domain.active = spec.get("active", True)
        domain.metro = spec.get("metro")
        self.domains.protect(domain, [vm for name in spec.get("vms", []) for vm in self.vms.named(name)])
        reasons = {entry["vm"]: entry["reason"] for entry in spec.get("blocked", [])}
        for member in domain.vms:
            member.power_on_recovery = spec.get("vm_power_state_on_recovery", member.power_on_recovery)
            member.blocked_by = reasons.get(member.name, member.blocked_by)
        for entry in spec.get("schedules", []):
            self._add_schedule(domain, entry)
        for entry in spec.get("snapshots", []):
            members = [member for member in domain.vms if "vms" not in entry or member.name in entry["vms"]]
            age = int(entry.get("age_hours", 1.0) * HOUR_USECS)
            hours = entry.get("retention_hours")
            retention = None if hours is None else int(hours * HOUR_USECS)
            self.pd_snapshots.make_old(domain, members, age, retention, entry.get("remotes", []))
        return domain

    def _add_schedule(self, domain: ProtectionDomain, entry: Mapping[str, Any]) -> None:
        schedule = {
            "type": entry["type"],
            "every_nth": entry.get("every_nth", 1),
            "suspended": entry.get("suspended", False),
            "retention_policy": {
                "local_max_snapshots": entry.get("local", 1),
                "remote_max_snapshots": entry.get("remote", {}),
            },
        }
        if "first_after" in entry:
            start = self.clock.now + entry["first_after"]
            schedule["user_start_time_in_usecs"] = self.clock.epoch_usecs_at(start)
        self.schedules.add(domain, schedule)
