# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Replication: one snapshot after the other moves to a remote site, as fast as its bandwidth allows (contract
prism_element 9)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from lab.prism_element.state.entities import Link, PdSnapshot, ProtectionDomain, RemoteSite, Replication

if TYPE_CHECKING:
    from lab.prism_element.state.disaster_recovery import DisasterRecovery

REPLICATION_STARTED = (
    "Replication started for Protection Domain {protection_domain_name} to remote {remote_name} for snapshot"
    " {snapshot_id}"
)
REPLICATION_COMPLETED = (
    "Replication completed for Protection Domain {protection_domain_name} to remote {remote_name} for snapshot"
    " {snapshot_id} started at {start_time}"
)
REPLICATION_ABORTED = (
    "Replication aborted for Protection Domain {protection_domain_name} to remote {remote_name} for snapshot"
    " {snapshot_id}"
)


class Transfers:
    """What is under way or waiting between one cluster and its remote sites; the first that is not paused moves, site
    by site."""

    def __init__(self, recovery: DisasterRecovery) -> None:
        self._recovery = recovery
        self._world = recovery.world
        self.items: dict[int, Replication] = {}
        self._endings: dict[int, Callable[[bool], None]] = {}

    def queue(
        self,
        domain: ProtectionDomain,
        snapshot: PdSnapshot,
        site: str,
        remote_max: int | None,
        total: int | None = None,
        ended: Callable[[bool], None] | None = None,
    ) -> None:
        """Put a snapshot, or the ``total`` bytes of it that are still missing there, at the end of the queue to a
        remote site.

        ``ended`` is told whether it has arrived.
        """
        if snapshot.id in domain.snapshots and site in self._recovery.sites:
            item = Replication(
                self._recovery.new_id(),
                domain.name,
                site,
                snapshot,
                snapshot.size if total is None else total,
                remote_max,
            )
            self.items[item.id] = item
            if ended is not None:
                self._endings[item.id] = ended
            self.pump(site)

    def usable(self, site: RemoteSite) -> bool:
        """Whether bytes can move to a remote site now."""
        return site.connected and self._world.reachable and self._world.peers[site.cluster].reachable

    def _faces_an_active_side(self, item: Replication) -> bool:
        """Whether the receiver has the protection domain active too: then nothing moves between the two (contract
        prism_element 11)."""
        there = self._world.peers[self._recovery.sites[item.site].cluster].dr.domains.get(item.domain)
        return there is not None and there.active

    def pump(self, site_name: str) -> None:
        """Let the first replication in the queue of a remote site move, and no other."""
        site = self._recovery.sites[site_name]
        queue = [item for item in self.items.values() if item.site == site_name]
        head = next((item for item in queue if not item.paused and not self._faces_an_active_side(item)), None)
        for item in queue:
            if item is not head or not self.usable(site):
                self._halt(item)
        if head is None or head.arrival is not None or not self.usable(site):
            return
        clock = self._world.clock
        if head.started_usecs is None:
            head.started_usecs = clock.epoch_usecs
            link = self._link(head)
            link.last_start_usecs = head.started_usecs
            self._audit_replication(REPLICATION_STARTED, head)
        head.mark = clock.now
        head.arrival = self._world.events.after(
            (head.total - head.done) / site.bytes_per_second, lambda: self._arrived(head)
        )

    def _halt(self, item: Replication) -> None:
        if item.arrival is not None:
            item.done = self.done_bytes(item)
            item.arrival.cancel()
            item.arrival = None

    def done_bytes(self, item: Replication) -> int:
        """How many bytes of a replication have arrived by now."""
        moving = item.arrival is not None
        moved = (
            (self._world.clock.now - item.mark) * self._recovery.sites[item.site].bytes_per_second if moving else 0.0
        )
        return min(item.total, int(item.done + moved))

    def remaining_seconds(self, item: Replication) -> int:
        """How long the rest of it takes."""
        return int((item.total - self.done_bytes(item)) / self._recovery.sites[item.site].bytes_per_second)

    def _arrived(self, item: Replication) -> None:
        del self.items[item.id]
        link = self._link(item)
        link.last_end_usecs = self._world.clock.epoch_usecs
        link.last_snapshot_id = item.snapshot.id
        self._world.peers[self._recovery.sites[item.site].cluster].dr.receive(
            self._world.name, item.snapshot, item.remote_max
        )
        self._audit_replication(REPLICATION_COMPLETED, item)
        self._tell(item, arrived=True)
        self.pump(item.site)

    def pause(self, item: Replication, paused: bool) -> None:
        """Hold a replication, or let it go on."""
        item.paused = paused
        self.pump(item.site)

    def abort(self, item: Replication) -> None:
        """End a replication; the receiver gets nothing."""
        self._halt(item)
        del self.items[item.id]
        self._audit_replication(REPLICATION_ABORTED, item)
        self._tell(item, arrived=False)
        self.pump(item.site)

    def _tell(self, item: Replication, arrived: bool) -> None:
        ended = self._endings.pop(item.id, None)
        if ended is not None:
            ended(arrived)

    def _link(self, item: Replication) -> Link:
        links = self._recovery.domains[item.domain].links
        if item.site not in links:
            links[item.site] = Link(self._recovery.new_id())
        return links[item.site]

    def _audit_replication(self, template: str, item: Replication) -> None:
        context = [
            ("protection_domain_name", item.domain),
            ("remote_name", item.site),
            ("snapshot_id", item.snapshot.id),
            ("start_time", str((item.started_usecs or 0) // 1_000_000)),
        ]
        self._world.audit("ReplicationSystemStateAudit", template, context, item.domain)
