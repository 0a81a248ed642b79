# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a look at one target says before anything is begun there, and what became of it in the end. Both come from the
results of the modules, as the role image_portability registers them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.failures import in_one, why
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.waiting import amount
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.portability import presence
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.portability.outcomes import is_settled, outcome
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.portability.stages import (
    lacks_marks,
    names_of,
    provisioning_type,
    stages_of,
)

# As the wallet calls them (contract image_portability 4); all other platforms and shares have an account of their own
CREDENTIAL_TYPES = {"azure": "Azure", "aws": "Aws", "gcp": "Gcp"}

Facts = Mapping[str, Any]


def sight(answers: Facts, target: Facts, workflow: str, image: str, release: str) -> dict[str, Any]:
    """{stages, standing, remaining, unfit, image, release}. `answers` are results by what was asked: uploaded,
    prepared, jobs, credentials, file (that to upload), published, publication (that of the publish in check mode);
    export_credentials, those that the export needs, each with the platform that it is for, '' for a share; source, the
    name of the disk or file that all is made of; known, what an earlier run knows of the published file, and room, the
    free bytes of the work directory."""
    stages = [stage for stage in stages_of(workflow) if stage != "export"]
    prepared = presence.disk(_disks(answers, "prepared"), image, release, _job_state(answers, target, image, release))
    uploaded = presence.disk(_disks(answers, "uploaded"), image, release, resumed=True)
    standing = {
        "upload": uploaded,
        "prepare": presence.prepared_for(prepared, provisioning_type(workflow)),
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
    unfit += presence.other_source(uploaded, str(answers.get("source") or ""))
    if remaining:
        unfit += _wrong_credentials(answers, _credentials(target))
    if "upload" in remaining:
        unfit += _wrong_credentials(answers, answers.get("export_credentials") or [])
        unfit += file_obstacles(answers.get("file") or {}, "export" in stages_of(workflow), answers.get("room"))
    unfit = list(dict.fromkeys(unfit))
    seen = {"stages": stages, "standing": standing, "remaining": remaining, "unfit": unfit}
    return {**seen, "image": image, "release": release}


def file_obstacles(file: Facts, is_exported: bool, room: int | str | None) -> list[str]:
    """What is wrong with the file to upload. One that is exported first need not be there yet. Templates of
    ansible-core before 2.19 make text of the number."""
    if file.get("failed"):
        return [in_one(*why(file))]
    if not file.get("exists"):
        if is_exported:
            return []
        return ["The vDisk that image_portability_share names is not in the share."]
    if file.get("problems") and not is_exported:
        return [f"{file.get('name')} cannot be used: {'; '.join(file['problems'])}."]
    # As much as it holds, which is less than its nominal size
    needed = file.get("size_bytes") or 0
    free = int(room) if room not in (None, "") else needed
    if free < needed:
        return [
            f"image_portability_work_directory has {amount(free)} free, and {file.get('name')} holds {amount(needed)}."
        ]
    return []


def _disks(answers: Facts, which: str) -> list[Facts]:
    return (answers.get(which) or {}).get("disks") or []


def _job_state(answers: Facts, target: Facts, image: str, release: str) -> str:
    jobs = (answers.get("jobs") or {}).get("jobs") or []
    return presence.job_state(jobs, names_of(image, release, target["platform"])["prepared"])


def _credentials(target: Facts) -> list[tuple[str, str]]:
    """Each with the platform that it is for, '' for a share."""
    share = (target.get("publish") or {}).get("share") or {}
    return [(target.get("credential") or "", target.get("platform") or ""), (share.get("credential") or "", "")]


def _wrong_credentials(answers: Facts, wanted: Iterable[Sequence[str]]) -> list[str]:
    answer = answers.get("credentials") or {}
    if "credentials" not in answer:
        return []
    types = {str(each.get("id")): str(each.get("type") or "") for each in answer["credentials"]}
    wrong = []
    for name, platform in dict.fromkeys((name, platform) for name, platform in wanted if name):
        needed = CREDENTIAL_TYPES.get(platform, "UsernamePassword")
        if name not in types:
            wrong.append(f"The wallet of the service has no credential '{name}': make it with ips_credential.")
        elif types[name] not in ("", needed):
            use = f"The platform {platform}" if platform else "A share"
            wrong.append(f"{use} needs a credential of the type {needed}, and '{name}' is of the type {types[name]}.")
    return wrong


def target_outcome(
    seen: Facts, results: Facts, target: Facts, looked: Facts, export: Facts, compare: bool = True
) -> dict[str, Any]:
    """{message, platform, store, prepared, stages} of a target, also while the stages are under way. `seen` is its
    sight, `results` those of its stages, `looked` what was read after them: prepared, published. `export` is the
    outcome of that stage, whose hash has to be that of the upload when they are to be compared."""
    standing = _standing_after(seen, results, looked)
    expected = {"upload": _expected_md5(export, results, standing)} if compare else {}
    stages: list[dict[str, Any]] = []
    before = export
    for stage in seen["stages"]:
        before = outcome(stage, results.get(stage), standing[stage], expected.get(stage, ""))
        # What a planned stage would make is not there yet, so that nothing can be asked about it
        if before["state"] == "not reached" and [export, *stages][-1].get("state") == "planned":
            before = {**before, "state": "planned"}
        stages.append(before)
    upto = seen["stages"].index("prepare") + 1 if seen["stages"] else 0
    prepared = {}
    if upto and is_settled(stages[:upto]):
        prepared = _prepared(seen, target, standing, results)
    return {
        "message": "",
        "platform": target["platform"],
        "store": ((target.get("publish") or {}).get("share") or {}).get("location") or "",
        "prepared": prepared,
        "stages": stages,
    }


def _expected_md5(export: Facts, results: Facts, standing: Facts) -> str:
    """The hash of an upload: that of the source, unless the platform made the disk larger. '' when nobody knows."""
    disk = (results.get("upload") or {}).get("disk") or standing.get("upload", {}).get("disk") or {}
    size = (export.get("file") or {}).get("virtual_size_bytes")
    if size and size == disk.get("size_bytes"):
        return str(export.get("md5") or "")
    return ""


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


def _prepared(seen: Facts, target: Facts, standing: Facts, results: Facts) -> dict[str, Any]:
    """{name, id, kind, image_id} of what a target has at the end of its prepare, or would have; '' where nothing tells
    it."""
    result = results.get("prepare") or {}
    wanted = {"name": names_of(seen["image"], seen["release"], target["platform"])["prepared"]}
    sides = (standing["prepare"].get("disk") or {}, result.get("output") or {}, wanted)
    told = {key: _first(sides, key) for key in ("name", "id", "kind")}
    return {**told, "image_id": _machine_image((result.get("job") or {}).get("artifacts"))}


def _first(sides: Iterable[Facts], key: str) -> str:
    return next((side[key] for side in sides if side.get(key)), "")


def _machine_image(artifacts: Any) -> str:
    """The AMI that a prepare made, '' for none. How the service calls it is not known (contract image_portability
    6)."""
    texts = presence.texts(artifacts)
    return next((text for text in texts if text.startswith("ami-")), "")
