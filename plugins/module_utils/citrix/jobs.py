# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Work that a site does as a job: starting it, following it to any of its ends, reading its result (citrix_orchestration 5).

A job is visible to the one who started it only, and for 48 hours. Nothing here cancels a job.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.citrix.client import CitrixSite
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.moments import parse_moment
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import ApiError, NotFound, OperationError, Unreachable
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.session import Answer, segment
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.waiting import Look, wait_for

PENDING = ("Unknown", "NotStarted", "InProgress")
WORKED = ("Complete", "CompleteWithWarning", "NonTerminatingError")
FAILED = ("Failed", "Canceled")
WORDS = {"Unknown": "state unknown", "NotStarted": "not started yet"}
PATIENCE_WITH_NEW_JOB = 15.0
PATIENCE_WITH_UNKNOWN_STATUS = 60.0
READ_TIMEOUT = 300.0


class JobFailed(OperationError):
    """The job came to a bad end. `code` is the job's ErrorCode."""

    def __init__(self, message: str, advice: str, code: str, **details: Any) -> None:
        super().__init__(message, advice, **details)
        self.code = code


@dataclass(frozen=True)
class Job:
    """A job as last seen. `parameters` by name; `error` is its ErrorString with all ErrorParameters; `ended` says that an end time is set."""

    id: str
    type: str
    status: str
    percent: int | None
    parameters: Mapping[str, str]
    error: str
    error_code: str
    ended: bool

    @property
    def pending(self) -> bool:
        return self.status in PENDING

    @property
    def state(self) -> str:
        """A few words for the screen."""
        return WORDS.get(self.status) or (f"{self.percent} %" if self.percent is not None else self.status)

    @property
    def warning(self) -> str:
        """What an end that is neither good nor bad has to say (U9)."""
        if self.status in ("CompleteWithWarning", "NonTerminatingError"):
            return self.error or f"the job ended with {self.status} and does not say why"
        return ""


def read_jobs(site: CitrixSite) -> list[Job]:
    """Our own jobs of the last 48 hours; not paged (5.2)."""
    return [_job(item) for item in site.items("/Jobs", limit=None)]


def start(site: CitrixSite, path: str, payload: Any = None) -> str:
    """POST with async=true and return the job's id, '' when the site did the work at once. All three forms of the answer are understood (5.1)."""
    return job_id_of(site.request("POST", path, params={"async": True}, payload=payload))


def job_id_of(answer: Answer) -> str:
    """The id of the job that an answer announces: the last segment of Location, or the Id of a body that is a job; '' when there is none."""
    location = answer.headers.get("Location") or ""
    if answer.status == 202 and location:
        return location.partition("?")[0].rstrip("/").rpartition("/")[2]
    body = answer.body if isinstance(answer.body, dict) else {}
    return str(body["Id"]) if body.get("Id") and "Status" in body and "Type" in body else ""


def wait_for_job(site: CitrixSite, job_id: str, *, what: str, timeout: float, progress: Callable[[str], None]) -> Job | None:
    """Follow a job to its end; None when it is no longer there. Raises JobFailed or StillRunning.

    A job may be hidden for a moment after it was made. A status that nobody knows yet counts as an end once the job has an end time, or does not change for a
    minute; whether the work was done must then be seen from the object itself, as with a job that vanished.
    """
    started = time.monotonic()
    seen: list[tuple[str, float]] = []

    def look() -> Look[Job | None]:
        try:
            job = _job(site.get(f"/Jobs/{segment(job_id)}") or {})
        except NotFound:
            hidden = not seen and time.monotonic() - started < PATIENCE_WITH_NEW_JOB
            return Look(None, done=not hidden, state="not visible yet")
        except ApiError as error:
            if error.status == 429 or error.status >= 500:
                raise Unreachable(error.message, error.advice) from None
            raise
        if not seen or seen[-1][0] != job.status:
            seen.append((job.status, time.monotonic()))
        known = job.pending or job.status in WORKED or job.status in FAILED
        strange_end = not known and (job.ended or time.monotonic() - seen[-1][1] > PATIENCE_WITH_UNKNOWN_STATUS)
        return Look(job, done=strange_end or (known and not job.pending), state=job.state)

    job = wait_for(look, what=f"{what} (job {job_id})", timeout=timeout, progress=progress)
    if job is not None and job.status in FAILED:
        end = "was cancelled" if job.status == "Canceled" else "failed"
        raise JobFailed(f"{what}: job {job_id} {end}{f': {job.error}' if job.error else ''}", "", job.error_code, job_id=job_id, job_status=job.status)
    return job


def read_as_job(site: CitrixSite, path: str, params: Mapping[str, Any], *, what: str, progress: Callable[[str], None]) -> Any:
    """A GET that may take longer than the gateway waits: done as a job, whose result is read from the job or from where it points to (5.1, trap 10)."""
    answer = site.request("GET", path, params={**params, "async": True})
    job_id = job_id_of(answer)
    if not job_id:
        return answer.body
    wait_for_job(site, job_id, what=what, timeout=READ_TIMEOUT, progress=progress)
    result = site.request("GET", f"/Jobs/{segment(job_id)}/Results")
    return site.get(site.local_path(result.headers.get("Location") or "")) if result.status == 303 else result.body


def _job(body: Mapping[str, Any]) -> Job:
    details = [str(pair.get("Value")) for pair in body.get("ErrorParameters") or [] if pair.get("Value")]
    return Job(
        id=body.get("Id") or "",
        type=body.get("Type") or "",
        status=body.get("Status") or "Unknown",
        percent=body.get("OverallProgressPercent"),
        parameters={str(pair.get("Name")): str(pair.get("Value") or "") for pair in body.get("Parameters") or []},
        error=" ".join(" ".join(part.split()) for part in [body.get("ErrorString") or "", *details] if part),
        error_code=body.get("ErrorCode") or "",
        ended=parse_moment(body.get("FormattedEndTime")) is not None or parse_moment(body.get("EndTime")) is not None,
    )
