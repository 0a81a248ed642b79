# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What became of the stages of a target, from the results of the tasks that carry them out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.failures import failure
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.lookup import column, without_keys
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.timestamps import from_iso_milliseconds

SETTLED = ("there", "made", "adopted", "planned", "not needed")
# How a hosting unit shows what was prepared, where it is not by its name alone (contract citrix 9)
IMAGES = {"aws": "{name} ({id})"}
BYTES = ("virtual_size_bytes", "data_bytes", "sent_bytes")

Result = Mapping[str, Any]


def outcome(
    stage: str, result: Result | None, standing: Result | None = None, expected_md5: str = ""
) -> dict[str, Any]:
    """What became of one stage. `result` is that of its task, None or skipped where it had no turn; `standing` what was
    seen of what it makes. `expected_md5` is the hash that the content should have."""
    told, seen = _told(result), standing or {}
    job = told.get("job") or {}
    known = seen.get("file") or (seen.get("disk") or {}).get("tags") or {}
    md5 = str(told.get("md5") or told.get("disk_hash") or known.get("md5") or "")
    plain = {
        "stage": stage,
        "message": "",
        "output": _output(told, seen),
        "job": {key: job.get(key) for key in ("id", "status", "state")} if job else {},
        "bytes": {name: told[name] for name in BYTES if told.get(name) is not None},
        # The next run may not look at it again
        "file": {**seen["file"], "md5": md5} if seen.get("file") else {},
        "sha256": str(told.get("sha256") or known.get("sha256") or ""),
        "md5": md5,
        "note": "",
        **_times(told),
    }
    return _compared({**plain, **_state(told, seen)}, expected_md5)


def _compared(stage: dict[str, Any], expected: str) -> dict[str, Any]:
    """Which hash the service tells is not known; one of another length is of another kind."""
    md5 = stage.get("md5") or ""
    if stage["state"] not in SETTLED or len(md5) != len(expected) or md5.casefold() == expected.casefold():
        return stage
    error = {
        "message": f"the export told the hash {expected}, and what was uploaded has {md5}",
        "advice": "Delete the file and the disk, and run the same command again. If the service hashes something else,"
        " set image_portability_compare_hash to false.",
    }
    return {**stage, "state": "failed", "message": error["message"], "error": error}


def _told(result: Result | None) -> Result:
    if result and not result.get("skipped"):
        return result
    return {}


def _state(told: Result, seen: Result) -> dict[str, Any]:
    if told.get("failed"):
        return {"state": "failed", **failure(told)}
    if not told:
        return {"state": seen.get("state") if seen.get("state") in SETTLED else "not reached"}
    if told.get("job"):
        return _state_of_job(told, told["job"], seen)
    if told.get("changed") and not (told.get("disk") or {}).get("id"):
        return {"state": "planned"}
    return {"state": _done(told)}


def _done(told: Result) -> str:
    if told.get("changed"):
        return "made"
    return "there"


def _state_of_job(told: Result, job: Result, seen: Result) -> dict[str, Any]:
    is_there = seen.get("state") == "there"
    if job.get("state") == "unknown":
        vanished = f"how job {job.get('id')} ended is not known, because the service forgets jobs after 24 hours"
        if is_there:
            return {"state": "there", "note": f"{vanished}; what it made was seen"}
        return {"state": "unknown", "message": f"{vanished}, and nothing that it made was seen"}
    if job.get("state") == "running":
        return {"state": "unknown", "message": f"job {job.get('id')} is still running"}
    if job.get("state") == "planned":
        return {"state": "planned"}
    # Its word counts, and not as much as a look
    unseen = f"job {job.get('id')} is complete, and what it made was not seen with the marks of this release"
    note = unseen if seen.get("state") and not is_there else ""
    if told.get("adopted"):
        return {"state": "adopted", "note": note}
    return {"state": _done(told), "note": note}


def _output(told: Result, seen: Result) -> str:
    """The name of the file or disk, with its id where that says more."""
    things = (told.get("file"), told.get("disk"), told.get("output"), seen.get("disk"), seen.get("file"))
    thing: Result = next(filter(None, things), {})
    name, own_id = str(thing.get("name") or ""), str(thing.get("id") or "")
    if name and own_id and len(own_id) < 40 and own_id != name:
        return f"{name} ({own_id})"
    return name or own_id


def _times(told: Result) -> dict[str, Any]:
    """When it began and ended, as the timeline of its task says; the seconds are null where it did nothing."""
    steps = told.get("timeline") or []
    if not steps:
        return {"started": None, "finished": None, "seconds": None}
    began, ended = min(column(steps, "started")), max(column(steps, "finished"))
    return {"started": began, "finished": ended, "seconds": _between(began, ended)}


def _between(began: str, ended: str) -> float:
    moments: list[datetime] = [from_iso_milliseconds(each) for each in (began, ended)]
    return round((moments[1] - moments[0]).total_seconds(), 3)


def is_settled(stages: Sequence[Result]) -> bool:
    """Whether what comes after these may begin."""
    return all(stage["state"] in SETTLED for stage in stages)


def catalogs_to_move(catalogs: Sequence[Result], results: Mapping[str, Result], release: str) -> list[dict[str, Any]]:
    """The catalogs of a site as the role catalog_rollout takes them, each with the image that its target has. Those of
    a target that has none are held, so that later waves wait for them. In `image` of a catalog, {name} and {id} stand
    for what was prepared."""
    moves = []
    for catalog in catalogs:
        target = str(catalog.get("target") or next(iter(results), ""))
        result = results.get(target) or {}
        prepared = result.get("prepared") or {}
        move = without_keys(catalog, ("target", "image"))
        # Not str.format: a path of an image may hold braces
        image = str(catalog.get("image") or IMAGES.get(str(result.get("platform")), "{name}"))
        if prepared.get("name"):
            values = {"name": prepared["name"], "id": prepared.get("image_id") or prepared.get("id")}
            for key, value in values.items():
                image = image.replace("{" + key + "}", str(value or ""))
        else:
            # An empty image would be refused, and with it every other catalog of the wave
            move["hold"] = f"target {target} has no prepared image of this release"
        move["image"] = image
        move.setdefault("note", f"{release} by Image Portability")
        moves.append(move)
    return moves


def registrations(results: Mapping[str, Result]) -> list[str]:
    """What somebody has to do in Citrix Provisioning, because no interface that we know does it (contract
    image_portability 5.2)."""
    sentences = []
    for host, result in results.items():
        store = result.get("store") or "of this target"
        for stage in result.get("stages") or []:
            if stage["stage"] == "publish" and stage["state"] in SETTLED:
                sentences.append(
                    f"{host}: add the existing vDisk {stage['output']} of the store {store} to the farm, in the console"
                    " of Citrix Provisioning: Stores, Add or Import Existing vDisk. Then give it to target devices."
                )
    return sentences
