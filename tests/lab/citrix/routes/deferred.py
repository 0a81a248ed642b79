# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``?async=true``: the same work as a job (contract citrix 5.1)."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from lab.citrix.errors import text_of
from lab.citrix.state.entities import NameValue
from lab.citrix.state.jobs import Job, JobFailure
from lab.citrix.state.site import Site
from lab.wire import Refusal, Reply, Request
from lab.work import Step

Answer = Callable[[Request], Reply]

ERROR_CODES = {400: "InvalidArgument", 403: "AccessDenied", 404: "ObjectNotFound", 409: "DuplicateObject"}


def now_or_as_job(
    site: Site,
    request: Request,
    job_type: str,
    work: Callable[[], Reply],
    *,
    duration: str = "read_job",
    parameters: Iterable[NameValue] = (),
    concerns: Iterable[str] = (),
    result_path: str | None = None,
) -> Reply:
    """Do the work at once, or with async=true as a job: 202 and its Location.

    The reply of the work becomes the job's result; one without a body becomes a 303 to ``result_path``, the changed
    object.
    """
    if not request.flag("async"):
        return work()

    def finish() -> None:
        try:
            reply = work()
        except Refusal as refusal:
            raise JobFailure(ERROR_CODES.get(refusal.status, "UnknownError"), text_of(refusal.body)) from None
        if reply.body is None and result_path:
            reply = Reply(303, None, {"Location": location(site, request, result_path)})
        job.result = reply

    job = site.jobs.submit(
        job_type,
        site.principal,
        [Step(job_type, site.durations[duration], finish)],
        parameters=parameters,
        concerns=concerns,
    )
    return accepted(site, request, job)


def deferrable(site: Site, job_type: str) -> Callable[[Answer], Answer]:
    """Let a read be done at once or, with async=true, as a job."""

    def decorate(read: Answer) -> Answer:
        return lambda request: now_or_as_job(site, request, job_type, lambda: read(request))

    return decorate


def accepted(site: Site, request: Request, job: Job) -> Reply:
    """Return 202, no body, and where the job is."""
    return Reply(202, None, {"Location": location(site, request, f"/Jobs/{job.id}")})


def location(site: Site, request: Request, path: str) -> str:
    """Return the absolute URL of a path; its host may differ from the one that was asked (contract citrix 5.1)."""
    return f"https://{site.behaviour['location_host'] or request.header('host')}/cvad/manage{path}"
