# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tasks: those that clients make for the HTTP handlers, and those of asynchronous calls (contract xenserver 6,
addition A)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lab.xenserver.errors import XapiFailure
from lab.xenserver.state.ground import Ground

PENDING, SUCCESS, FAILURE, CANCELLED = "pending", "success", "failure", "cancelled"


class Tasks:
    """All tasks of a pool."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground

    def create(self, label: str, description: str = "") -> str:
        """Make a task that is under way until somebody ends it."""
        return self._ground.database.add(
            "task",
            name_label=label,
            name_description=description,
            created=self._ground.clock.epoch,
            status=PENDING,
            type="<none/>",
        )

    def start(self, label: str, action: Callable[[], Any]) -> str:
        """Carry something out after a while, as a call of ``Async`` does. A fault rule may make it fail instead."""
        ref = self.create(label)
        outcome = self._ground.outcome

        def finish() -> None:
            if "fail_task" in outcome:
                self.fail(ref, XapiFailure("INTERNAL_ERROR", str(outcome["fail_task"])))
                return
            try:
                value = action()
            except XapiFailure as failure:
                self.fail(ref, failure)
            else:
                self.succeed(ref, "" if value is None else f"<value>{value}</value>")

        self._ground.after("xapi_task", finish)
        return ref

    def succeed(self, ref: str, result: str = "") -> None:
        """End a task well, unless it was cancelled or is gone."""
        self._end(ref, status=SUCCESS, result=result, progress=1.0)

    def fail(self, ref: str, failure: XapiFailure) -> None:
        """End a task badly."""
        self._end(ref, status=FAILURE, error_info=failure.description)

    def _end(self, ref: str, **fields: Any) -> None:
        if ref in self._ground.database.refs("task"):
            task = self._ground.database.get("task", ref)
            if task["status"] == PENDING:
                task.update(finished=self._ground.clock.epoch, **fields)

    def cancel(self, ref: str) -> None:
        """Cancel a task that is under way."""
        task = self._ground.database.get("task", ref)
        if task["status"] != PENDING:
            raise XapiFailure("OPERATION_NOT_ALLOWED", "task is not cancellable")
        self._end(ref, status=CANCELLED)
