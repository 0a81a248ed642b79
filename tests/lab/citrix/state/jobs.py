# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Jobs: work that takes simulated time, visible to the caller who started it (contract citrix 5)."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from lab.citrix.state.entities import NameValue
from lab.clock import Clock, Events
from lab.wire import Reply

FINAL = frozenset({"Complete", "CompleteWithWarning", "Failed", "Canceled", "NonTerminatingError"})
WORKED = frozenset({"Complete", "CompleteWithWarning", "NonTerminatingError"})
KEPT_SECONDS = 48 * 3600


class JobFailure(Exception):
    """A job cannot go on. ``code`` is a member of the contract's ErrorCode."""

    def __init__(self, code: str, text: str, parameters: Iterable[NameValue] = ()) -> None:
        super().__init__(text)
        self.code = code
        self.text = text
        self.parameters = list(parameters)


@dataclass
class Step:
    """A part of a job: what is done when its simulated seconds are over."""

    name: str
    seconds: float
    action: Callable[[], object] = lambda: None


@dataclass(eq=False)
class Job:
    """One job. ``outcome`` is what a fault rule ordained: fail_task (text) and job_status."""

    id: str
    type: str
    owner: str
    parameters: list[NameValue]
    steps: list[Step]
    created: float
    outcome: Mapping[str, Any] = field(default_factory=dict)
    cancellable: bool = True
    concerns: frozenset[str] = frozenset()
    controller: int = 0
    started: float | None = None
    ended: float | None = None
    status: str = "NotStarted"
    step: int = 0
    error_code: str = "Unknown"
    error_text: str | None = None
    error_parameters: list[NameValue] = field(default_factory=list)
    result: Reply | None = None
    sub_jobs: list[Job] = field(default_factory=list)
    when_done: list[Callable[[Job], object]] = field(default_factory=list)

    @property
    def done(self) -> bool:
        """Whether it has come to one of its ends."""
        return self.status in FINAL

    @property
    def can_be_cancelled(self) -> bool:
        """Not once its last step of several runs."""
        return self.cancellable and not self.done and not (self.step and self.step == len(self.steps) - 1)

    @property
    def phase(self) -> str:
        """The name of the step that runs."""
        return self.steps[min(self.step, len(self.steps) - 1)].name

    def percent(self, now: float) -> int:
        """How far it is, 0..100."""
        if self.status in WORKED:
            return 100
        if self.started is None:
            return 0
        total = sum(step.seconds for step in self.steps)
        elapsed = (self.ended if self.ended is not None else now) - self.started
        return min(99, int(100 * elapsed / total)) if total else 0


class JobBook:
    """All jobs of a site and their progress."""

    def __init__(
        self, clock: Clock, events: Events, chance: random.Random, start_delay: float, behaviour: Mapping[str, Any]
    ) -> None:
        self._clock = clock
        self._events = events
        self._chance = chance
        self._start_delay = start_delay
        self._behaviour = behaviour
        self._jobs: dict[str, Job] = {}
        self._controller = 0

    def next_controller(self) -> None:
        """Let the next of the controllers behind the address answer (contract citrix 5.2: a job is 404 where it is not
        known)."""
        self._controller = (self._controller + 1) % max(1, self._behaviour["controllers"])

    def submit(
        self,
        type: str,
        owner: str,
        steps: list[Step],
        *,
        parameters: Iterable[NameValue] = (),
        outcome: Mapping[str, Any] | None = None,
        cancellable: bool = True,
        concerns: Iterable[str] = (),
    ) -> Job:
        """Take a job on; its steps run one after the other, each action at the end of its step."""
        job = Job(
            str(UUID(int=self._chance.getrandbits(128), version=4)),
            type,
            owner,
            list(parameters),
            steps,
            self._clock.now,
            outcome or {},
            cancellable,
            frozenset(concerns),
            self._controller,
        )
        self._jobs[job.id] = job
        self._events.after(self._start_delay, lambda: self._start(job))
        return job

    def visible(self, owner: str) -> list[Job]:
        """List the caller's jobs that have not vanished yet, oldest first."""
        return [job for job in self._jobs.values() if self._shown(job, owner)]

    def find(self, job_id: str, owner: str) -> Job | None:
        """Return a job of the caller."""
        job = self._jobs.get(job_id.lower())
        return job if job is not None and self._shown(job, owner) else None

    def forget(self, job: Job) -> None:
        """Remove a job."""
        del self._jobs[job.id]

    def cancel(self, job: Job) -> None:
        """End a job before its time."""
        self._end(job, "Canceled")

    def of_anybody(self, job_id: str) -> Job | None:
        """Return a job, whoever started it."""
        return self._jobs.get(job_id.lower())

    def all(self) -> list[Job]:
        """List every job, whoever started it."""
        return list(self._jobs.values())

    def _shown(self, job: Job, owner: str) -> bool:
        now = self._clock.now
        if self._behaviour["controllers"] > 1 and job.controller != self._controller:
            return False
        return (
            job.owner == owner
            and now >= job.created + self._behaviour["new_job_hidden_seconds"]
            and (job.ended is None or now < job.ended + KEPT_SECONDS)
        )

    def _start(self, job: Job) -> None:
        if job.done:
            return
        job.status = "InProgress"
        job.started = self._clock.now
        self._run_step(job)

    def _run_step(self, job: Job) -> None:
        self._events.after(job.steps[job.step].seconds, lambda: self._finish_step(job))

    def _finish_step(self, job: Job) -> None:
        if job.done:
            return
        last = job.step == len(job.steps) - 1
        ordained = job.outcome.get("job_status", "Complete")
        if last and ordained not in FINAL:
            job.status = ordained  # a fault rule wants a job that never ends
            return
        if last and (job.outcome.get("fail_task") or ordained not in WORKED):
            job.error_text = job.outcome.get("fail_task") or f"The job ended {ordained}."
            job.error_code = "UnknownError"
            self._end(job, "Failed" if job.outcome.get("fail_task") else ordained)
            return
        try:
            job.steps[job.step].action()
        except JobFailure as failure:
            job.error_code, job.error_text, job.error_parameters = failure.code, failure.text, failure.parameters
            self._end(job, "Failed")
            return
        if not last:
            job.step += 1
            self._run_step(job)
            return
        if ordained != "Complete":
            job.error_text = f"The job ended {ordained}."
        self._end(job, ordained)

    def _end(self, job: Job, status: str) -> None:
        job.status = status
        job.ended = self._clock.now
        for callback in job.when_done:
            callback(job)
