# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Protection domains that move: migrate, activate, deactivate (contract prism_element 11)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from lab.prism_element.state.entities import (
    ModeChange,
    Monitor,
    PdSnapshot,
    ProtectedVm,
    ProtectionDomain,
    RemoteSite,
    Vm,
)
from lab.prism_element.state.ground import Ground
from lab.prism_element.state.pd_snapshots import PdSnapshots
from lab.prism_element.state.protection_domains import ProtectionDomains
from lab.prism_element.state.remote_sites import Peer, RemoteSites
from lab.prism_element.state.schedules import Schedules
from lab.prism_element.state.transfers import Transfers
from lab.prism_element.state.vms import Vms

# The last synchronisation of a migration moves one part in so many of the disks, as much as a snapshot says it
# uses alone
CHANGE_SHARE = 20
# contract prism_element 6.1; the third, "Power state at time of snapshot", is looked up
POWER_ON_RECOVERY = {"Powered Off": "off", "Powered On": "on"}
CHANGE_MODE = "Protection domain {protection_domain_name} changes its mode from {current_mode} to {desired_mode}"


class Failover:
    """The mode changes of one cluster. A cluster that has lost its power goes on with them when it is back."""

    def __init__(
        self,
        ground: Ground,
        vms: Vms,
        domains: ProtectionDomains,
        sites: RemoteSites,
        snapshots: PdSnapshots,
        transfers: Transfers,
        schedules: Schedules,
    ) -> None:
        self._ground = ground
        self._vms = vms
        self._domains = domains
        self._sites = sites
        self._snapshots = snapshots
        self._transfers = transfers
        self._schedules = schedules
        self._held: list[Callable[[], None]] = []
        self.monitors: list[Monitor] = []

    def migrate(self, domain: ProtectionDomain, site: RemoteSite) -> None:
        """Start a planned failover: the VMs go off, the last data is sent, and then the VMs move with their uuids."""
        takes = self._ground.durations["migrate"] / 2
        change = self._begin(domain, ModeChange("MIGRATE_PD", "deactivate", failover_remote=site.name), takes)
        self._later(takes, lambda: self._send_the_rest(domain, change, site))

    def activate(self, domain: ProtectionDomain, snapshot: PdSnapshot) -> None:
        """Start an unplanned failover: the VMs of a snapshot come up here, whatever the other side does."""
        takes = self._ground.durations["activate"]
        change = self._begin(domain, ModeChange("ACTIVATE_PD", "activate", snapshot_id=snapshot.id), takes)

        def done() -> None:
            if self._ordained_to_fail(domain, change):
                return
            for peer in self._sites.peers.values():
                peer.failover.give_way(domain.name)
            recorded = {member.vm_uuid: member.image.power_state for member in snapshot.vms if member.image}
            same_uuids = self._ground.behaviour["activated_uuids"] == "same"
            self._bring_up(domain, snapshot, recorded, same_uuids)
            self._end(domain, change)

        self._later(takes, done)

    def deactivate(self, domain: ProtectionDomain) -> None:
        """Start giving a protection domain up: all of its VMs here are deleted (contract prism_element 11)."""
        takes = self._ground.durations["deactivate"]
        change = self._begin(domain, ModeChange("DEACTIVATE_PD", "deactivate"), takes)

        def done() -> None:
            if not self._ordained_to_fail(domain, change):
                self._leave(domain)
                self._end(domain, change)

        self._later(takes, done)

    def power_is_back(self) -> None:
        """Go on with what stopped when the power was lost."""
        held, self._held = self._held, []
        for step in held:
            step()

    def give_way(self, name: str) -> None:
        """Let a migration end without effect because the other side was activated; both sides are active then."""
        domain = self._domains.get(name)
        if domain is not None and domain.change is not None and domain.change.mode == "MIGRATE_PD":
            self._end(domain, domain.change, failed=True)

    # The steps of a migration.

    def _send_the_rest(self, domain: ProtectionDomain, change: ModeChange, site: RemoteSite) -> None:
        if domain.change is not change:
            return
        were = {member.vm_uuid: vm.power_state for member in domain.vms if (vm := self._vms.get(member.vm_uuid))}
        self._vms.switch_off(were)
        if self._ordained_to_fail(domain, change):
            return
        snapshot = self._snapshots.take(domain, None, [])
        snapshot.remote_sites.append(site.name)
        change.snapshot_id = snapshot.id

        def ended(arrived: bool) -> None:
            if domain.change is not change:
                return
            peer = self._sites.peer(site.name)
            there = peer.domains.known(domain.name)
            if not arrived or there.active or there.change is not None:
                self._end(domain, change, failed=True)
                return
            replica = peer.pd_snapshots.replicas_of(self._ground.name, domain.name, snapshot)[0]
            reversed_schedules = self._reversed_schedules(domain, peer)
            self._leave(domain)
            self._end(domain, change)
            peer.failover.take_over(there, replica, were, reversed_schedules)

        self._transfers.queue(domain, snapshot, site.name, None, snapshot.size // CHANGE_SHARE, ended)

    def take_over(
        self, domain: ProtectionDomain, replica: PdSnapshot, were: Mapping[str, str], schedules: list[dict[str, Any]]
    ) -> None:
        """Register the VMs that another cluster has just let go; they keep their uuids."""
        takes = self._ground.durations["migrate"] / 2
        change = self._begin(domain, ModeChange("ACTIVATE_PD", "activate", snapshot_id=replica.id), takes)

        def done() -> None:
            self._bring_up(domain, replica, were, same_uuids=True)
            for spec in schedules:
                self._schedules.add(domain, spec)
            self._end(domain, change)

        self._later(takes, done)

    def _reversed_schedules(self, domain: ProtectionDomain, peer: Peer) -> list[dict[str, Any]]:
        """Return the schedules that send the other way; none by default, because nobody knows of any (contract
        prism_element 11)."""
        back = peer.sites.label_of(self._ground.name)
        if not self._ground.behaviour["reverse_schedule"] or back not in peer.sites:
            return []
        specs = []
        for schedule in domain.schedules:
            spec = {key: value for key, value in schedule.spec.items() if key != "user_start_time_in_usecs"}
            kept = list(spec["retention_policy"].get("remote_max_snapshots", {}).values())
            remote = {back: kept[0]} if kept else {}
            specs.append({**spec, "retention_policy": {**spec["retention_policy"], "remote_max_snapshots": remote}})
        return specs

    # What all of them do.

    def _bring_up(
        self, domain: ProtectionDomain, snapshot: PdSnapshot, recorded: Mapping[str, str], same_uuids: bool
    ) -> None:
        """Register the VMs of a snapshot here; ``recorded``: the power states that they had."""
        domain.vms = []
        for member in snapshot.vms:
            if member.image is None:
                continue
            vm = self._register(member, member.image, same_uuids)
            files = self._domains.files_of(vm)
            here = replace(member, vm_uuid=vm.uuid, handle=self._domains.new_id(), vm_files=files, image=None)
            domain.vms.append(here)
            if POWER_ON_RECOVERY.get(member.power_on_recovery, recorded.get(member.vm_uuid)) == "on":
                self._vms.set_power(vm.uuid, "on")
        domain.active = True

    def _register(self, member: ProtectedVm, image: Vm, same_uuid: bool) -> Vm:
        nics = []
        for nic in image.nics:
            network_uuid = self._sites.network_here(nic.network_uuid)
            if network_uuid is not None:
                nics.append(self._vms.new_nic(network_uuid, nic.mac_address))
        vm_uuid = member.vm_uuid if same_uuid and member.vm_uuid not in self._vms else None
        vm = self._vms.copy(image, member.name, nics, vm_uuid)
        self._ground.audit("RegisterVmAudit", "VM {vm_name} registered", vm_name=vm.name)
        return vm

    def _leave(self, domain: ProtectionDomain) -> None:
        self._vms.remove([member.vm_uuid for member in domain.vms])
        domain.vms = []
        domain.active = False

    def _begin(self, domain: ProtectionDomain, change: ModeChange, takes: float) -> ModeChange:
        now = self._ground.clock.now
        change.monitor = Monitor(self._ground.new_id(), change.operation, domain.name, domain.id, now, takes)
        change.outcome = self._ground.outcome
        domain.change = change
        self.monitors.append(change.monitor)
        self._ground.audit(
            "ProtectionDomainChangeModeAudit",
            CHANGE_MODE,
            domain.name,
            current_mode="active" if domain.active else "inactive",
            desired_mode=change.mode,
        )
        return change

    def _end(self, domain: ProtectionDomain, change: ModeChange, failed: bool = False) -> None:
        if change.monitor is not None:
            change.monitor.status = "failed" if failed else "succeeded"
            change.monitor.completed = self._ground.clock.now
        domain.change = None
        self._transfers.pump_all()
        self._sites.links_changed()

    def _ordained_to_fail(self, domain: ProtectionDomain, change: ModeChange) -> bool:
        """Let a fault rule have its way; tell whether it did."""
        failing = "fail_task" in change.outcome or "job_status" in change.outcome
        if failing:
            self._end(domain, change, failed=True)
        return failing

    def _later(self, seconds: float, step: Callable[[], None]) -> None:
        self._ground.events.after(seconds, partial(self._now_or_later, step))

    def _now_or_later(self, step: Callable[[], None]) -> None:
        if self._ground.lost:
            self._held.append(step)
        else:
            step()
