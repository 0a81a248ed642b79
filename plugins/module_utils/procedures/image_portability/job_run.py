# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One job from the look for a twin to its end: the four phases of ips_export, ips_prepare and ips_publish."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.image_portability.client import (
    PortabilityService,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.image_portability.jobs import (
    cancel_job,
    read_job,
    read_jobs,
    start_job,
    wait_for_job,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import (
    Operation,
    Params,
    Phases,
    Plan,
    Result,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.reporter import Reporter
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.send_once import send_once
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.portability.twins import (
    newcomers,
    rival_of,
    twin_of,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.portability import (
    CANCELLED,
    COMPLETE,
    FAILED,
    PLANNED,
    RUNNING,
    UNKNOWN,
    JobList,
    PortabilityJob,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.image_portability.orders import Order
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.image_portability.records import (
    read_record,
    write_record,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import (
    NotFound,
    OperationError,
)

LOOK_FIRST = (
    "It may have taken effect. Look with ips_job_info for a job that does this work, and wait for it or cancel it"
    " before the next run."
)
NOT_IN_VAIN = "Run the same task again to start a new job, when the reason is gone."


@dataclass(frozen=True)
class JobTask:
    """What is ordered, and whom to ask."""

    params: Params
    service: PortabilityService
    order: Order

    @property
    def record(self) -> str | None:
        path: str | None = self.params["record"]
        return path


@dataclass(frozen=True)
class Observed:
    """The jobs that the service shows, the one that does this work, and one that writes to the same place."""

    jobs: JobList
    twin: PortabilityJob | None
    rival: PortabilityJob | None


def observe(task: JobTask, reporter: Reporter) -> Observed:
    jobs = read_jobs(task.service)
    twin = _recorded(task, jobs) or twin_of(task.order.wanted, jobs.jobs)
    others = [job for job in jobs.jobs if twin is None or job.id != twin.id]
    return Observed(jobs, twin, rival_of(task.order.wanted, others))


def plan(task: JobTask, observed: Observed) -> Plan[str]:
    twin, params = observed.twin, task.params
    known = _facts(task, twin, adopted=twin is not None)
    if params["state"] == "cancelled":
        if twin and _may_run(twin, False):
            return Plan(steps=("cancel",), facts=known)
        return Plan(facts=known)
    if twin and _may_run(twin, params["repeat"]):
        # Who does not wait changes nothing
        return Plan(steps=("follow",) if params["wait"] else (), facts=known, after={"job": COMPLETE})
    if twin and twin.state in (COMPLETE, UNKNOWN) and not params["repeat"]:
        return Plan(facts=known)
    if observed.rival:
        raise OperationError(
            f"{task.service.endpoint}: job {observed.rival.id}"
            f" of release '{observed.rival.release}' is writing '{task.order.wanted.work.output}' now",
            "Wait for its end, or cancel it; then run the same task again.",
        )
    planned = PortabilityJob("", task.order.wanted.kind, "", PLANNED, platform=task.order.wanted.platform)
    return Plan(
        steps=("try",) if params["dry_run"] else ("start",),
        facts=_facts(task, planned),
        before={"job": twin.state if twin else None},
        after={"job": COMPLETE, **task.order.product},
    )


def _may_run(job: PortabilityJob, repeat: bool) -> bool:
    """A word that nobody knows may mean that it runs, unless the job is through and somebody wants another one. Of a
    job that the service forgot, there is no word."""
    if job.state == UNKNOWN:
        return bool(job.status) and not (repeat and job.percent == 100)
    return job.state == RUNNING


def apply(task: JobTask, observed: Observed, plan: Plan[str], reporter: Reporter) -> Result:
    (step,) = plan.steps
    if step == "try":
        return _tried(task, reporter)
    twin = None if step == "start" else observed.twin
    if twin:
        reporter.show(f"{task.order.label}: job {twin.id} is running already")
    job = twin or _started(task, observed, reporter)
    write_record(task.record, task.order.wanted, job)
    if step == "cancel":
        cancel_job(task.service, job.id)
    elif not task.params["wait"]:
        return _facts(task, job)
    with reporter.phase(task.order.wanted.kind):
        return _ended(task, job, step, reporter)


def _recorded(task: JobTask, jobs: JobList) -> PortabilityJob | None:
    """The job that the record names, as the service knows it now; a job that it forgot is as the record last saw it
    end, or unknown."""
    wanted = task.order.wanted
    record = read_record(task.record, wanted)
    if record is None:
        return None
    job = next((job for job in jobs.jobs if job.id == record.job_id), None)
    if job is not None:
        return job
    try:
        return read_job(task.service, record.job_id)
    except NotFound:
        has_ended = record.state in (COMPLETE, FAILED, CANCELLED)
        if has_ended:
            return record.as_job(wanted, record.state)
        return record.as_job(wanted, UNKNOWN)


def _started(task: JobTask, observed: Observed, reporter: Reporter) -> PortabilityJob:
    """Start the job; when the answer is lost, look for it before another one is started."""
    order, wanted = task.order, task.order.wanted
    known = {job.id for job in observed.jobs.jobs}

    def effect() -> str | None:
        jobs = read_jobs(task.service)
        twin = twin_of(wanted, [job for job in jobs.jobs if job.id not in known])
        if twin is None and (not jobs.whole or newcomers(observed.jobs.jobs, jobs.jobs)):
            raise OperationError("the list of jobs does not tell what all of them do", LOOK_FIRST)
        if twin:
            return twin.id
        return None

    job_id = send_once(
        lambda: start_job(task.service, order.route, order.body),
        effect,
        what=order.label,
        progress=reporter.progress,
        advice=LOOK_FIRST,
    )
    reporter.show(f"{order.label}: job {job_id}")
    return PortabilityJob(
        job_id, wanted.kind, "", RUNNING, platform=wanted.platform, work=wanted.work, tags=wanted.tags
    )


def _ended(task: JobTask, job: PortabilityJob, step: str, reporter: Reporter) -> Result:
    params, adopted = task.params, step != "start"
    try:
        end = wait_for_job(
            task.service,
            job.id,
            what=task.order.label,
            timeout=params["wait_timeout"],
            longest_pause=max(1, params["poll_interval"]),
            progress=reporter.progress,
        )
    except OperationError as error:
        raise error.replace(**_facts(task, job, adopted)) from None
    if end is None:
        reporter.warn(
            f"{task.service.endpoint}: job {job.id} vanished before its end was seen, so that it may have worked or"
            " failed. Look for what it was to make."
        )
        return _facts(task, _with_state(job, UNKNOWN), adopted)
    write_record(task.record, task.order.wanted, end)
    facts = _facts(task, end, adopted)
    if step == "cancel":
        return {**facts, "changed": end.state == CANCELLED}
    if end.state in (FAILED, CANCELLED):
        why = f": {end.message}" if end.message else ""
        word = "was cancelled" if end.state == CANCELLED else f"failed ({end.status})"
        raise OperationError(
            f"{task.service.endpoint}: {task.order.label}: job {end.id} {word}{why}", NOT_IN_VAIN, **facts
        )
    if end.state == UNKNOWN:
        reporter.warn(f"{task.service.endpoint}: job {end.id} stays at '{end.status}', a word that nobody knows.")
        return {**facts, "changed": not adopted}
    return facts


def _tried(task: JobTask, reporter: Reporter) -> Result:
    """A dry run of the service. What it answers is not known; a job that it began all the same is told."""
    job_id = start_job(task.service, task.order.route, task.order.body, dry_run=True)
    planned = PortabilityJob("", task.order.wanted.kind, "", PLANNED, platform=task.order.wanted.platform)
    if job_id:
        try:
            job = read_job(task.service, job_id)
        except NotFound:
            return {**_facts(task, planned), "changed": False}
        reporter.warn(f"{task.service.endpoint}: took the dry run for an order and began job {job_id}.")
        write_record(task.record, task.order.wanted, job)
        return _facts(task, job)
    return {**_facts(task, planned), "changed": False}


def _with_state(job: PortabilityJob, state: str) -> PortabilityJob:
    return PortabilityJob(job.id, job.kind, job.status, state, platform=job.platform, work=job.work, tags=job.tags)


def _facts(task: JobTask, job: PortabilityJob | None, adopted: bool = False) -> Result:
    return {
        "job": job.as_dict() if job else None,
        "adopted": adopted,
        "disk_hash": job.disk_hash if job else "",
        **task.order.product,
    }


@dataclass(frozen=True, kw_only=True)
class JobChange(Phases[JobTask, Observed, str], Operation):
    """One job of the service; `order_of` reads its options and refuses wrong ones before anything is sent."""

    order_of: Callable[[Params], Order]

    def carry_out(self, params: Params, reporter: Reporter) -> Result:
        order = self.order_of(params)
        return self.go_through(JobTask(params, PortabilityService.connect(params), order), reporter)
