# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Orders that a run after one that was killed must not give a second time."""

from __future__ import annotations

from collections.abc import Callable

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_central.client import PrismCentral
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_central.tasks import Task, read_task
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.marks import uuid_for
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import (
    AccessDenied,
    Unavailable,
    Unreachable,
)

MOST_ATTEMPTS = 3


def order_once(
    client: PrismCentral,
    send: Callable[[str], str],
    key: tuple[str, ...],
    usable: Callable[[Task], bool],
    *,
    may_be_known: bool = True,
) -> str:
    """Order under a request id that follows from `key`, which is all that the order says. Returns the task.

    As long as the server remembers the id, whoever sends the same order again gets the same task (contract
    prism_central 1.3); no list would show what such a task makes before it has ended. Where that task has ended and
    nothing `usable` is left of it, the order goes out under the next id, and in the end under one that no other has.
    That costs a look at the task, which is saved where nothing like it was ever ordered.
    """
    for attempt in range(MOST_ATTEMPTS):
        task_id = send(uuid_for(*key, str(attempt)))
        task = _read_if_answered(client, task_id) if task_id and may_be_known else None
        if task is None or not task.ended or usable(task):
            return task_id
    return send("")


def _read_if_answered(client: PrismCentral, task_id: str) -> Task | None:
    """Whoever waits for it next has more patience."""
    try:
        return read_task(client, task_id)
    except (AccessDenied, Unavailable, Unreachable):
        return None
