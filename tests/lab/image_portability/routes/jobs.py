# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Starting, watching and cancelling jobs (contract image_portability 3, 5, 6)."""

from __future__ import annotations

from lab.image_portability.errors import not_found, refusal
from lab.image_portability.state.jobs import Job
from lab.image_portability.state.orders import Order
from lab.image_portability.state.service import Service
from lab.image_portability.views.job import job_view
from lab.image_portability.views.listing import PAGING, page
from lab.router import Router
from lab.schema import mapping
from lab.wire import Reply, Request

STARTS = {"export": "$export", "prepare": "$prepare", "publish": "$publish"}


def add_routes(router: Router, service: Service, prefix: str) -> None:
    """Make the routes of jobs known."""
    for kind, route in STARTS.items():
        _add_start(router, service, prefix, kind, route)

    @router.route("GET", "/jobs", section="6", query=PAGING)
    def list_jobs(request: Request) -> Reply:
        return page(service, request, service.jobs.visible(), lambda job: job_view(service, job))

    @router.route("GET", "/jobs/{id}", section="6")
    def one_job(request: Request) -> Reply:
        return Reply(200, job_view(service, _the_job(service, request)))

    @router.route("POST", "/jobs/{id}/$cancel", section="3")
    def cancel(request: Request) -> Reply:
        job = _the_job(service, request)
        if job.done:
            raise refusal(service.behaviour["cancel_finished"], f"The job {job.id} has ended.")
        service.jobs.cancel(job)
        answers = {"status": {"status": job.status}, "job": job_view(service, job), "empty": None}
        return Reply(200, answers[service.behaviour["cancel_answer"]])


def _add_start(router: Router, service: Service, prefix: str, kind: str, route: str) -> None:
    @router.route(
        "POST",
        f"/images/{route}",
        section="3, 5.1",
        query={"async": bool, "dryRun": bool},
        body=mapping(object),
    )
    def start(request: Request) -> Reply:
        if kind == "publish" and not service.behaviour["publish_route"]:
            raise refusal(404, "The resource could not be found.")
        if request.flag("dryRun") and service.behaviour["dry_run"] != "begins":
            return _tried(service, kind, request)
        return _started(service, prefix, service.start(f"images/{route}", kind, request.body))


def _started(service: Service, prefix: str, job: Job) -> Reply:
    answer = service.behaviour["start_answer"]
    root = prefix if service.behaviour["gateway_path"] else ""
    headers: dict[str, str | list[str]] = {} if answer == "id" else {"Location": f"{root}/jobs/{job.id}"}
    return Reply(service.behaviour["start_status"], None if answer == "location" else {"id": job.id}, headers)


def _tried(service: Service, kind: str, request: Request) -> Reply:
    """Check an order and do nothing (contract image_portability addition A: what is answered is unknown)."""
    service.check(kind, Order(request.body))
    answers = {"empty": None, "plan": {"dryRun": True, "valid": True}, "job": {"id": service.new_id()}}
    return Reply(200, answers[service.behaviour["dry_run"]])


def _the_job(service: Service, request: Request) -> Job:
    key = request.params["id"]
    job = service.jobs.get(key)
    if job is None:
        raise not_found("Job", key, service.behaviour["expired_job"])
    return job
