# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Jobs: work that takes simulated time, visible to the caller who started it (contract citrix 5)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from lab.citrix.state.entities import NameValue
from lab.setting import Setting
from lab.wire import Reply
from lab.work import Failure, Step, Work, WorkBook

FINAL = frozenset({"Complete", "CompleteWithWarning", "Failed", "Canceled", "NonTerminatingError"})
WORKED = frozenset({"Complete", "CompleteWithWarning", "NonTerminatingError"})
KEPT_SECONDS = 48 * 3600


class JobFailure(Failure):
    """A job cannot go on. ``code`` is a member of the contract's ErrorCode."""

    def __init__(self, code: str, text: str, parameters: Iterable[NameValue] = ()) -> None:
        super().__init__(text)
        self.code = code
        self.parameters = list(parameters)


@dataclass(eq=False, kw_only=True)
class Job(Work):
    """One job of a caller; ``concerns``: the ids of what it works on."""

    type: str
    owner: str
    parameters: list[NameValue]
    concerns: frozenset[str] = frozenset()
    controller: int = 0
    result: Reply | None = None
    sub_jobs: list[Job] = field(default_factory=list)
    when_done: list[Callable[[Job], object]] = field(default_factory=list)

    @property
    def can_be_cancelled(self) -> bool:
        """Not once its last step of several runs."""
        return not self.done and not (self.step and self.on_last_step)

    @property
    def phase(self) -> str:
        """The name of the step that runs."""
        return self.steps[self.step].name

    @property
    def error_code(self) -> str:
        """ErrorCode of the contract."""
        return self.error.code if isinstance(self.error, JobFailure) else "Unknown"

    @property
    def error_text(self) -> str | None:
        """What went wrong."""
        return str(self.error) if self.error else None

    @property
    def error_parameters(self) -> list[NameValue]:
        """What went wrong, in parts."""
        return self.error.parameters if isinstance(self.error, JobFailure) else []

    def percent(self, now: float) -> int:
        """How far it is, 0..100."""
        return 100 if self.status in WORKED else super().percent(now)


class JobBook(WorkBook[Job]):
    """All jobs of a site and their progress."""

    WAITING, RUNNING, DONE, FAILED = "NotStarted", "InProgress", "Complete", "Failed"

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        self._controller = 0

    def next_controller(self) -> None:
        """Let the next of the controllers behind the address answer (contract citrix 5.2: a job is 404 where it is not
        known)."""
        self._controller = (self._controller + 1) % max(1, self.setting.behaviour["controllers"])

    def submit(
        self,
        type: str,
        owner: str,
        steps: list[Step],
        *,
        parameters: Iterable[NameValue] = (),
        concerns: Iterable[str] = (),
    ) -> Job:
        """Take a job on."""
        job = Job(
            id=self.setting.new_id(),
            type=type,
            owner=owner,
            parameters=list(parameters),
            steps=steps,
            created=self.setting.clock.now,
            concerns=frozenset(concerns),
            controller=self._controller,
        )
        return self.begin(job, self.setting.durations["job_start"])

    def visible(self, owner: str) -> list[Job]:
        """List the caller's jobs that have not vanished yet, oldest first."""
        return [job for job in self.items.values() if self._shown(job, owner)]

    def find(self, job_id: str, owner: str) -> Job | None:
        """Return a job of the caller."""
        job = self.of_anybody(job_id)
        return job if job is not None and self._shown(job, owner) else None

    def of_anybody(self, job_id: str) -> Job | None:
        """Return a job, whoever started it."""
        return self.items.get(job_id.lower())

    def forget(self, job: Job) -> None:
        """Remove a job."""
        del self.items[job.id]

    def cancel(self, job: Job) -> None:
        """End a job before its time."""
        self.end(job, "Canceled")

    def end(self, work: Job, status: str, error: Failure | None = None) -> None:
        """End a job and tell those who wait for it."""
        if error is None and status in WORKED and status != self.DONE:
            error = JobFailure("Unknown", f"The job ended {status}.")
        super().end(work, status, error)
        for callback in work.when_done:
            callback(work)

    def ended_by_rule(self, work: Job) -> bool:
        """Let a rule end a job in any status, or never when that is no final one."""
        ordained = work.outcome.get("job_status", self.DONE)
        message = work.outcome.get("fail_task")
        if ordained not in FINAL:
            work.status = ordained
            return True
        if message is None and ordained in WORKED:
            return False
        status = ordained if message is None else self.FAILED
        self.end(work, status, JobFailure("UnknownError", message or f"The job ended {ordained}."))
        return True

    def end_of(self, job: Job) -> str:
        """Return what a rule made of the end of a job that worked."""
        return str(job.outcome.get("job_status", self.DONE))

    def _shown(self, job: Job, owner: str) -> bool:
        behaviour, now = self.setting.behaviour, self.setting.clock.now
        if behaviour["controllers"] > 1 and job.controller != self._controller:
            return False
        hidden = now < job.created + behaviour["new_job_hidden_seconds"]
        return job.owner == owner and not hidden and (job.ended is None or now < job.ended + KEPT_SECONDS)
