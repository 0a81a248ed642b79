# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Making the snapshot of a protection domain for a release, and removing it (contract prism_element 7.2, 8)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.client import (
    PrismElement,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.pd_snapshots import (
    list_pd_snapshots,
    list_pending_schedules,
    list_snapshots_being_removed,
    order_snapshot,
    snapshot_of_schedule,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.send_once import send_once
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.waiting import (
    Deadline,
    Look,
    Standstill,
    wait_for,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.marks import (
    marked_retention,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.protection import (
    Made,
    Member,
    PdSnapshot,
    PendingSchedule,
    made_by_release,
)

APPEARS_WITHIN = 60.0
# The longest that any client was seen to wait for an ordered snapshot is three minutes (contract prism_element 7.2).
TAKEN_WITHIN = 300.0
REMOVED_WITHIN = 300.0


@dataclass(frozen=True)
class SnapshotOrder:
    """A snapshot of a protection domain that shall hold `member` and bear `mark`; `retention` in seconds."""

    protection_domain: str
    member: Member
    release: str
    mark: str
    sites: tuple[str, ...]
    retention: int
    app_consistent: bool


def make_snapshot(
    client: PrismElement, order: SnapshotOrder, present: Made, deadline: Deadline, progress: Callable[[str], None]
) -> PdSnapshot:
    """The snapshot of the schedule that is there, or of a new one."""
    result = present if present.schedule else _ordered(client, order, deadline, progress)
    if result.snapshot:
        return result.snapshot
    ordered = cast(PendingSchedule, result.schedule).schedule_id
    what = f"snapshot of '{order.protection_domain}' for release {order.release}"
    reason = (
        "The cluster has dropped the order: look into its events, and whether the protection domain is still active"
        " there. Then run the same task again."
    )
    standstill = Standstill(f"{client.endpoint}: {what}", reason)

    def look() -> Look[PdSnapshot | None]:
        # The schedules first: between the two reads one may turn into a snapshot, and is then seen in the second.
        pending = any(
            schedule.schedule_id == ordered for schedule in list_pending_schedules(client, order.protection_domain)
        )
        snapshot = snapshot_of_schedule(client, order.protection_domain, ordered)
        there = snapshot is not None and snapshot.available
        idle = f"its order {ordered} is not listed any more (oob_schedules), and no snapshot came of it (dr_snapshots)"
        standstill.note("" if pending or snapshot else idle, min(TAKEN_WITHIN, deadline.left / 4))
        return Look(snapshot, done=there, state="" if there else "waiting for the snapshot")

    advice = f"Its schedule {ordered} was not cancelled. Run the same task again: it adopts the snapshot."
    own = cast(PdSnapshot, wait_for(look, what=what, timeout=deadline.left, progress=progress, advice=advice))
    # Two runs at once may both have ordered one; both go on with the older, so that all images come out of the same.
    return (
        made_by_release(list_pd_snapshots(client, order.protection_domain), (), order.member, order.mark).snapshot
        or own
    )


def _ordered(client: PrismElement, order: SnapshotOrder, deadline: Deadline, progress: Callable[[str], None]) -> Made:
    """Order the snapshot, and say what has come of it: its schedule, or the snapshot already."""
    name, retention = order.protection_domain, marked_retention(order.retention, order.mark)

    def send() -> Made:
        schedule_id = order_snapshot(client, name, order.sites, retention, order.app_consistent)
        return Made(schedule=PendingSchedule(schedule_id, retention, order.sites))

    def appeared() -> Made | None:
        # The schedules first: between the two reads one may turn into a snapshot, and is then seen in the second.
        schedules = list_pending_schedules(client, name)
        snapshot = made_by_release(list_pd_snapshots(client, name), schedules, order.member, order.mark)
        if snapshot.snapshot or snapshot.schedule:
            return snapshot
        return None

    what = f"order of a snapshot of '{name}'"
    patience = min(APPEARS_WITHIN, deadline.left / 4)
    return send_once(send, appeared, what=what, progress=progress, patience=patience)


def listed_snapshot(client: PrismElement, protection_domain: str, snapshot_id: str) -> PdSnapshot | None:
    """The snapshot of exactly this id, unless it has expired."""
    snapshots = list_pd_snapshots(client, protection_domain)
    return next((each for each in snapshots if each.snapshot_id == snapshot_id and not each.expired), None)


def wait_until_removed(
    client: PrismElement, name: str, snapshot_id: str, deadline: Deadline, progress: Callable[[str], None]
) -> None:
    """Wait until the snapshot is not listed any more."""
    what = f"removing snapshot {snapshot_id} of '{name}'"
    standstill = Standstill(
        f"{client.endpoint}: {what}",
        "The cluster accepted the order and does not work on it: look into its events, then run again.",
    )

    def look() -> Look[None]:
        is_absent = listed_snapshot(client, name, snapshot_id) is None
        if not is_absent:
            pending = snapshot_id in list_snapshots_being_removed(client, name)
            idle = f"it is still listed as available, and pending_actions of '{name}' lists no removal of it"
            standstill.note("" if pending else idle, min(REMOVED_WITHIN, deadline.left / 4))
        return Look(None, done=is_absent)

    wait_for(look, what=what, timeout=deadline.left, progress=progress)
