# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Jobs: starting, reading, cancelling, following (contract image_portability 5.3, 6)."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.image_portability.client import (
    PortabilityService,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.image_portability.names import (
    CANCEL,
    CANCELLED_WORDS,
    COMPLETE_WORDS,
    FAILED_WORDS,
    JOBS,
    LOCATION,
    OUTPUTS,
    PLATFORM,
    PROVISIONING_TYPE,
    RUNNING_WORDS,
    SECRET_WORDS,
    SOURCES,
    STORAGE,
    TAGS,
    option_platform,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.send_once import effect_unknown
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.waiting import Look, wait_for
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.portability import (
    CANCELLED,
    COMPLETE,
    FAILED,
    RUNNING,
    UNKNOWN,
    JobList,
    PortabilityJob,
    Work,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import ApiError, NotFound, OperationError
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.session import Answer, segment

KINDS = ("export", "prepare", "publish")
PATIENCE_WITH_NEW_JOB = 15.0
# A word that nobody knows counts as an end when it stays for so long
PATIENCE_WITH_UNKNOWN_WORD = 60.0
LOOKS_BEFORE_GONE = 3
STATES_OF_WORDS = {
    RUNNING: RUNNING_WORDS,
    COMPLETE: COMPLETE_WORDS,
    FAILED: FAILED_WORDS,
    CANCELLED: CANCELLED_WORDS,
}
HASH_KEY = re.compile(r"md5|hash|checksum", re.IGNORECASE)
HASH = re.compile(r"[0-9A-Fa-f]{32}|[0-9A-Fa-f]{64}")


def read_jobs(service: PortabilityService) -> JobList:
    """The jobs that run, and those that ended within 24 hours."""
    listing = service.listing(f"{JOBS}/")
    return JobList(tuple(job_of(item) for item in listing.items), listing.whole)


def read_job(service: PortabilityService, job_id: str) -> PortabilityJob:
    """Raises NotFound, also for a job that ended more than 24 hours ago."""
    body = service.get(f"{JOBS}/{segment(job_id)}")
    return job_of(body if isinstance(body, dict) else {})


def start_job(service: PortabilityService, route: str, body: Mapping[str, Any], dry_run: bool = False) -> str:
    """Start a job and return its id, '' where a dry run told none. Not to be repeated after AnswerLost without a
    look: there is no idempotency key, and two equal orders make two jobs."""
    query = {"async": True, **({"dryRun": True} if dry_run else {})}
    with effect_unknown():
        answer = service.request("POST", f"/images/{route}", params=query, payload=body)
    job_id = _id_of(answer)
    if not job_id and not dry_run:
        raise OperationError(
            f"{service.endpoint}: took the order and told no job",
            "Look for the job with ips_job_info before the next run.",
        )
    return job_id


def cancel_job(service: PortabilityService, job_id: str) -> None:
    """Ask for it. A job that has ended meanwhile refuses, which is no error: its state is read afterwards."""
    try:
        service.request("POST", f"{JOBS}/{segment(job_id)}/{CANCEL}")
    except ApiError as error:
        if error.status not in (400, 404, 409, 410):
            raise


def wait_for_job(
    service: PortabilityService,
    job_id: str,
    *,
    what: str,
    timeout: float,
    longest_pause: float,
    progress: Callable[[str], None],
) -> PortabilityJob | None:
    """Follow a job to any of its ends; None when it is no longer there, which says nothing of how it ended. Raises
    StillRunning; nothing is cancelled."""
    start = time.monotonic()
    words: list[tuple[str, float]] = []
    missed = 0

    def look() -> Look[PortabilityJob | None]:
        nonlocal missed
        try:
            job = read_job(service, job_id)
        except NotFound:
            missed += 1
            patient = not words and time.monotonic() - start < PATIENCE_WITH_NEW_JOB
            return Look(None, done=missed >= LOOKS_BEFORE_GONE and not patient, state="not visible, looking again")
        missed = 0
        if not words or words[-1][0] != job.status:
            words.append((job.status, time.monotonic()))
        is_strange_end = job.state == UNKNOWN and time.monotonic() - words[-1][1] > PATIENCE_WITH_UNKNOWN_WORD
        state = job.status if job.percent is None else f"{job.status}, {job.percent} %"
        return Look(job, done=is_strange_end or job.state not in (RUNNING, UNKNOWN), state=state)

    return wait_for(
        look, what=f"{what} (job {job_id})", timeout=timeout, progress=progress, longest_pause=longest_pause
    )


def job_of(body: Mapping[str, Any]) -> PortabilityJob:
    """A job from whatever the service tells of it."""
    parameters = _named(body.get("parameters"))
    by_key = {name.casefold(): value for name, value in parameters.items()}
    told_tags = by_key.get(TAGS)
    tags = {str(name): str(value) for name, value in told_tags.items()} if isinstance(told_tags, dict) else None
    status = str(body.get("status") or "")
    info = body.get("additionalInfo")
    percent = body.get("overallProgressPercent")
    return PortabilityJob(
        id=str(body.get("id") or ""),
        kind=_kind(body, by_key, tags or {}),
        status=status,
        state=state_of_word(status),
        percent=percent if isinstance(percent, int) else None,
        platform=option_platform(by_key.get(PLATFORM, "")),
        work=_work(by_key),
        tags=tags,
        artifacts=_artifacts(body, info if isinstance(info, dict) else {}),
        parameters={name: value for name, value in parameters.items() if not _is_secret(name)},
        disk_hash=_hash({name: value for name, value in body.items() if name != "parameters"}),
        message=_message(body),
    )


def state_of_word(status: str) -> str:
    word = re.sub(r"[^a-z]", "", status.casefold())
    return next((state for state, known in STATES_OF_WORDS.items() if word in known), UNKNOWN)


def _id_of(answer: Answer) -> str:
    body = answer.body if isinstance(answer.body, dict) else {}
    location = answer.headers.get("Location") or ""
    return str(body.get("id") or location.partition("?")[0].rstrip("/").rpartition("/")[2])


def _named(parameters: Any) -> dict[str, Any]:
    """The echo of an order, an object or a list of names and values."""
    if isinstance(parameters, dict):
        return {str(name): value for name, value in parameters.items()}
    pairs: dict[str, Any] = {}
    for entry in parameters if isinstance(parameters, list) else ():
        lowered = {str(key).casefold(): value for key, value in entry.items()} if isinstance(entry, dict) else {}
        if "name" in lowered:
            pairs[str(lowered["name"])] = lowered.get("value")
    return pairs


def _kind(body: Mapping[str, Any], by_key: Mapping[str, Any], tags: Mapping[str, str]) -> str:
    """Our tag says it best; else what the service calls it, else what such an order holds."""
    words = (tags.get("job") or "", str(body.get("type") or ""))
    for word in words:
        kind = next((kind for kind in KINDS if word.rpartition("$")[2].casefold() == kind), "")
        if kind:
            return kind
    if PROVISIONING_TYPE.casefold() in by_key:
        return "prepare"
    if STORAGE.casefold() in by_key:
        return "export"
    return "other"


def _work(by_key: Mapping[str, Any]) -> Work | None:
    source, output = _first(by_key, SOURCES), _first(by_key, OUTPUTS)
    if not source or not output:
        return None
    storage = by_key.get(STORAGE.casefold())
    lowered = {str(key).casefold(): value for key, value in storage.items()} if isinstance(storage, dict) else {}
    return Work(source, output, str(lowered.get(LOCATION) or ""))


def work_of(body: Mapping[str, Any]) -> Work:
    """What an order is about, as the jobs tell it."""
    return _work({name.casefold(): value for name, value in body.items()}) or Work("", "")


def _first(by_key: Mapping[str, Any], names: tuple[str, ...]) -> str:
    return next((str(by_key[name.casefold()]) for name in names if by_key.get(name.casefold())), "")


def _artifacts(body: Mapping[str, Any], info: Mapping[str, Any]) -> dict[str, Any]:
    for place in (info.get("artifacts"), body.get("artifacts"), info):
        if isinstance(place, dict) and place:
            return {name: value for name, value in place.items() if name != "artifacts"}
    return {}


def _hash(body: Any) -> str:
    """The first value that is a hash by its key and by its looks, lest another long word is taken for it."""
    return next((value.lower() for name, value in _leaves(body) if HASH_KEY.search(name) and HASH.fullmatch(value)), "")


def _leaves(part: Any, name: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(part, dict):
        for key, value in part.items():
            yield from _leaves(value, str(key))
    elif isinstance(part, str):
        yield name, part


def _message(body: Mapping[str, Any]) -> str:
    """What a failed job says of why, wherever it says it."""
    places = {key: value for key, value in body.items() if re.search(r"error|detail|message", key, re.I)}
    told = [value for name, value in _leaves(places) if not re.search(r"type|code|id$", name, re.I)]
    return " ".join(" ".join(told).split())


def _is_secret(name: str) -> bool:
    return any(word in name.casefold() for word in SECRET_WORDS)
