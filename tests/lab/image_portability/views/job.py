# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A job as the service shows it, in the shape that the switches say (contract image_portability 6)."""

from __future__ import annotations

from typing import Any

from lab.image_portability.state.jobs import Job
from lab.image_portability.state.service import Service
from lab.image_portability.views.moments import iso


def job_view(service: Service, job: Job) -> dict[str, Any]:
    """Return one job."""
    behaviour = service.behaviour
    view: dict[str, Any] = {"id": job.id, "status": job.status, "createdAt": iso(service, job.created)}
    if behaviour["progress"]:
        view["overallProgressPercent"] = 100 if job.done and job.error is None else job.percent(service.clock.now)
    if behaviour["job_type"] != "none":
        view["type"] = job.kind if behaviour["job_type"] == "word" else job.route
    if job.ended is not None:
        view["endedAt"] = iso(service, job.ended)
    parameters = _parameters(behaviour["job_parameters"], job)
    if parameters is not None:
        view["parameters"] = parameters
    _put_results(view, behaviour, job)
    if job.error is not None and behaviour["error_place"] == "error":
        view["error"] = {"detail": str(job.error)}
    elif job.error is not None and behaviour["error_place"] == "detail":
        view["errorDetail"] = str(job.error)
    return view


def _parameters(shape: str, job: Job) -> Any:
    if shape == "none":
        return None
    if shape == "pairs":
        return [{"name": name, "value": value} for name, value in job.order.items()]
    if shape == "without_tags":
        return {name: value for name, value in job.order.items() if name != "tags"}
    return dict(job.order)


def _put_results(view: dict[str, Any], behaviour: dict[str, Any], job: Job) -> None:
    artifacts = dict(job.artifacts)
    info: dict[str, Any] = {}
    if job.disk_hash and behaviour["hash_place"] != "none":
        place = {"artifacts": artifacts, "additionalInfo": info, "job": view}[behaviour["hash_place"]]
        place[behaviour["hash_key"]] = job.disk_hash
    if behaviour["artifacts"] == "additionalInfo.artifacts":
        info["artifacts"] = artifacts
    elif behaviour["artifacts"] == "additionalInfo":
        info.update(artifacts)
    elif behaviour["artifacts"] == "artifacts":
        view["artifacts"] = artifacts
    view["additionalInfo"] = info
