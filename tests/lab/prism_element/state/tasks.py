# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tasks (contract prism_element 5)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import ClassVar
from uuid import UUID

from lab.prism_element.state.ground import Ground
from lab.work import Failure, Step, Work, WorkBook

ABORTED = "ABORTED"
LONG_AGO = 30 * 86400.0


class TaskFailure(Failure):
    """Raised by what a task does; its text becomes the error detail."""


@dataclass(eq=False, kw_only=True)
class Task(Work):
    """An asynchronous operation; ``entities``: pairs of type and id; ``later_name``: what later versions call it."""

    COUNTS_THE_WAIT: ClassVar[bool] = True

    operation: str
    entities: list[tuple[str, str]] = field(default_factory=list)
    later_name: str = ""

    def percent(self, now: float) -> int:
        """How far it is: 100 on failure as well."""
        return 100 if self.done else super().percent(now)


class TaskBook(WorkBook[Task]):
    """All tasks of a cluster."""

    WAITING, RUNNING, DONE, FAILED = "QUEUED", "RUNNING", "SUCCEEDED", "FAILED"

    def __init__(self, ground: Ground) -> None:
        super().__init__(ground)
        self._ground = ground

    def start(
        self,
        operation: str,
        duration: str,
        action: Callable[[Task], None],
        entities: Iterable[tuple[str, str]] = (),
        later_name: str = "",
    ) -> Task:
        """Start a task whose ``action`` happens at its end; TaskFailure raised there, or a fault rule, makes it fail
        without effect."""
        takes = self._ground.durations[duration]
        queued = min(0.5, takes / 10)
        task = Task(
            id=self._ground.new_id(),
            steps=[Step(operation, takes - queued, lambda: action(task))],
            created=self._ground.clock.now,
            operation=operation,
            entities=list(entities),
            later_name=later_name,
        )
        return self.begin(task, queued)

    def of_long_ago(self) -> Task:
        """What the cluster did before the lab began: its history does not begin with the first request."""
        task = Task(id=str(UUID(int=0, version=4)), steps=[], created=-LONG_AGO, operation="NccCheck")
        task.status, task.started, task.ended = self.DONE, task.created, task.created
        return task

    def find(self, task_uuid: str) -> Task:
        """Return a task or raise the refusal for a missing one."""
        if task_uuid not in self.items:
            raise self._ground.errors.not_found("Task", task_uuid)
        return self.items[task_uuid]

    def ended_by_rule(self, work: Task) -> bool:
        """Let a fault rule, or the loss of the power, end a task without effect."""
        rule = work.outcome.get("fail_task", work.outcome.get("job_status"))
        if str(work.outcome.get("job_status", "")).upper() == ABORTED:
            self.end(work, ABORTED)
        elif rule is not None:
            self.end(work, self.FAILED, TaskFailure(rule))
        elif self._ground.lost:
            self.end(work, ABORTED, TaskFailure("The cluster lost its power"))
        return work.done
