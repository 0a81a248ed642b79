# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Changes of one thing: read right before, sent with its ETag, repeated when somebody else was faster (contract
prism_central 1.4).

An old ETag is refused at once with 412, or later: the order is accepted, and its task fails, because the thing changed
while the task was queued.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_central.client import (
    STALE,
    Entity,
    PrismCentral,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_central.tasks import (
    Task,
    TaskFailed,
    wait_for_task,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.waiting import Deadline, Look, wait_for
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import ApiError
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.pace import paced

MOST_ATTEMPTS = 5
PAUSE_BETWEEN = 2.0


@dataclass(frozen=True)
class Order:
    """What is sent to the thing itself, or to its path with `action` behind: '/$actions/power-on'. A `request_id` of
    the caller is for orders that a later run must not give a second time."""

    method: str
    action: str = ""
    body: Any = None
    request_id: str = ""


# Decides, from the thing as it is now, what to send; None when nothing is left to do.
Decide = Callable[[Entity], "Order | None"]


def start_change(client: PrismCentral, namespace: str, path: str, decide: Decide) -> str | None:
    """Read the thing, send the order with its ETag, and return the task; None when there was nothing to send.

    Raises NotFound when the thing is not there, AnswerLost as `PrismCentral.order` does.
    """
    attempt = 0
    while True:
        attempt += 1
        entity = client.read(namespace, path)
        order = decide(entity)
        if order is None:
            return None
        try:
            return client.order(
                order.method,
                namespace,
                f"{path}{order.action}",
                order.body,
                etag=entity.etag,
                request_id=order.request_id,
            )
        except ApiError as error:
            if error.status != STALE or attempt == MOST_ATTEMPTS:
                raise
        _pause()


def change_entity(
    client: PrismCentral,
    namespace: str,
    path: str,
    decide: Decide,
    *,
    what: str,
    timeout: float,
    progress: Callable[[str], None],
    leaves: str = "",
) -> Task | None:
    """The same, and wait for the task; None when there was nothing to send. Raises TaskFailed."""
    deadline = Deadline(timeout)
    attempt = 0
    while True:
        attempt += 1
        task_id = start_change(client, namespace, path, decide)
        if not task_id:
            return None
        try:
            return wait_for_task(client, task_id, what, deadline.left, progress, leaves)
        except TaskFailed as failure:
            if not failure.task.met_old_etag or attempt == MOST_ATTEMPTS:
                raise
        progress(f"{what}: it was changed meanwhile, reading it again")
        _pause()


def read_when_there(
    client: PrismCentral, namespace: str, path: str, *, what: str, timeout: float, progress: Callable[[str], None]
) -> Entity:
    """Read what was just made: that it is not found may mean that it is not known everywhere yet (contract
    prism_central 2.1)."""

    def look() -> Look[Entity]:
        entity = client.read_if_there(namespace, path)
        return Look(entity or Entity({}, ""), done=entity is not None, state="not known yet")

    return wait_for(look, what=what, timeout=timeout, progress=progress)


def _pause() -> None:
    time.sleep(paced(PAUSE_BETWEEN) * random.uniform(0.8, 1.2))
