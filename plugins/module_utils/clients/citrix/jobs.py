# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Work that a site does as a job: starting it, following it to any of its ends, reading its result
(contract citrix 5).

A job is visible to the one who started it only, and for 48 hours. Nothing here cancels a job.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.client import CitrixSite
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.send_once import effect_unknown
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.timestamps import parse_moment
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.waiting import Look, wait_for
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import NotFound, OperationError
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.session import Answer, segment

PENDING = ("Unknown", "NotStarted", "InProgress")
WORKED = ("Complete", "CompleteWithWarning", "NonTerminatingError")
FAILED = ("Failed", "Canceled")
WORDS = {"Unknown": "state unknown", "NotStarted": "not started yet"}
PATIENCE_WITH_NEW_JOB = 15.0
PATIENCE_WITH_UNKNOWN_STATUS = 60.0
READ_TIMEOUT = 300.0
# Behind one address there may be several controllers, of which not each knows every job: a job is gone when nobody knew
# it in so many looks of so many requests
LOOKS_BEFORE_GONE = 3
REQUESTS_OF_A_LOOK = 3
# A balancer that sends each connection to one controller sends a new connection to another one
NEW_CONNECTION = {"Connection": "close"}


class JobFailed(OperationError):
    """The job came to a bad end. `code` is the job's ErrorCode."""

    def __init__(self, message: str, advice: str, code: str, **details: Any) -> None:
        super().__init__(message, advice, **details)
        self.code = code


@dataclass(frozen=True)
class Job:
    """A job as last seen. `parameters` by name; `error` is its ErrorString with all ErrorParameters; `ended` says that
    an end time is set."""

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
        """What an end that is neither good nor bad has to say (contract citrix U9)."""
        if self.status in ("CompleteWithWarning", "NonTerminatingError"):
            return self.error or f"the job ended with {self.status} and does not say why"
        return ""


def read_jobs(site: CitrixSite) -> list[Job]:
    """Our own jobs of the last 48 hours; not paged (contract citrix 5.2)."""
    return [_job(item) for item in site.items("/Jobs", limit=None)]


def start(
    site: CitrixSite,
    path: str,
    payload: Any = None,
    method: str = "POST",
    params: Mapping[str, Any] | None = None,
) -> str:
    """Send an order with async=true and return the job's id, '' when the site did the work at once. All three forms of
    the answer are understood (contract citrix 5.1). Not to be repeated after AnswerLost without a look."""
    with effect_unknown():
        return job_id_of(site.request(method, path, params={**(params or {}), "async": True}, payload=payload))


def job_id_of(answer: Answer) -> str:
    """The id of the job that an answer announces: the last segment of Location, or the Id of a body that is a job; ''
    when there is none."""
    location = answer.headers.get("Location") or ""
    if answer.status == 202 and location:
        return location.partition("?")[0].rstrip("/").rpartition("/")[2]
    body = answer.body if isinstance(answer.body, dict) else {}
    if body.get("Id") and "Status" in body and "Type" in body:
        return str(body["Id"])
    return ""


def wait_for_job(
    site: CitrixSite, job_id: str, *, what: str, timeout: float, progress: Callable[[str], None]
) -> Job | None:
    """Follow a job to its end; None when it is no longer there. Raises JobFailed or StillRunning.

    A job may be hidden for a moment after it was made, or unknown to one of several controllers. A status that nobody
    knows yet counts as an end once the job has an end time, or does not change for a minute; whether the work was done
    must then be seen from the object itself, as with a job that vanished.
    """
    start = time.monotonic()
    samples: list[tuple[str, float]] = []
    missed = 0

    def look() -> Look[Job | None]:
        nonlocal missed
        try:
            job = _job(_read_of_job(site, f"/Jobs/{segment(job_id)}").body or {})
        except NotFound:
            missed += 1
            if samples:
                return Look(None, done=missed >= LOOKS_BEFORE_GONE, state="not visible any more, looking again")
            return Look(None, done=time.monotonic() - start >= PATIENCE_WITH_NEW_JOB, state="not visible yet")
        missed = 0
        if not samples or samples[-1][0] != job.status:
            samples.append((job.status, time.monotonic()))
        is_understood = job.pending or job.status in WORKED or job.status in FAILED
        strange_end = not is_understood and (
            job.ended or time.monotonic() - samples[-1][1] > PATIENCE_WITH_UNKNOWN_STATUS
        )
        return Look(job, done=strange_end or (is_understood and not job.pending), state=job.state)

    job = wait_for(look, what=f"{what} (job {job_id})", timeout=timeout, progress=progress)
    if job is not None and job.status in FAILED:
        end = "was cancelled" if job.status == "Canceled" else "failed"
        raise JobFailed(
            f"{what}: job {job_id} {end}{f': {job.error}' if job.error else ''}",
            "Look for it in Studio under Logging, remove the reason, then run the same task again.",
            job.error_code,
            job_id=job_id,
            job_status=job.status,
        )
    return job


def read_results(site: CitrixSite, job_id: str) -> Answer:
    """The result of a job, as it is or as the 303 that says where it is. Raises NotFound when no controller knows
    it."""
    return _read_of_job(site, f"/Jobs/{segment(job_id)}/Results")


def read_as_job(
    site: CitrixSite, path: str, params: Mapping[str, Any], *, what: str, progress: Callable[[str], None]
) -> Any:
    """A GET that may take longer than the gateway waits: done as a job, whose result is read from the job or from where
    it points to (contract citrix 5.1, trap 10).

    A job or result that got lost costs nothing but time: what only reads is then read without a job.
    """
    answer = site.request("GET", path, params={**params, "async": True})
    job_id = job_id_of(answer)
    if not job_id:
        return answer.body
    try:
        if wait_for_job(site, job_id, what=what, timeout=READ_TIMEOUT, progress=progress) is not None:
            result = read_results(site, job_id)
            return (
                site.get(site.local_path(result.headers.get("Location") or "")) if result.status == 303 else result.body
            )
        reason = "the job vanished"
    except NotFound as error:
        reason = error.message
    progress(f"{what}: {reason}; reading without a job")
    return site.get(path, params)


def _read_of_job(site: CitrixSite, path: str) -> Answer:
    """A GET of a job or its result, asked of other controllers too when one does not know it. Raises NotFound."""
    headers: Mapping[str, str] = {}
    for _try in range(REQUESTS_OF_A_LOOK - 1):
        try:
            return site.request("GET", path, headers=headers)
        except NotFound:
            headers = NEW_CONNECTION
    return site.request("GET", path, headers=headers)


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
