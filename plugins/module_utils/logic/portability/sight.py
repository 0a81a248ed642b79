# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a look at one target says before anything is begun there, and what became of it in the end. Both come from the
results of the modules, as the role image_portability registers them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.portability import presence
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.portability.outcomes import is_settled, outcome
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.portability.stages import (
    lacks_marks,
    names_of,
    stages_of,
)

Facts = Mapping[str, Any]


def sight(answers: Facts, target: Facts, workflow: str, image: str, release: str) -> dict[str, Any]:
    """{stages, standing, remaining, unfit, image, release}. `answers` are results by what was asked: uploaded,
    prepared, jobs, credentials, published, publication (that of the publish in check mode), and known, what an earlier
    run knows of the published file."""
    stages = [stage for stage in stages_of(workflow) if stage != "export"]
    standing = {
        "upload": _disk(answers, "uploaded", "", image, release),
        "prepare": _disk(answers, "prepared", _job_state(answers, target, image, release), image, release),
    }
    if "publish" in stages:
        publication = (answers.get("publication") or {}).get("job") or {}
        standing["publish"] = presence.file(
            answers.get("published") or {}, str(publication.get("state") or ""), answers.get("known")
        )
    remaining = presence.remaining(stages, standing)
    for stage in stages:
        if stage not in remaining and standing[stage]["state"] != "there":
            standing[stage] = {"state": "not needed", "why": ""}
    unfit = presence.obstacles(stages, standing)
    if remaining:
        unfit += _unknown_credentials(answers, _credentials(target))
    seen = {"stages": stages, "standing": standing, "remaining": remaining, "unfit": unfit}
    return {**seen, "image": image, "release": release}


def _disk(answers: Facts, which: str, job: str, image: str, release: str) -> dict[str, Any]:
    return presence.disk((answers.get(which) or {}).get("disks") or [], image, release, job)


def _job_state(answers: Facts, target: Facts, image: str, release: str) -> str:
    jobs = (answers.get("jobs") or {}).get("jobs") or []
    return presence.job_state(jobs, names_of(image, release, target["platform"])["prepared"])


def _credentials(target: Facts) -> list[str]:
    share = (target.get("publish") or {}).get("share") or {}
    return [each for each in (target.get("credential"), share.get("credential")) if each]


def unknown_credentials(answer: Facts, names: Iterable[str]) -> list[str]:
    """A sentence for each that the wallet of the service does not have."""
    return _unknown_credentials({"credentials": answer}, names)


def _unknown_credentials(answers: Facts, names: Iterable[str]) -> list[str]:
    answer = answers.get("credentials") or {}
    if "credentials" not in answer:
        return []
    known = {str(each.get("id")) for each in answer["credentials"]}
    return [
        f"The wallet of the service has no credential '{name}': make it with ips_credential."
        for name in dict.fromkeys(names)
        if name not in known
    ]


def target_outcome(
    seen: Facts, results: Facts, target: Facts, looked: Facts, export: Facts, compare: bool = True
) -> dict[str, Any]:
    """{message, platform, store, prepared, stages} of a target, also while the stages are under way. `seen` is its
    sight, `results` those of its stages, `looked` what was read after them: prepared, published. `export` is the
    outcome of that stage, whose hash has to be that of the upload when they are to be compared."""
    expected = str(export.get("md5") or "") if compare else ""
    standing = _standing_after(seen, results, looked)
    stages: list[dict[str, Any]] = []
    before = export
    for stage in seen["stages"]:
        before = outcome(stage, results.get(stage), standing[stage], expected if stage == "upload" else "")
        # What a planned stage would make is not there yet, so that nothing can be asked about it
        if before["state"] == "not reached" and [export, *stages][-1].get("state") == "planned":
            before = {**before, "state": "planned"}
        stages.append(before)
    upto = seen["stages"].index("prepare") + 1 if seen["stages"] else 0
    return {
        "message": "",
        "platform": target["platform"],
        "store": ((target.get("publish") or {}).get("share") or {}).get("location") or "",
        "prepared": _prepared(standing, results) if upto and is_settled(stages[:upto]) else {},
        "stages": stages,
    }


def _standing_after(seen: Facts, results: Facts, looked: Facts) -> dict[str, Any]:
    """What was there before, and what is there after jobs that this run had."""
    standing = {stage: dict(seen["standing"][stage]) for stage in seen["stages"]}
    prepared = (looked.get("prepared") or {}).get("disks") or []
    if "prepare" in seen["remaining"] and results.get("prepare"):
        ours = [disk for disk in prepared if not lacks_marks(disk.get("tags") or {}, seen["image"], seen["release"])]
        standing["prepare"] = presence.disk(ours, seen["image"], seen["release"])
    if "publish" in seen["remaining"] and results.get("publish"):
        job = (results["publish"].get("job") or {}).get("state") or ""
        standing["publish"] = presence.file(looked.get("published") or {}, str(job))
    return standing


def _prepared(standing: Facts, results: Facts) -> dict[str, Any]:
    """{name, id, kind, image_id} of what a target has at the end of its prepare, '' where nothing tells it."""
    result = results.get("prepare") or {}
    disk, output = standing["prepare"].get("disk") or {}, result.get("output") or {}
    told = {key: disk.get(key) or output.get(key) or "" for key in ("name", "id", "kind")}
    return {**told, "image_id": _machine_image((result.get("job") or {}).get("artifacts"))}


def _machine_image(artifacts: Any) -> str:
    """The AMI that a prepare made, '' for none. How the service calls it is not known (contract image_portability
    6)."""
    texts = presence.texts(artifacts)
    return next((text for text in texts if text.startswith("ami-")), "")
