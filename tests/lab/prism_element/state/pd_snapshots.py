# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Snapshots of protection domains: taken, sent, received, expired (contract prism_element 8)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial

from lab.prism_element.state.entities import OobSchedule, PdSnapshot, ProtectedVm, ProtectionDomain, Schedule
from lab.prism_element.state.ground import Ground
from lab.prism_element.state.protection_domains import ProtectionDomains
from lab.prism_element.state.remote_sites import RemoteSites
from lab.prism_element.state.transfers import Transfers
from lab.prism_element.state.vms import Vms

SNAPSHOT_READY = "Snapshot {snapshot_id} created for protection domain {protection_domain_name}"


class PdSnapshots:
    """The snapshots that the protection domains of one cluster hold."""

    def __init__(
        self, ground: Ground, vms: Vms, domains: ProtectionDomains, sites: RemoteSites, transfers: Transfers
    ) -> None:
        self._ground = ground
        self._vms = vms
        self._domains = domains
        self._sites = sites
        self._transfers = transfers

    def __iter__(self) -> Iterator[PdSnapshot]:
        for domain in self._domains:
            yield from domain.snapshots.values()

    def find(self, domain: ProtectionDomain, snapshot_id: str) -> PdSnapshot:
        """Return a snapshot by the id under which it is listed here, prefix included."""
        if snapshot_id not in domain.snapshots:
            raise self._ground.errors.not_found("Snapshot", snapshot_id)
        return domain.snapshots[snapshot_id]

    # Taking.

    def promise(self, domain: ProtectionDomain, schedule: OobSchedule) -> None:
        """List a snapshot that is still to be taken, where a cluster does that."""
        if self._ground.behaviour["scheduled_snapshots_listed"]:
            promised = replace(self._new(domain), state="SCHEDULED", oob_schedule_ids=[schedule.id])
            schedule.promised = domain.snapshots[promised.id] = promised

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
        snapshot = (ordered.promised if ordered else None) or self._new(domain)
        snapshot.state = "AVAILABLE"
        snapshot.created_usecs = self._ground.clock.epoch_usecs
        snapshot.oob_schedule_ids = [ordered.id] if ordered else []
        snapshot.schedule_id = schedule.id if schedule else None
        snapshot.remote_sites.extend(sites)
        self._freeze(domain, snapshot, domain.vms, expiry_usecs)
        self._ground.audit("SnapshotReadyAudit", SNAPSHOT_READY, domain.name, snapshot_id=snapshot.id)
        for site in sites:
            limit = (remote_max or {}).get(site)
            self._ground.after("replication_start", partial(self._transfers.queue, domain, snapshot, site, limit))
        return snapshot

    def make_old(
        self,
        domain: ProtectionDomain,
        members: Sequence[ProtectedVm],
        age_usecs: int,
        retention_usecs: int | None,
        sites: Sequence[str],
    ) -> None:
        """Make a snapshot as if it had been taken some time ago, with its replicas."""
        snapshot = self._new(domain)
        snapshot.created_usecs -= age_usecs
        snapshot.remote_sites.extend(sites)
        expiry = None if retention_usecs is None else snapshot.created_usecs + retention_usecs
        self._freeze(domain, snapshot, members, expiry)
        for site in sites:
            self._sites.peer(site).pd_snapshots.receive(self._ground.name, snapshot, None)

    def _new(self, domain: ProtectionDomain) -> PdSnapshot:
        return PdSnapshot(
            id=str(self._domains.new_id()),
            uuid=self._ground.new_id(),
            domain=domain.name,
            created_usecs=self._ground.clock.epoch_usecs,
            expiry_usecs=None,
            vms=[],
            oob_schedule_ids=[],
            schedule_id=None,
            missing=[],
            remote_sites=[],
        )

    def _freeze(
        self, domain: ProtectionDomain, snapshot: PdSnapshot, members: Sequence[ProtectedVm], expiry_usecs: int | None
    ) -> None:
        """Put the members as they are now into a snapshot. Those that run write on, so that their disks are no longer
        those of the snapshot."""
        for member in members:
            vm = self._vms.get(member.vm_uuid)
            if vm is None:
                snapshot.missing.append(member.name)
                continue
            files = self._domains.files_of(vm)
            snapshot.vms.append(replace(member, name=vm.name, image=vm.as_it_is(), vm_files=files))
            if vm.power_state == "on":
                self._vms.write(vm)
        self._keep(domain, snapshot, expiry_usecs)

    def _keep(self, domain: ProtectionDomain, snapshot: PdSnapshot, expiry_usecs: int | None) -> None:
        domain.snapshots[snapshot.id] = snapshot
        if expiry_usecs is None:
            snapshot.state = self._ground.behaviour["forever_state"]
        self.set_expiry(domain, snapshot, expiry_usecs)

    # Going.

    def set_expiry(self, domain: ProtectionDomain, snapshot: PdSnapshot, expiry_usecs: int | None) -> None:
        """Let a snapshot expire at another time, or never."""
        if snapshot.expiry:
            snapshot.expiry.cancel()
        snapshot.expiry_usecs = expiry_usecs
        if expiry_usecs is None:
            return

        def expire() -> None:
            snapshot.state = "EXPIRED"
            snapshot.expiry = self._ground.after("expired_linger", lambda: domain.snapshots.pop(snapshot.id, None))

        clock = self._ground.clock
        moment = clock.moment_of(expiry_usecs)
        if moment <= clock.now:
            expire()
        else:
            snapshot.expiry = self._ground.events.at(moment, expire)

    def delete(self, domain: ProtectionDomain, snapshot: PdSnapshot) -> None:
        """Delete a snapshot on this cluster (contract prism_element 8.2)."""
        if snapshot.state == "SCHEDULED":
            raise self._ground.errors.invalid(f"Snapshot {snapshot.id} is scheduled and cannot be deleted")
        if self._ground.forgets("removal"):
            return
        self.drop(domain, snapshot)
        if self._ground.behaviour["delete_propagates"]:
            for site in snapshot.remote_sites:
                peer = self._sites.peer(site)
                for replica in peer.pd_snapshots.replicas_of(self._ground.name, domain.name, snapshot):
                    peer.pd_snapshots.drop(peer.domains.known(domain.name), replica)

    def drop(self, domain: ProtectionDomain, snapshot: PdSnapshot) -> None:
        """Forget a snapshot at once; a replication of it ends."""
        if snapshot.expiry:
            snapshot.expiry.cancel()
        domain.snapshots.pop(snapshot.id, None)
        for item in self._transfers.of(domain.name):
            if item.snapshot is snapshot:
                self._transfers.abort(item)

    def prune(self, domain: ProtectionDomain, schedule_id: str, keep: int | None) -> None:
        """Drop the oldest snapshots of a recurring schedule beyond its limit."""
        if keep is None:
            return
        made = [snapshot for snapshot in domain.snapshots.values() if snapshot.schedule_id == schedule_id]
        made.sort(key=lambda snapshot: snapshot.created_usecs)
        for snapshot in made[: max(0, len(made) - keep)]:
            self.drop(domain, snapshot)

    # What arrives from other clusters.

    def receive(self, origin: str, snapshot: PdSnapshot, remote_max: int | None) -> None:
        """Take in a complete replica; its id gets the local label of the origin as prefix (contract prism_element
        8.1)."""
        domain = self._domains.known(snapshot.domain)
        behaviour = self._ground.behaviour
        replica = replace(
            snapshot,
            id=f"{self._sites.label_of(origin)}:{snapshot.origin_id}",
            uuid=snapshot.uuid if behaviour["same_snapshot_uuid"] else self._ground.new_id(),
            oob_schedule_ids=list(snapshot.oob_schedule_ids) if behaviour["oob_ids_on_receiver"] else [],
            vms=list(snapshot.vms),
            missing=list(snapshot.missing),
            remote_sites=[],
            state="AVAILABLE",
            expiry=None,
        )
        self._keep(domain, replica, snapshot.expiry_usecs)
        if snapshot.schedule_id is not None:
            self.prune(domain, snapshot.schedule_id, remote_max)

    def replicas_of(self, origin: str, domain: str, snapshot: PdSnapshot | None = None) -> list[PdSnapshot]:
        """List what this cluster holds of another cluster's protection domain, or of one of its snapshots."""
        there = self._domains.get(domain)
        prefix = f"{self._sites.label_of(origin)}:"
        held = there.snapshots.values() if there else ()
        received = [item for item in held if item.id.startswith(prefix)]
        return [item for item in received if snapshot is None or item.origin_id == snapshot.origin_id]
