# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What of a release is there already. A name is no evidence: a disk needs the marks of the release, a file a job that
made it or a hash that somebody knows.

Each answer is {state, why, ...}: `there`; `missing`; `foreign`, made by somebody else under the same name; `broken`,
ours and unusable.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.failures import in_one
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.text import quoted
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.portability.stages import lacks_marks

Answer = Mapping[str, Any]
# The tag of a prepared disk that says whether MCS or Citrix Provisioning can use it
PURPOSE = "provisioning_type"
# The tag of an uploaded disk that says of which disk or file it was made
SOURCE = "source"
# What a report keeps of a file, for the next run
OF_A_FILE = ("name", "size_bytes", "virtual_size_bytes", "sha256")
# A job that ended so may have left something behind
SPOILT = ("failed", "cancelled")
# A job that vanished was ours, and what it made is looked at
TESTIFYING = ("complete", "unknown")


def disk(
    disks: Sequence[Answer], image: str, release: str, job_state: str = "", resumed: bool = False
) -> dict[str, Any]:
    """What `disks`, those of one name, say. `job_state` is that of the newest job that makes it, '' where none is
    known. An upload is `resumed` where it was left; what a job makes is not."""
    if not disks or job_state == "running":
        return {"state": "missing", "why": ""}
    if len(disks) > 1:
        names = quoted(str(each.get("id")) for each in disks)
        return _doubt(
            "foreign", f"{len(disks)} disks are called '{disks[0]['name']}': {names}", "Delete those of others."
        )
    (only,) = disks
    lacking = lacks_marks(only.get("tags") or {}, image, release)
    if lacking:
        return _doubt(
            "foreign",
            f"'{only['name']}' is there and does not bear the marks of this release ({', '.join(lacking)})",
            "Delete it if nobody needs it, or take another image_portability_release.",
        )
    if only.get("state") == "unfinished" and resumed:
        return {"state": "missing", "why": ""}
    if only.get("state") != "complete" or job_state in SPOILT:
        told = f"its job {job_state}" if job_state in SPOILT else f"it is {only.get('state')}"
        advice = "Delete it, unless it only takes its time."
        return _doubt("broken", f"'{only['name']}' is there and cannot be used: {told}", advice)
    return {"state": "there", "why": "", "disk": dict(only)}


def prepared_for(standing: Mapping[str, Any], purpose: str) -> dict[str, Any]:
    """The answer of `disk` about a prepared one: an image that was prepared for MCS is none for Citrix Provisioning,
    and bears the same name and marks."""
    disk_there = standing.get("disk") or {}
    told = str((disk_there.get("tags") or {}).get(PURPOSE) or purpose)
    if told == purpose:
        return dict(standing)
    return _doubt(
        "foreign",
        f"'{disk_there['name']}' is there and was prepared for {told}, not for {purpose}",
        "Take another image_portability_release for this workflow, or delete it if nobody needs it.",
    )


def other_source(standing: Mapping[str, Any], source: str) -> list[str]:
    """Why an upload that is there is not of what this run names as source; [] where nobody told."""
    disk_there = standing.get("disk") or {}
    told = str((disk_there.get("tags") or {}).get(SOURCE) or source)
    if not source or told == source:
        return []
    return [
        f"'{disk_there['name']}' is there and was made of '{told}', and this run names '{source}' as source. A release"
        " has one image: take another image_portability_release for the other one."
    ]


def job_state(jobs: Sequence[Answer], output: str) -> str:
    """The state of the job that makes this output, '' where none is known. One that runs, or that came to its end, says
    more than those that failed before it."""
    states = {str(job.get("state")) for job in jobs if output in texts(job.get("parameters"))}
    return next((state for state in ("running", "complete", *SPOILT) if state in states), "")


def texts(value: Any) -> Iterator[str]:
    """All texts in what the service repeats of a request, whose form is not known (contract image_portability 6)."""
    if isinstance(value, Mapping):
        for each in value.values():
            yield from texts(each)
    elif isinstance(value, (list, tuple)):
        for each in value:
            yield from texts(each)
    else:
        yield str(value)


def file(answer: Answer, job_state: str = "", known: Answer | None = None) -> dict[str, Any]:
    """What a look into a share says. `job_state` is that of the job that writes there, as far as one is known; `known`
    {sha256?, size_bytes?} is what an earlier run or the operator knows of it."""
    if not answer.get("exists") or job_state == "running":
        return {"state": "missing", "why": ""}
    name = answer.get("name") or "the file"
    if answer.get("problems"):
        return _doubt(
            "broken", f"{name} is in the share and cannot be used: {'; '.join(answer['problems'])}", "Delete it."
        )
    if job_state in TESTIFYING or _is_known(answer, known or {}):
        return {"state": "there", "why": "", "file": {key: answer.get(key) for key in OF_A_FILE}}
    return _doubt(
        "foreign",
        f"{name} is in the share, and nothing says who made it",
        "Delete it if nobody needs it, or take another image_portability_release.",
    )


def _is_known(answer: Answer, known: Answer) -> bool:
    """A hash outweighs a size."""
    name = "sha256" if known.get("sha256") else "size_bytes"
    return bool(known.get(name)) and str(known[name]).casefold() == str(answer.get(name)).casefold()


def _doubt(state: str, what: str, advice: str) -> dict[str, Any]:
    return {"state": state, "why": in_one(what, advice)}


def remaining(stages: Sequence[str], standing: Mapping[str, Answer]) -> list[str]:
    """The stages that are still to be done: all behind the last one whose result is there, because each is made of the
    one before it."""
    done = [number for number, stage in enumerate(stages, 1) if standing.get(stage, {}).get("state") == "there"]
    return list(stages[max(done, default=0) :])


def obstacles(stages: Sequence[str], standing: Mapping[str, Answer]) -> list[str]:
    """What stands in the way of the remaining stages."""
    found = []
    for stage in remaining(stages, standing):
        answer = standing.get(stage, {})
        if answer.get("state") in ("foreign", "broken"):
            found.append(str(answer["why"]))
    return found
