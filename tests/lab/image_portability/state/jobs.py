# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Jobs: they take simulated time and are forgotten a day after their end (contract image_portability 6)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from lab.setting import Setting
from lab.work import Failure, Work, WorkBook

KEPT_SECONDS = 24 * 3600
CANCELLING = "canceling"


@dataclass(eq=False, kw_only=True)
class Job(Work):
    """One job with what was ordered and what came of it."""

    COUNTS_THE_WAIT = True

    kind: str
    route: str
    order: Mapping[str, Any]
    artifacts: dict[str, Any] = field(default_factory=dict)
    disk_hash: str = ""


class JobBook(WorkBook[Job]):
    """The jobs of a customer. Their words are the switches'."""

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        self.forgotten: set[str] = set()

    def __getattr__(self, name: str) -> str:
        words = {"WAITING": "queued_word", "RUNNING": "running_word", "DONE": "complete_word", "FAILED": "failed_word"}
        if name not in words:
            raise AttributeError(name)
        return str(self.setting.behaviour[words[name]])

    def visible(self) -> list[Job]:
        """List the jobs that the service still knows, the newest first."""
        known = [job for job in self.items.values() if self._is_known(job)]
        return sorted(known, key=lambda job: (-job.created, job.id))

    def get(self, job_id: str) -> Job | None:
        """Return a job that the service still knows."""
        job = self.items.get(job_id.lower())
        return job if job is not None and self._is_known(job) else None

    def cancel(self, job: Job) -> None:
        """End a job that runs, at once or a little later."""
        if self.setting.behaviour["cancelled"] == "later":
            job.status = CANCELLING
            job.outcome = {**job.outcome, "job_status": self.setting.behaviour["cancelled_word"]}
            self.setting.events.after(5, lambda: self._end_cancelled(job))
        else:
            self._end_cancelled(job)

    def ended_by_rule(self, work: Job) -> bool:
        """End as a fault rule says: ``fail_task`` with its text, ``job_status`` with that word."""
        if "fail_task" in work.outcome:
            self.end(work, self.FAILED, Failure(str(work.outcome["fail_task"])))
            return True
        if "job_status" in work.outcome:
            self.end(work, str(work.outcome["job_status"]))
            return True
        return False

    def _end_cancelled(self, job: Job) -> None:
        if not job.done:
            self.end(job, self.setting.behaviour["cancelled_word"])

    def _is_known(self, job: Job) -> bool:
        if job.id in self.forgotten:
            return False
        return job.ended is None or self.setting.clock.now - job.ended < KEPT_SECONDS
