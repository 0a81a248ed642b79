# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tasks: asynchronous calls, and the transfers whose success stands nowhere else (contract xenserver 6, trap 16)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.xenserver.client import (
    ADVICE,
    LOOK_INTO_LOG,
    NO_SPACE,
    XapiError,
    XenServer,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.waiting import Look, wait_for
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import NotFound, OperationError

GOOD = "success"
ENDS = (GOOD, "failure", "cancelled")
_RESULT = re.compile(r"<value>(.*)</value>\Z", re.DOTALL)


def carry_out(
    client: XenServer, method: str, *arguments: Any, what: str, timeout: float, progress: Callable[[str], None]
) -> str:
    """Make a call that takes its time, and wait for its end. Returns its result, a reference as a rule."""
    task = client.call(f"Async.{method}", *arguments)
    return wait_for_task(client, task, what, timeout, progress)


def wait_for_task(client: XenServer, task: str, what: str, timeout: float, progress: Callable[[str], None]) -> str:
    """Wait for the end of a task and remove it, because nobody else does. Raises what it failed with, or StillRunning;
    then it goes on, and its record stays."""

    def look() -> Look[dict[str, Any]]:
        record = client.call("task.get_record", task)
        percent = float(record["progress"]) * 100
        return Look(record, done=record["status"] in ENDS, state=f"{percent:.0f} %" if percent else "")

    try:
        record = wait_for(look, what=f"{client.endpoint}: {what}", timeout=timeout, progress=progress)
    except NotFound:
        raise OperationError(
            f"{client.endpoint}: the task of {what} is not there any more, so that nobody can tell how it ended",
            "Run the same task again: it looks first and goes on from there.",
        ) from None
    _forget(client, task)
    if record["status"] == GOOD:
        match = _RESULT.match(record["result"])
        if match:
            return match[1]
        return str(record["result"])
    reason = [str(part) for part in record["error_info"]] or [record["status"]]
    told = ", ".join(part for part in reason if part)
    # What writes the bytes of a disk tells of a full SR as the system does (contract xenserver addition D)
    advice = ADVICE[NO_SPACE] if "ENOSPC" in told else ADVICE.get(reason[0], LOOK_INTO_LOG)
    raise XapiError(
        f"{client.endpoint}: {what} failed with {told}", advice, code=reason[0], parameters=tuple(reason[1:])
    )


@contextmanager
def task_for(client: XenServer, label: str) -> Iterator[str]:
    """A task that a transfer tells its end in. It goes when the transfer never came to its task."""
    task = client.call("task.create", label, ORIGIN)
    try:
        yield task
    except OperationError:
        _forget(client, task)
        raise


ORIGIN = "euc.nutanix_citrix"


def _forget(client: XenServer, task: str) -> None:
    try:
        client.call("task.destroy", task)
    except OperationError:
        # A record of a task that is over harms nobody
        return
