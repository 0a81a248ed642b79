# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The shortest time in which a release can be done: what no controller, however fast, can save."""

from __future__ import annotations

from dataclasses import dataclass

# Calls that must follow one another, because each needs the answer of the one before or the end of what that one
# started.
CALLS_IN_A_ROW = {
    "look for the image": 1,
    "order the protection domain snapshot, see that it is there": 2,
    "see the replica": 1,
    "order the restore, see its end": 2,
    "order the image, see its end": 2,
    "log in to the site, find it, read the catalogs, look for the image": 4,
    "order the update, see its end, read the catalog back": 3,
}
BY_RECOVERY_POINT = {
    **CALLS_IN_A_ROW,
    "order the protection domain snapshot, see that it is there": 0,
    "find the golden VM, order the recovery point, see its end, order its copies": 4,
}


@dataclass(frozen=True)
class Durations:
    """How long each step takes, in simulated seconds; ``call`` is every single request's."""

    snapshot: float = 5
    replicate: float = 600
    restore: float = 30
    delete: float = 5
    publish: float = 900
    call: float = 0.3


def critical_path(durations: Durations, by_recovery_point: bool = False) -> float:
    """Seconds from the first request to the last, every cluster and every catalog at once; with one cluster's
    durations, those of its own catalogs.

    Protection domain snapshot, slowest replication, restore, image, publish. The temporary VM goes while the catalogs
    move. The lab's own small additions (the queue before a replication, the start of a job, the browsing of a hosting
    unit: some 10 s) are not in it: they count against the controller.
    """
    steps = durations.snapshot + durations.replicate + durations.restore + durations.snapshot + durations.publish
    calls = BY_RECOVERY_POINT if by_recovery_point else CALLS_IN_A_ROW
    return steps + sum(calls.values()) * durations.call
