# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Replication: one snapshot after the other moves to a remote site, as fast as its bandwidth allows (contract
prism_element 9)."""

from __future__ import annotations

from collections.abc import Callable

from lab.prism_element.state.entities import Link, PdSnapshot, ProtectionDomain, Replication
from lab.prism_element.state.ground import Ground
from lab.prism_element.state.protection_domains import ProtectionDomains
from lab.prism_element.state.remote_sites import RemoteSites

TEMPLATE = (
    "Replication {what} for Protection Domain {{protection_domain_name}} to remote {{remote_name}} for snapshot"
    " {{snapshot_id}}"
)
STARTED = TEMPLATE.format(what="started")
COMPLETED = TEMPLATE.format(what="completed") + " started at {start_time}"
ABORTED = TEMPLATE.format(what="aborted")


class Transfers:
    """What is under way or waiting between one cluster and its remote sites; the first that is not paused moves, site
    by site."""

    def __init__(self, ground: Ground, domains: ProtectionDomains, sites: RemoteSites) -> None:
        self._ground = ground
        self._domains = domains
        self._sites = sites
        self._endings: dict[int, Callable[[bool], None]] = {}
        self.items: dict[int, Replication] = {}

    def of(self, domain: str) -> list[Replication]:
        """List what is under way or waiting of a protection domain."""
        return [item for item in self.items.values() if item.domain == domain]

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

        ``ended`` learns whether it has arrived.
        """
        if snapshot.id not in domain.snapshots or site not in self._sites:
            return
        size = snapshot.size if total is None else total
        item = Replication(self._domains.new_id(), domain.name, site, snapshot, size, remote_max)
        self.items[item.id] = item
        if ended is not None:
            self._endings[item.id] = ended
        self.pump(site)

    def pump_all(self) -> None:
        """Look at every queue again."""
        for site in list(self._sites):
            self.pump(site.name)

    def pump(self, site_name: str) -> None:
        """Let the first replication in the queue of a remote site move, and no other."""
        site = self._sites.find(site_name)
        usable = self._sites.usable(site)
        queue = [item for item in self.items.values() if item.site == site_name]
        head = next((item for item in queue if not item.paused and not self._faces_an_active_side(item)), None)
        for item in queue:
            if item is not head or not usable:
                self._halt(item)
        if head is None or head.arrival is not None or not usable:
            return
        clock = self._ground.clock
        if head.started_usecs is None:
            head.started_usecs = clock.epoch_usecs
            self._link(head).last_start_usecs = head.started_usecs
            self._audit(STARTED, head)
        head.mark = clock.now
        rest = (head.total - head.done) / site.bytes_per_second
        head.arrival = self._ground.events.after(rest, lambda: self._arrived(head))

    def done_bytes(self, item: Replication) -> int:
        """How many bytes of a replication have arrived by now."""
        moved = 0.0
        if item.arrival is not None:
            moved = (self._ground.clock.now - item.mark) * self._sites.find(item.site).bytes_per_second
        return min(item.total, int(item.done + moved))

    def remaining_seconds(self, item: Replication) -> int:
        """How long the rest of it takes."""
        return int((item.total - self.done_bytes(item)) / self._sites.find(item.site).bytes_per_second)

    def pause(self, item: Replication, paused: bool) -> None:
        """Hold a replication, or let it go on."""
        item.paused = paused
        self.pump(item.site)

    def abort(self, item: Replication) -> None:
        """End a replication; the receiver gets nothing."""
        self._halt(item)
        self._ended(item, ABORTED, arrived=False)

    def _arrived(self, item: Replication) -> None:
        link = self._link(item)
        link.last_end_usecs = self._ground.clock.epoch_usecs
        link.last_snapshot_id = item.snapshot.id
        self._sites.peer(item.site).pd_snapshots.receive(self._ground.name, item.snapshot, item.remote_max)
        self._ended(item, COMPLETED, arrived=True)

    def _ended(self, item: Replication, template: str, arrived: bool) -> None:
        del self.items[item.id]
        self._audit(template, item)
        ending = self._endings.pop(item.id, None)
        if ending is not None:
            ending(arrived)
        self.pump(item.site)

    def _faces_an_active_side(self, item: Replication) -> bool:
        """Whether the receiver has the protection domain active too: then nothing moves between the two (contract
        prism_element 11)."""
        there = self._sites.peer(item.site).domains.get(item.domain)
        return there is not None and there.active

    def _halt(self, item: Replication) -> None:
        if item.arrival is not None:
            item.done = self.done_bytes(item)
            item.arrival.cancel()
            item.arrival = None

    def _link(self, item: Replication) -> Link:
        links = self._domains.find(item.domain).links
        if item.site not in links:
            links[item.site] = Link(self._domains.new_id())
        return links[item.site]

    def _audit(self, template: str, item: Replication) -> None:
        self._ground.audit(
            "ReplicationSystemStateAudit",
            template,
            item.domain,
            remote_name=item.site,
            snapshot_id=item.snapshot.id,
            start_time=str((item.started_usecs or 0) // 1_000_000),
        )
