# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the controller remembers of a job, because the service forgets it 24 hours after its end."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.files import write_report
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.portability.twins import Wanted
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.portability import UNKNOWN, PortabilityJob
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import OperationError


@dataclass(frozen=True)
class Record:
    """A job that an earlier run started, as it last saw it."""

    job_id: str
    state: str
    status: str
    disk_hash: str
    artifacts: Mapping[str, Any]

    def as_job(self, wanted: Wanted, state: str) -> PortabilityJob:
        """The job without what only the service can tell."""
        return PortabilityJob(
            id=self.job_id,
            kind=wanted.kind,
            status="" if state == UNKNOWN else self.status,
            state=state,
            platform=wanted.platform,
            work=wanted.work,
            tags=wanted.tags,
            artifacts=self.artifacts,
            disk_hash=self.disk_hash,
        )


def read_record(path: str | None, wanted: Wanted) -> Record | None:
    """The record of this very work; None when there is none, or the file is about another release or disk."""
    if not path:
        return None
    try:
        content = json.loads(Path(path).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise OperationError(
            f"The record {path} cannot be read: {error}", "Repair it, or remove it if nobody knows of a job in it."
        ) from None
    if not isinstance(content, dict) or content.get("work") != _work(wanted) or not content.get("job"):
        return None
    return Record(
        str(content["job"]),
        str(content.get("state") or ""),
        str(content.get("status") or ""),
        str(content.get("disk_hash") or ""),
        content.get("artifacts") or {},
    )


def write_record(path: str | None, wanted: Wanted, job: PortabilityJob) -> None:
    if not path:
        return
    content = {
        "job": job.id,
        "state": job.state,
        "status": job.status,
        "disk_hash": job.disk_hash,
        "artifacts": dict(job.artifacts),
        "work": _work(wanted),
    }
    write_report(
        Path(path), json.dumps(content, indent=2) + "\n", f"job {job.id} is not touched by this.", what="record"
    )


def _work(wanted: Wanted) -> dict[str, str]:
    return {"kind": wanted.kind, "platform": wanted.platform, "release": wanted.release, **vars(wanted.work)}
