# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Recurring and one-time schedules at work (contract prism_element 7)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from lab.prism_element.state.entities import OobSchedule, ProtectionDomain, Schedule
from lab.prism_element.state.ground import Ground
from lab.prism_element.state.pd_snapshots import PdSnapshots
from lab.prism_element.state.protection_domains import ProtectionDomains
from lab.prism_element.state.remote_sites import RemoteSites

PERIODS = {"SECONDLY": 1, "MINUTELY": 60, "HOURLY": 3600, "DAILY": 86400, "WEEKLY": 604800, "MONTHLY": 2592000}
ONE_TIME = "One-time schedule {schedule_id} added to protection domain {protection_domain_name}"


class Schedules:
    """Lets schedules fire."""

    def __init__(self, ground: Ground, domains: ProtectionDomains, sites: RemoteSites, snapshots: PdSnapshots) -> None:
        self._ground = ground
        self._domains = domains
        self._sites = sites
        self._snapshots = snapshots

    # Recurring.

    def add(self, domain: ProtectionDomain, spec: dict[str, Any], schedule_id: str | None = None) -> Schedule:
        """Add a recurring schedule; ``spec`` in the words of contract prism_element 7.1."""
        policy = spec.setdefault("retention_policy", {})
        self._announce(domain, policy.get("remote_max_snapshots", {}))
        schedule = Schedule(schedule_id or str(self._domains.new_id()), spec, 0.0)
        domain.schedules.append(schedule)
        clock = self._ground.clock
        period = PERIODS[spec["type"]] * spec.get("every_nth", 1)
        start = clock.now + period
        if "user_start_time_in_usecs" in spec:
            start = clock.moment_of(spec["user_start_time_in_usecs"])
        periods_past = max(0, int((clock.now - start) // period) + 1) if start <= clock.now else 0
        self._plan(domain, schedule, start + periods_past * period, period)
        return schedule

    def remove(self, domain: ProtectionDomain, schedule: Schedule) -> None:
        """Remove a recurring schedule; what it made stays."""
        if schedule.event:
            schedule.event.cancel()
        domain.schedules.remove(schedule)

    def find(self, domain: ProtectionDomain, schedule_id: str) -> Schedule:
        """Return a recurring schedule or raise the refusal for a missing one."""
        for schedule in domain.schedules:
            if schedule.id == schedule_id:
                return schedule
        raise self._ground.errors.not_found("Schedule", schedule_id)

    def _plan(self, domain: ProtectionDomain, schedule: Schedule, moment: float, period: float) -> None:
        schedule.next_fire = moment

        def fire() -> None:
            idle = self._ground.lost or domain.change is not None or domain.marked_for_removal
            if domain.active and not idle and not schedule.spec.get("suspended"):
                self._take(domain, schedule)
            self._plan(domain, schedule, moment + period, period)

        schedule.event = self._ground.events.at(moment, fire)

    def _take(self, domain: ProtectionDomain, schedule: Schedule) -> None:
        policy = schedule.spec["retention_policy"]
        remotes = policy.get("remote_max_snapshots", {})
        self._snapshots.take(domain, None, list(remotes), schedule=schedule, remote_max=remotes)
        self._snapshots.prune(domain, schedule.id, policy.get("local_max_snapshots"))

    # One-time.

    def order(self, domain: ProtectionDomain, spec: Mapping[str, Any]) -> OobSchedule:
        """Accept a one-time schedule (contract prism_element 7.2); the snapshot comes later."""
        self._announce(domain, spec.get("remote_site_names") or [])
        clock = self._ground.clock
        requested = clock.epoch_usecs
        start = max(clock.now, clock.moment_of(spec.get("schedule_start_time_usecs") or 0))
        order = {**spec, "schedule_start_time_usecs": clock.epoch_usecs_at(start)}
        schedule = OobSchedule(self._domains.new_id(), order)
        domain.oob_schedules[schedule.id] = schedule
        self._snapshots.promise(domain, schedule)
        due = start + self._ground.durations["oob_snapshot"]
        schedule.event = self._ground.events.at(due, lambda: self._take_ordered(domain, schedule, requested))
        self._ground.audit("PdOOBScheduleAudit", ONE_TIME, domain.name, schedule_id=str(schedule.id))
        return schedule

    def cancel(self, domain: ProtectionDomain, schedule_id: str) -> None:
        """Take back a one-time schedule that was not carried out yet."""
        schedule = domain.oob_schedules.pop(int(schedule_id), None) if schedule_id.isdigit() else None
        if schedule is None:
            raise self._ground.errors.not_found("Schedule", schedule_id)
        if schedule.event:
            schedule.event.cancel()
        if schedule.promised:
            domain.snapshots.pop(schedule.promised.id)

    def _take_ordered(self, domain: ProtectionDomain, schedule: OobSchedule, requested_usecs: int) -> None:
        domain.oob_schedules.pop(schedule.id, None)
        if self._ground.lost or not domain.active or self._ground.forgets("pd_snapshot"):
            if schedule.promised:
                domain.snapshots.pop(schedule.promised.id, None)
            return
        seconds = schedule.spec.get("snapshot_retention_time_secs")
        since_request = self._ground.behaviour["expiry_base"] == "requested"
        base = requested_usecs if since_request else self._ground.clock.epoch_usecs
        expiry = None if seconds is None else base + seconds * 1_000_000
        self._snapshots.take(domain, expiry, schedule.spec.get("remote_site_names") or [], ordered=schedule)

    def _announce(self, domain: ProtectionDomain, site_names: Iterable[str]) -> None:
        """Refuse unknown sites; make the protection domain known on the others."""
        for name in site_names:
            if name not in self._sites:
                raise self._ground.errors.invalid(f"Remote site {name} does not exist")
        if self._ground.behaviour["pds_on_receiver"] == "at_once":
            for name in site_names:
                self._sites.peer(name).domains.known(domain.name)
