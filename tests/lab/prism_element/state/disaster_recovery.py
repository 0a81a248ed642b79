# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Protection domains at work: schedules that fire, snapshots that are sent, received and expire (contract prism_element
6 to 8)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import count
from typing import TYPE_CHECKING, Any

from lab.prism_element.state.entities import (
    OobSchedule,
    PdSnapshot,
    ProtectedVm,
    ProtectionDomain,
    RemoteSite,
    Schedule,
    Vm,
    plain,
)
from lab.prism_element.state.failover import Failover
from lab.prism_element.state.transfers import Transfers

if TYPE_CHECKING:
    from lab.prism_element.state.cluster import PrismElementWorld

PERIODS = {"SECONDLY": 1, "MINUTELY": 60, "HOURLY": 3600, "DAILY": 86400, "WEEKLY": 604800, "MONTHLY": 2592000}
DEFAULT_BANDWIDTH_MBPS = 1000
HOUR_USECS = 3_600_000_000

SNAPSHOT_READY = "Snapshot {snapshot_id} created for protection domain {protection_domain_name}"


class DisasterRecovery:
    """The protection domains and remote sites of one cluster and everything under way between it and its peers."""

    def __init__(self, world: PrismElementWorld) -> None:
        self.world = world
        self.domains: dict[str, ProtectionDomain] = {}
        self.sites: dict[str, RemoteSite] = {}
        self.transfers = Transfers(self)
        self.failover = Failover(self)
        self._ids = count(world.chance.randrange(300_000, 400_000))

    def new_id(self) -> int:
        """Return the next of the numbers that schedules, snapshots, replications and handles share."""
        return next(self._ids)

    def state(self) -> dict[str, Any]:
        """Return everything it holds."""
        return {
            "protection_domains": [plain(domain) for domain in self.domains.values()],
            "remote_sites": [plain(site) for site in self.sites.values()],
            "mode_changes": [plain(monitor) for monitor in self.failover.monitors],
            "replications": [
                {**plain(item), "done": self.transfers.done_bytes(item)} for item in self.transfers.items.values()
            ],
        }

    # Set-up from a topology.

    def add_site(self, spec: Mapping[str, Any]) -> RemoteSite:
        """Add a remote site as under ``remote_sites`` of a topology."""
        rate = spec.get("bandwidth_mbps", DEFAULT_BANDWIDTH_MBPS) * 1_000_000 / 8
        site = RemoteSite(
            spec["name"],
            spec["cluster"],
            self.world.new_uuid(),
            spec.get("addresses", 1),
            rate,
            spec.get("connected", True),
            spec.get("network_mapping", {}),
        )
        self.sites[site.name] = site
        return site

    def add_domain(self, spec: Mapping[str, Any]) -> ProtectionDomain:
        """Add a protection domain as under ``protection_domains`` of a topology."""
        domain = self.domains.get(spec["name"]) or self.create_domain(spec["name"])
        domain.active = spec.get("active", True)
        domain.metro = spec.get("metro")
        self.protect(domain, [vm for name in spec.get("vms", []) for vm in self.world.vms_named(name)])
        reasons = {entry["vm"]: entry["reason"] for entry in spec.get("blocked", [])}
        for member in domain.vms:
            member.power_on_recovery = spec.get("vm_power_state_on_recovery", member.power_on_recovery)
            member.blocked_by = reasons.get(member.name, member.blocked_by)
        for entry in spec.get("schedules", []):
            policy = {"local_max_snapshots": entry.get("local", 1), "remote_max_snapshots": entry.get("remote", {})}
            schedule = {
                "type": entry["type"],
                "every_nth": entry.get("every_nth", 1),
                "suspended": entry.get("suspended", False),
                "retention_policy": policy,
            }
            if "first_after" in entry:
                schedule["user_start_time_in_usecs"] = self.world.clock.epoch_usecs_at(
                    self.world.clock.now + entry["first_after"]
                )
            self.add_schedule(domain, schedule)
        for entry in spec.get("snapshots", []):
            self._add_old_snapshot(domain, entry)
        return domain

    def _add_old_snapshot(self, domain: ProtectionDomain, spec: Mapping[str, Any]) -> None:
        members = [member for member in domain.vms if "vms" not in spec or member.name in spec["vms"]]
        created = self.world.clock.epoch_usecs - int(spec.get("age_hours", 1.0) * HOUR_USECS)
        retention = spec.get("retention_hours")
        expiry = None if retention is None else created + int(retention * HOUR_USECS)
        snapshot = self._snapshot(domain, members, created, expiry)
        for site in spec.get("remotes", []):
            snapshot.remote_sites.append(site)
            self.world.peers[self.sites[site].cluster].dr.receive(self.world.name, snapshot, None)

    # Protection domains.

    def domain(self, name: str) -> ProtectionDomain:
        """Return a protection domain or raise the refusal for a missing one."""
        if name not in self.domains:
            raise self.world.not_found("Protection domain", name)
        return self.domains[name]

    def active_domain(self, name: str) -> ProtectionDomain:
        """Return a protection domain that is active here; refuse otherwise."""
        domain = self.domain(name)
        if not domain.active:
            raise self.world.invalid(f"Protection domain {name} is not active")
        if domain.marked_for_removal:
            raise self.world.invalid(f"Protection domain {name} is being removed")
        return domain

    def create_domain(self, name: str, annotations: Sequence[str] = ()) -> ProtectionDomain:
        """Create an active protection domain without members."""
        if name in self.domains:
            raise self.world.invalid(f"Protection domain {name} already exists")
        self.domains[name] = ProtectionDomain(name, self.new_id(), annotations=list(annotations))
        return self.domains[name]

    def remove_domain(self, domain: ProtectionDomain) -> None:
        """Mark a protection domain for removal; it goes once its snapshots and replications are gone (contract
        prism_element 6.3)."""
        domain.marked_for_removal = True

        def look() -> None:
            busy = domain.snapshots or any(item.domain == domain.name for item in self.transfers.items.values())
            if not busy:
                self.domains.pop(domain.name, None)
            elif domain.marked_for_removal:
                self.world.events.after(self.world.durations["pd_removal"], look)

        self.world.events.after(self.world.durations["pd_removal"], look)

    def protector_of(self, vm_uuid: str) -> ProtectionDomain | None:
        """Return the one protection domain that a VM is in."""
        return next(
            (domain for domain in self.domains.values() if any(member.vm_uuid == vm_uuid for member in domain.vms)),
            None,
        )

    def protect(
        self,
        domain: ProtectionDomain,
        vms: Sequence[Vm],
        consistency_group: str | None = None,
        app_consistent: bool = False,
    ) -> None:
        """Make VMs members of a protection domain."""
        for vm in vms:
            domain.vms.append(
                ProtectedVm(
                    vm.uuid, vm.name, self.new_id(), self.files_of(vm), app_consistent, consistency_group or vm.name
                )
            )

    def files_of(self, vm: Vm) -> list[str]:
        """List where the disks of a VM are."""
        names = {container_uuid: name for name, container_uuid in self.world.containers.items()}
        return [
            f"/{names[disk.container_uuid]}/.acropolis/vmdisk/{disk.uuid}"
            for disk in vm.disks
            if disk.container_uuid in names
        ]

    # Schedules.

    def add_schedule(self, domain: ProtectionDomain, spec: dict[str, Any], schedule_id: str | None = None) -> Schedule:
        """Add a recurring schedule; ``spec`` in the words of contract prism_element 7.1."""
        policy = spec.setdefault("retention_policy", {})
        self._announce(domain, policy.get("remote_max_snapshots", {}))
        schedule = Schedule(schedule_id or str(self.new_id()), spec, 0.0)
        domain.schedules.append(schedule)
        now = self.world.clock.now
        period = PERIODS[spec["type"]] * spec.get("every_nth", 1)
        start = (
            self.world.clock.moment_of(spec["user_start_time_in_usecs"])
            if "user_start_time_in_usecs" in spec
            else now + period
        )
        periods_past = max(0, int((now - start) // period) + 1) if start <= now else 0
        self._plan(domain, schedule, start + periods_past * period, period)
        return schedule

    def _plan(self, domain: ProtectionDomain, schedule: Schedule, moment: float, period: float) -> None:
        schedule.next_fire = moment

        def fire() -> None:
            idle = self.world.lost or domain.change is not None or domain.marked_for_removal
            if domain.active and not idle and not schedule.spec.get("suspended"):
                self._take_scheduled(domain, schedule)
            self._plan(domain, schedule, moment + period, period)

        schedule.event = self.world.events.at(moment, fire)

    def remove_schedule(self, domain: ProtectionDomain, schedule: Schedule) -> None:
        """Remove a recurring schedule; what it made stays."""
        if schedule.event:
            schedule.event.cancel()
        domain.schedules.remove(schedule)

    def order_snapshot(self, domain: ProtectionDomain, spec: dict[str, Any]) -> OobSchedule:
        """Accept a one-time schedule (contract prism_element 7.2); the snapshot comes later."""
        self._announce(domain, spec.get("remote_site_names") or [])
        clock = self.world.clock
        requested = clock.epoch_usecs
        start = max(clock.now, clock.moment_of(spec.get("schedule_start_time_usecs") or 0))
        schedule = OobSchedule(self.new_id(), {**spec, "schedule_start_time_usecs": clock.epoch_usecs_at(start)})
        domain.oob_schedules[schedule.id] = schedule
        if self.world.behaviour["scheduled_snapshots_listed"]:
            schedule.promised = PdSnapshot(
                str(self.new_id()),
                self.world.new_uuid(),
                domain.name,
                requested,
                None,
                [],
                [schedule.id],
                None,
                [],
                [],
                state="SCHEDULED",
            )
            domain.snapshots[schedule.promised.id] = schedule.promised
        schedule.event = self.world.events.at(
            start + self.world.durations["oob_snapshot"], lambda: self._take_ordered(domain, schedule, requested)
        )
        self.world.audit(
            "PdOOBScheduleAudit",
            "One-time schedule {schedule_id} added to protection domain {protection_domain_name}",
            _context(domain, schedule_id=str(schedule.id)),
            domain.name,
        )
        return schedule

    def cancel_order(self, domain: ProtectionDomain, schedule_id: int) -> None:
        """Take back a one-time schedule that was not carried out yet."""
        schedule = domain.oob_schedules.pop(schedule_id, None)
        if schedule is None:
            raise self.world.not_found("Schedule", str(schedule_id))
        if schedule.event:
            schedule.event.cancel()
        if schedule.promised:
            domain.snapshots.pop(schedule.promised.id)

    def _announce(self, domain: ProtectionDomain, site_names: Iterable[str]) -> None:
        """Refuse unknown sites; make the protection domain known on the others."""
        for name in site_names:
            if name not in self.sites:
                raise self.world.invalid(f"Remote site {name} does not exist")
        if self.world.behaviour["pds_on_receiver"] == "at_once":
            for name in site_names:
                self.world.peers[self.sites[name].cluster].dr.known_domain(domain.name)

    def known_domain(self, name: str) -> ProtectionDomain:
        """Return a protection domain that another cluster speaks of; inactive when it is new here."""
        if name not in self.domains:
            self.domains[name] = ProtectionDomain(name, self.new_id(), active=False)
        return self.domains[name]

    # Snapshots.

    def _take_ordered(self, domain: ProtectionDomain, schedule: OobSchedule, requested_usecs: int) -> None:
        domain.oob_schedules.pop(schedule.id, None)
        if self.world.lost or not domain.active or self.world.forgets("pd_snapshot"):
            if schedule.promised:
                domain.snapshots.pop(schedule.promised.id, None)
            return
        seconds = schedule.spec.get("snapshot_retention_time_secs")
        base = requested_usecs if self.world.behaviour["expiry_base"] == "requested" else self.world.clock.epoch_usecs
        expiry = None if seconds is None else base + seconds * 1_000_000
        self.take(domain, expiry, schedule.spec.get("remote_site_names") or [], ordered=schedule)

    def _take_scheduled(self, domain: ProtectionDomain, schedule: Schedule) -> None:
        policy = schedule.spec["retention_policy"]
        remotes = policy.get("remote_max_snapshots", {})
        self.take(domain, None, list(remotes), schedule=schedule, remote_max=remotes)
        _prune(self, domain, schedule.id, policy.get("local_max_snapshots"))

    def take(
        self,
        domain: ProtectionDomain,
        expiry_usecs: int | None,
        sites: Sequence[str],
        ordered: OobSchedule | None = None,
        schedule: Schedule | None = None,
        remote_max: Mapping[str, int] | None = None,
    ) -> PdSnapshot:
        """Take a snapshot of a protection domain now and send it to remote sites."""
        snapshot = self._snapshot(domain, domain.vms, self.world.clock.epoch_usecs, expiry_usecs, ordered, schedule)
        snapshot.remote_sites.extend(sites)
        self.world.audit("SnapshotReadyAudit", SNAPSHOT_READY, _context(domain, snapshot_id=snapshot.id), domain.name)
        for site in sites:
            limit = (remote_max or {}).get(site)
            self.world.events.after(
                self.world.durations["replication_start"], partial(self.transfers.queue, domain, snapshot, site, limit)
            )
        return snapshot

    def _snapshot(
        self,
        domain: ProtectionDomain,
        members: Sequence[ProtectedVm],
        created_usecs: int,
        expiry_usecs: int | None,
        ordered: OobSchedule | None = None,
        schedule: Schedule | None = None,
    ) -> PdSnapshot:
        promised = ordered.promised if ordered else None
        there = [(member, self.world.vms[member.vm_uuid]) for member in members if member.vm_uuid in self.world.vms]
        snapshot = PdSnapshot(
            id=promised.id if promised else str(self.new_id()),
            uuid=promised.uuid if promised else self.world.new_uuid(),
            domain=domain.name,
            created_usecs=created_usecs,
            expiry_usecs=expiry_usecs,
            vms=[
                replace(member, name=vm.name, image=vm.as_it_is(), vm_files=self.files_of(vm)) for member, vm in there
            ],
            oob_schedule_ids=[ordered.id] if ordered else [],
            schedule_id=schedule.id if schedule else None,
            missing=[member.name for member in members if member.vm_uuid not in self.world.vms],
            remote_sites=[],
        )
        for _member, vm in there:
            if vm.power_state == "on":  # it writes on, so that its disks are no longer those of the snapshot
                self.world.write(vm)
        self._keep(domain, snapshot)
        return snapshot

    def _keep(self, domain: ProtectionDomain, snapshot: PdSnapshot) -> None:
        domain.snapshots[snapshot.id] = snapshot
        if snapshot.expiry_usecs is None:
            snapshot.state = self.world.behaviour["forever_state"]
        self.set_expiry(domain, snapshot, snapshot.expiry_usecs)

    def set_expiry(self, domain: ProtectionDomain, snapshot: PdSnapshot, expiry_usecs: int | None) -> None:
        """Let a snapshot expire at another time, or never."""
        if snapshot.expiry:
            snapshot.expiry.cancel()
        snapshot.expiry_usecs = expiry_usecs
        if expiry_usecs is None:
            return
        linger = self.world.durations["expired_linger"]

        def expire() -> None:
            snapshot.state = "EXPIRED"
            snapshot.expiry = self.world.events.after(linger, lambda: domain.snapshots.pop(snapshot.id, None))

        moment = self.world.clock.moment_of(expiry_usecs)
        if moment <= self.world.clock.now:
            expire()
        else:
            snapshot.expiry = self.world.events.at(moment, expire)

    def snapshot(self, domain: ProtectionDomain, snapshot_id: str) -> PdSnapshot:
        """Return a snapshot by the id under which it is listed here, prefix included."""
        if snapshot_id not in domain.snapshots:
            raise self.world.not_found("Snapshot", snapshot_id)
        return domain.snapshots[snapshot_id]

    def delete_snapshot(self, domain: ProtectionDomain, snapshot: PdSnapshot) -> None:
        """Delete a snapshot on this cluster (contract prism_element 8.2)."""
        if snapshot.state == "SCHEDULED":
            raise self.world.invalid(f"Snapshot {snapshot.id} is scheduled and cannot be deleted")
        if self.world.forgets("removal"):
            return
        self.drop(domain, snapshot)
        if self.world.behaviour["delete_propagates"]:
            for site in snapshot.remote_sites:
                peer = self.world.peers[self.sites[site].cluster].dr
                for replica in peer.replicas_of(self.world.name, domain.name, snapshot):
                    peer.drop(peer.domains[domain.name], replica)

    def drop(self, domain: ProtectionDomain, snapshot: PdSnapshot) -> None:
        """Forget a snapshot at once; a replication of it ends."""
        if snapshot.expiry:
            snapshot.expiry.cancel()
        domain.snapshots.pop(snapshot.id, None)
        for item in [item for item in self.transfers.items.values() if item.snapshot is snapshot]:
            self.transfers.abort(item)

    # What arrives from other clusters.

    def label_of(self, cluster: str) -> str:
        """Return the name under which this cluster knows another one."""
        return next((site.name for site in self.sites.values() if site.cluster == cluster), cluster)

    def receive(self, origin: str, snapshot: PdSnapshot, remote_max: int | None) -> None:
        """Take in a complete replica; its id gets the local label of the origin as prefix (contract prism_element
        8.1)."""
        domain = self.known_domain(snapshot.domain)
        behaviour = self.world.behaviour
        replica = replace(
            snapshot,
            id=f"{self.label_of(origin)}:{snapshot.origin_id}",
            uuid=snapshot.uuid if behaviour["same_snapshot_uuid"] else self.world.new_uuid(),
            oob_schedule_ids=list(snapshot.oob_schedule_ids) if behaviour["oob_ids_on_receiver"] else [],
            vms=list(snapshot.vms),
            missing=list(snapshot.missing),
            remote_sites=[],
            state="AVAILABLE",
            expiry=None,
        )
        self._keep(domain, replica)
        if snapshot.schedule_id is not None:
            _prune(self, domain, snapshot.schedule_id, remote_max)

    def replicas_of(self, origin: str, domain_name: str, snapshot: PdSnapshot | None = None) -> list[PdSnapshot]:
        """List what this cluster holds of another cluster's protection domain, or of one of its snapshots."""
        domain = self.domains.get(domain_name)
        prefix = f"{self.label_of(origin)}:"
        return (
            []
            if domain is None
            else [
                held
                for held in domain.snapshots.values()
                if held.id.startswith(prefix) and (snapshot is None or held.origin_id == snapshot.origin_id)
            ]
        )


def _context(domain: ProtectionDomain, **more: str) -> list[tuple[str, str]]:
    return [("protection_domain_name", domain.name), *more.items()]


def _prune(recovery: DisasterRecovery, domain: ProtectionDomain, schedule_id: str, keep: int | None) -> None:
    """Drop the oldest snapshots of a recurring schedule beyond its limit."""
    if keep is None:
        return
    made = sorted(
        (snapshot for snapshot in domain.snapshots.values() if snapshot.schedule_id == schedule_id),
        key=lambda snapshot: snapshot.created_usecs,
    )
    for snapshot in made[: max(0, len(made) - keep)]:
        recovery.drop(domain, snapshot)
