# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tasks (contract prism_central 2.1)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from lab.setting import Setting
from lab.work import Failure, Step, Work, WorkBook

ENGINE = "ZXJnb24="  # base64 of the name of the task engine
CANCELED = "CANCELED"
SUSPENDED = "SUSPENDED"


class TaskFailure(Failure):
    """Raised by what a task does."""

    def __init__(self, message: str, code: str = "TASK-1", group: str = "INTERNAL_ERROR") -> None:
        super().__init__(message)
        self.code = code
        self.group = group


@dataclass(eq=False, kw_only=True)
class Task(Work):
    """A task. ``entities``: pairs of id and rel; ``details``: what else it leaves, such as recoveryPointExtId;
    ``warnings``: what did not go as it might have."""

    operation: str
    description: str
    clusters: list[str]
    entities: list[tuple[str, str]] = field(default_factory=list)
    details: dict[str, str] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    parent: str | None = None

    @property
    def ext_id(self) -> str:
        """The id in v4."""
        return f"{ENGINE}:{self.id}"


class TaskBook(WorkBook[Task]):
    """All tasks of a Prism Central."""

    WAITING, RUNNING, DONE, FAILED = "QUEUED", "RUNNING", "SUCCEEDED", "FAILED"

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)

    def start(
        self,
        operation: str,
        description: str,
        seconds: float,
        action: Callable[[Task], None],
        clusters: Sequence[str],
        entities: Sequence[tuple[str, str]] = (),
    ) -> Task:
        """Start a task whose ``action`` happens at its end; TaskFailure raised there, or a fault rule, makes it fail
        without effect."""
        task = Task(
            id=self.setting.new_id(),
            steps=[Step(operation, seconds, lambda: action(task))],
            created=self.setting.clock.now,
            operation=operation,
            description=description,
            clusters=list(clusters),
            entities=list(entities),
        )
        return self.begin(task, self.setting.durations["task_start"])

    def find(self, ext_id: str) -> Task | None:
        """Return a task by the id that v4 knows it by."""
        engine, _colon, task_id = ext_id.partition(":")
        return self.items.get(task_id) if engine == ENGINE else None

    def ended_by_rule(self, work: Task) -> bool:
        """Let a fault rule end a task without effect."""
        status = str(work.outcome.get("job_status", self.DONE)).upper()
        message = work.outcome.get("fail_task")
        if message is None and status == self.DONE:
            return False
        if message is None and status == SUSPENDED:
            work.status = status  # nobody ends it
            return True
        if message is not None or status not in (self.FAILED, CANCELED):
            status = self.FAILED
        self.end(work, status, TaskFailure(message or f"The task is {status}"))
        return True

    def end(self, work: Task, status: str, error: Failure | None = None) -> None:
        """End a task; what went wrong may stand in a sub-task only."""
        super().end(work, status, error)
        if status == self.FAILED and self.setting.behaviour["failed_task_tells"] == "sub_task" and work.parent is None:
            child = Task(
                id=self.setting.new_id(),
                steps=work.steps,
                created=work.created,
                operation=f"{work.operation}OnCluster",
                description=work.description,
                clusters=work.clusters,
                parent=work.ext_id,
                started=work.started,
            )
            self.items[child.id] = child
            super().end(child, status, error)
