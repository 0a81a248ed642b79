# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Restoring the clones: one order for all that are missing, and its end."""

from __future__ import annotations

from collections.abc import Sequence

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.restores import (
    RESTORE_FAILED,
    restore_grace,
    restore_vms,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.tasks import (
    TaskFailed,
    wait_for_task,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.send_once import send_once
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.text import quoted
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.waiting import Look, Standstill, wait_for
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.failover.drill_plan import NAMED_AT_MOST
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.prism_element.drill.work import DrillWork
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import (
    AccessDenied,
    ApiError,
    OperationError,
    StillRunning,
)

APPEARS_WITHIN = 60.0


def restore(work: DrillWork, snapshot_id: str, missing: Sequence[str]) -> None:
    """Restore the clones of these VMs, and wait until they are there when waiting is wanted."""
    what = f"restore of {len(missing)} clones from snapshot {snapshot_id}"
    try:
        task_uuid = _order(work, snapshot_id, missing)
        if not work.params["wait"]:
            return
        if task_uuid:
            wait_for_task(work.client, task_uuid, what, work.deadline.left, work.reporter.progress)
    except AccessDenied:
        raise
    except (ApiError, TaskFailed):
        # An earlier restore that no list showed may have made the VMs meanwhile, and the cluster refuses a second
        # one of their names.
        if _absent(work, missing):
            raise
        return
    try:
        _wait_until_there(work, missing, what, by_task=bool(task_uuid))
    except StillRunning:
        absent = _absent(work, missing)
        if not task_uuid or not absent:
            raise
        raise OperationError(
            f"{work.client.endpoint}: {what} succeeded, but {len(absent)} clones are not there:"
            f" {quoted(absent[:NAMED_AT_MOST])}",
            "Run the same task again: it restores what is missing.",
        ) from None


def _order(work: DrillWork, snapshot_id: str, missing: Sequence[str]) -> str:
    """The task of the restore, '' where there is none."""

    def appeared() -> str | None:
        estate = work.look()
        absent = work.clones(estate, missing).missing(missing)
        if work.under_way(estate, missing) or len(absent) < len(missing):
            return ""
        return None

    # Not every cluster lists a restore under way: seeing nothing proves nothing, and a second makes more VMs.
    return send_once(
        lambda: restore_vms(work.client, work.name, snapshot_id, work.drill.mark, missing) or "",
        appeared,
        what="the clones",
        progress=work.reporter.progress,
        patience=min(APPEARS_WITHIN, work.deadline.left / 4),
        sends=1,
        advice="Run the same task again in a few minutes: it adopts the clones if they have come by then, or restores"
        " them.",
    )


def _wait_until_there(work: DrillWork, missing: Sequence[str], what: str, *, by_task: bool) -> None:
    standstill = Standstill(f"{work.client.endpoint}: {what}", RESTORE_FAILED)

    def look() -> Look[None]:
        estate = work.look()
        absent = work.clones(estate, missing).missing(missing)
        under_way = work.under_way(estate, missing)
        is_over = not absent and not under_way
        if not by_task:
            nothing = (
                f"{len(absent)} clones are not there, and pending_actions of '{work.name}' lists no restore of them"
            )
            grace = restore_grace(standstill.was_busy, work.deadline.left)
            standstill.note(nothing if absent and not under_way else "", grace)
        words = f"{len(missing) - len(absent)} of {len(missing)} are there"
        return Look(None, done=is_over, state="" if is_over else words)

    seconds = work.deadline.left
    timeout = min(APPEARS_WITHIN, seconds) if by_task else seconds
    wait_for(look, what=what, timeout=timeout, progress=work.reporter.progress)


def _absent(work: DrillWork, missing: Sequence[str]) -> tuple[str, ...]:
    return work.clones(work.look(), missing).missing(missing)
