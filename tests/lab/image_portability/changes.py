# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Changes from outside, as POST /lab/objects orders them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lab.changes import Changes
from lab.image_portability.state.credentials import Credential
from lab.image_portability.state.jobs import Job
from lab.image_portability.state.service import Service
from lab.image_portability.topology import DISK, DURATIONS, SWITCHES
from lab.schema import mapping, required

CHANGES: Changes[Service] = Changes("An Image Portability service", SWITCHES, DURATIONS)


@CHANGES.kind("disk", {"platform": required(str), **DISK})
def add_disk(service: Service, payload: Mapping[str, Any]) -> dict[str, Any]:
    """Make a disk with data of its own."""
    return {"id": service.add_disk(payload["platform"], payload)}


@CHANGES.kind("credential", {"id": required(str), "type": required(str)})
def add_credential(service: Service, payload: Mapping[str, Any]) -> None:
    """Let somebody else have put a credential into the wallet."""
    now = service.clock.now
    service.credentials[payload["id"]] = Credential(payload["id"], payload["type"], now, now)


@CHANGES.kind("job", {"work": required(str), "order": required(mapping(object))})
def start_job(service: Service, payload: Mapping[str, Any]) -> dict[str, Any]:
    """Let somebody else start a job."""
    kind = payload["work"]
    return {"id": service.start(f"images/${kind}", kind, payload["order"]).id}


@CHANGES.kind("cancel_job", {"job": str})
def cancel_job(service: Service, payload: Mapping[str, Any]) -> dict[str, Any]:
    """Let somebody else cancel a job, or all that run."""
    running = [job for job in _jobs(service, payload) if not job.done]
    for job in running:
        service.jobs.cancel(job)
    return {"cancelled": [job.id for job in running]}


@CHANGES.kind("forget_job", {"job": str})
def forget_job(service: Service, payload: Mapping[str, Any]) -> None:
    """Let the service know a job no more, or none; what they do goes on."""
    service.jobs.forgotten.update(job.id for job in _jobs(service, payload))


@CHANGES.kind("share_size", {"size_mib": required(int)})
def resize_share(service: Service, payload: Mapping[str, Any]) -> None:
    """Give the share another size."""
    service.share.size_bytes = payload["size_mib"] << 20


def _jobs(service: Service, payload: Mapping[str, Any]) -> list[Job]:
    wanted = payload.get("job")
    return [job for job in service.jobs.items.values() if wanted in (None, job.id)]
