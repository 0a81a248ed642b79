# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read jobs of the Image Portability service."""

from __future__ import annotations

from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.image_portability.client import (
    CONNECTION_ARGUMENTS,
    PortabilityService,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.image_portability.jobs import (
    KINDS,
    read_job,
    read_jobs,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import Params, Reading, Result
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.reporter import Reporter
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.portability import STATES, PortabilityJob
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import NotFound

ARGUMENTS: dict[str, Any] = {
    **CONNECTION_ARGUMENTS,
    "id": {"type": "str"},
    "kind": {"type": "str", "choices": [*KINDS, "other"]},
    "state": {"type": "str", "choices": list(STATES)},
    "release": {"type": "str"},
}


def read(params: Params, reporter: Reporter) -> Result:
    service = PortabilityService.connect(params)
    if not params["id"]:
        listing = read_jobs(service)
        jobs, is_whole = list(listing.jobs), listing.whole
    else:
        is_whole = True
        try:
            jobs = [read_job(service, params["id"])]
        except NotFound:
            jobs = []
    if not is_whole:
        reporter.warn(f"{service.endpoint}: did not show all jobs.")
    return {"jobs": [_shown(job) for job in jobs if _fits(job, params)], "whole": is_whole}


def _fits(job: PortabilityJob, params: Params) -> bool:
    return all(params[name] in (None, getattr(job, name)) for name in ("kind", "state", "release"))


def _shown(job: PortabilityJob) -> dict[str, Any]:
    return {**job.as_dict(), "disk_hash": job.disk_hash}


OPERATION = Reading(arguments=ARGUMENTS, read=read)
