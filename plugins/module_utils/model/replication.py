# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether a snapshot of a protection domain has reached a remote site, judged by what its source shows
(contract prism_element 9.4).

A site holds the snapshot only on positive proof for this very snapshot. Counts of replications, an empty list of them
and texts of events prove nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.release_names import origin_id

DONE = "done"
REPLICATING = "replicating"
PENDING = "pending"


@dataclass(frozen=True)
class Link:
    """What a protection domain remembers of its replication to one site. `total_bytes` is of the snapshot on its way at
    the moment."""

    remote_site: str
    last_successful_id: str
    current_id: str
    total_bytes: int | None


@dataclass(frozen=True)
class Replication:
    """A transfer under way. `incoming` when this cluster is the receiver."""

    remote_site: str
    snapshot_id: str
    percent: float
    completed_bytes: int | None
    total_bytes: int | None
    eta_seconds: int | None
    paused: bool
    incoming: bool

    def __str__(self) -> str:
        way = "from" if self.incoming else "to"
        return f"{origin_id(self.snapshot_id)} {way} '{self.remote_site}' at {self.percent:.0f} %"


@dataclass(frozen=True)
class Queued:
    """A transfer that waits for its turn."""

    remote_site: str
    snapshot_id: str

    def __str__(self) -> str:
        return f"{origin_id(self.snapshot_id)} to '{self.remote_site}' waiting"


@dataclass(frozen=True)
class SiteState:
    """How far a snapshot is on its way to a site. `known` is False while nothing at all is to be seen of it."""

    name: str
    state: str
    percent: float
    completed_bytes: int | None = None
    total_bytes: int | None = None
    paused: bool = False
    known: bool = True


def site_state(
    site: str,
    snapshot_id: str,
    links: Iterable[Link],
    replications: Iterable[Replication],
    queued: Iterable[Queued],
    held_there: Iterable[str] = (),
) -> SiteState:
    """The state of one site.

    Proof is either that the snapshot is listed among what the site holds available (`held_there`, ids with or without a
    site before the colon), or that it is the last one that the link carried over while no transfer of it is under way
    or queued. The first outlasts a later scheduled snapshot on the same link.
    """
    origin = origin_id(snapshot_id)
    if any(origin_id(copy) == origin for copy in held_there):
        return SiteState(site, DONE, 100.0)
    for replication in replications:
        if (
            replication.remote_site == site
            and not replication.incoming
            and origin_id(replication.snapshot_id) == origin
        ):
            return SiteState(
                site,
                REPLICATING,
                replication.percent,
                replication.completed_bytes,
                replication.total_bytes,
                replication.paused,
            )
    if any(waiting.remote_site == site and origin_id(waiting.snapshot_id) == origin for waiting in queued):
        return SiteState(site, PENDING, 0.0)
    if any(link.remote_site == site and origin_id(link.last_successful_id) == origin for link in links):
        return SiteState(site, DONE, 100.0)
    return SiteState(site, PENDING, 0.0, known=False)
