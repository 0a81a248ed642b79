# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A job and an action as answers show them (contract citrix 5.3, 8.8)."""

from __future__ import annotations

from typing import Any

from lab.citrix.state.entities import Action, Catalog
from lab.citrix.state.jobs import WORKED, Job
from lab.citrix.state.site import Site
from lab.citrix.views.refs import pairs

ACTION_STATES = {
    "NotStarted": "NotStarted",
    "InProgress": "Running",
    "Unknown": "Running",
    "Canceled": "Canceled",
    "Failed": "Failed",
}


def job_view(site: Site, job: Job) -> dict[str, Any]:
    """Return a JobResponseModel."""
    moments = site.moments
    return {
        "Id": job.id,
        "Type": job.type,
        "OverallProgressPercent": job.percent(site.clock.now),
        "IsCancellable": job.can_be_cancelled,
        "Parameters": pairs(job.parameters),
        "SubJobs": [job_view(site, sub_job) for sub_job in job.sub_jobs],
        "Status": job.status,
        "ResultLocation": None,
        "ErrorString": job.error_text,
        "ErrorCode": job.error_code,
        "ErrorParameters": pairs(job.error_parameters),
        "CreationTime": moments.plain(job.created),
        "FormattedCreationTime": moments.formatted(job.created),
        "StartTime": moments.plain(job.started),
        "FormattedStartTime": moments.formatted(job.started),
        "EndTime": moments.plain(job.ended),
        "FormattedEndTime": moments.formatted(job.ended),
    }


def action_view(site: Site, catalog: Catalog, action: Action) -> dict[str, Any]:
    """Return an ActionResponseModel."""
    job = action.job
    return {
        "ActionId": action.id,
        "ActionTargetName": catalog.name,
        "ActionTargetUid": str(catalog.uid),
        "ActionTargetId": catalog.id,
        "ActionType": action.type,
        "CreationTime": site.moments.formatted(job.created),
        "StartTime": site.moments.formatted(job.started),
        "FinishTime": site.moments.formatted(job.ended),
        "State": "Completed" if job.status in WORKED else ACTION_STATES[job.status],
        "ErrorState": "Failed" if job.status == "Failed" else "None",
        "Progress": float(job.percent(site.clock.now)),
        "ProgressMessage": job.phase,
        "TerminatingError": {"Message": job.error_text} if job.status == "Failed" else None,
        "NonTerminatingErrors": [],
        "Metadata": [],
        "IsRunning": not job.done,
        "MasterImage": action.image_path,
        "Snapshot": None,
    }
