# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bring an image into a cloud, a cluster or a pool as a disk, a snapshot or an image there, or remove it again.

What is there is known by its name and by the marks that the upload put on it; what lacks them belongs to somebody else.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import Change, Params, Plan, Result
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.raw_image import RawImage, rounded_up
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.reporter import Reporter
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.sent_blocks import SentBlocks
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.uploaded_disk import (
    COMPLETE,
    MD5,
    RELEASE,
    SHA256,
    UNFINISHED,
    DiskTarget,
    UploadedDisk,
    Wish,
    Work,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.operations.ips_disk_info import shown
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures import disk_targets, image_sources
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.disk_upload.work_files import (
    SourceFile,
    WorkFiles,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import OperationError

PRESENT, ABSENT = "present", "absent"
UPLOAD, REMOVE = "upload", "remove"
MOST_THREADS = 64
ARGUMENTS: dict[str, Any] = {
    **disk_targets.ARGUMENTS,
    **image_sources.ARGUMENTS,
    "state": {"type": "str", "choices": [PRESENT, ABSENT], "default": PRESENT},
    "name": {"type": "str", "required": True},
    "release": {"type": "str", "required": True},
    "sha256": {"type": "str"},
    "tags": {"type": "dict", "default": {}},
    "work_directory": {"type": "path"},
    "keep_work_files": {"type": "bool", "default": False},
    "threads": {"type": "int", "default": 8},
    "wait_timeout": {"type": "int", "default": 86400},
}


@dataclass(frozen=True)
class _Observed:
    """`ours` are the disks of this name and release, `others` those of this name that are not."""

    target: DiskTarget
    ours: Sequence[UploadedDisk]
    others: Sequence[UploadedDisk]
    source: SourceFile | None = None

    @property
    def complete(self) -> list[UploadedDisk]:
        return [disk for disk in self.ours if disk.state == COMPLETE]

    def unfinished(self, sha256: str) -> UploadedDisk | None:
        """One with this content that an upload goes on with."""
        there = (disk for disk in self.ours if disk.state == UNFINISHED and disk.tags.get(SHA256) == sha256)
        return next(there, None)


def observe(params: Params, reporter: Reporter) -> _Observed:
    if not 1 <= params["threads"] <= MOST_THREADS:
        raise OperationError(f"threads is {params['threads']}", f"Give 1 to {MOST_THREADS}.", options=("threads",))
    observed = _on_platform(params, disk_targets.connect(params, params["threads"]))
    if params["state"] == ABSENT or observed.complete:
        return observed
    return replace(observed, source=image_sources.locate(params["source"]))


def _on_platform(params: Params, target: DiskTarget) -> _Observed:
    named = [disk for disk in target.disks(params["name"], "") if disk.name == params["name"]]
    ours = [disk for disk in named if disk.is_ours and disk.tags[RELEASE] == params["release"]]
    return _Observed(target, ours, [disk for disk in named if disk not in ours])


def plan(params: Params, observed: _Observed) -> Plan[str]:
    if params["state"] == ABSENT:
        return _removal(observed)
    _refuse_others(params, observed)
    if observed.complete:
        return Plan(facts=_facts(observed.complete[0]), before={"there": True}, after={"there": True})
    source = _sound(params, observed)
    facts = {**_facts(None), "sha256": params["sha256"] or "", "virtual_size_bytes": source.file.virtual_size}
    before, after = {"there": False}, {"there": True}
    return Plan(steps=(UPLOAD,), facts=facts, before=before, after=after, warnings=_warnings(observed, source))


def _removal(observed: _Observed) -> Plan[str]:
    ids = [disk.id for disk in observed.ours]
    warnings = []
    if not ids and observed.others:
        warnings.append(f"{_described(observed, observed.others)} not made by this release, and stays.")
    facts = _facts(None)
    steps = (REMOVE,) if ids else ()
    return Plan(steps=steps, facts=facts, before={"disks": ids}, after={"disks": []}, warnings=warnings)


def _refuse_others(params: Params, observed: _Observed) -> None:
    if observed.others:
        raise OperationError(
            f"{_described(observed, observed.others)} not made by an upload of release {params['release']}",
            "Nothing was changed. Give another name.",
            options=("name",),
        )
    if len(observed.complete) > 1:
        raise OperationError(
            f"{observed.target.endpoint} has {len(observed.complete)} disks called '{params['name']}' of release"
            f" {params['release']} ({_ids(observed.complete)})",
            "Remove all but one of them.",
        )
    own = params[params["platform"]]
    for disk in observed.ours:
        if disk.encrypted is False and (own["encrypted"] or own["kms_key_arn"]):
            raise OperationError(
                f"{observed.target.endpoint}: '{disk.name}' ({disk.id}) is not encrypted",
                "Remove it with state=absent, then run the same task again.",
                options=(params["platform"],),
            )
    for disk in observed.complete:
        if params["sha256"] and params["sha256"].lower() != disk.tags.get(SHA256):
            raise OperationError(
                f"{observed.target.endpoint}: '{disk.name}' of release {params['release']} holds another image (SHA-256"
                f" {disk.tags.get(SHA256)})",
                "A release has one image. Give the new one a new release and name.",
                options=("release", "name"),
            )


def _described(observed: _Observed, disks: Sequence[UploadedDisk]) -> str:
    verb = "was" if len(disks) == 1 else "were"
    return f"{observed.target.endpoint}: {disks[0].kind} '{disks[0].name}' ({_ids(disks)}) {verb}"


def _ids(disks: Sequence[UploadedDisk]) -> str:
    return ", ".join(disk.id for disk in disks)


def _sound(params: Params, observed: _Observed) -> SourceFile:
    """The file, if it can be uploaded."""
    source, path = observed.source, image_sources.described(params["source"])
    if source is None:
        raise OperationError(f"There is no image at {path}", "Check the path and the name.", options=("source",))
    problem = "; ".join(source.file.problems) or observed.target.obstacle(params["name"], source.file.virtual_size)
    if problem:
        raise OperationError(f"The image {source.name} cannot be uploaded: {problem}", "Nothing was changed.")
    return source


def _warnings(observed: _Observed, source: SourceFile) -> list[str]:
    size = source.file.virtual_size
    full = rounded_up(size, observed.target.granularity)
    if size == full:
        return []
    return [f"{source.name} holds a disk of {size} bytes. It is filled up with zeros to {full}, as the platform needs."]


def _facts(disk: UploadedDisk | None) -> Result:
    sent = {"data_bytes": 0, "sent_bytes": 0, "resumed": False}
    if disk is None:
        return {"disk": None, "sha256": "", "md5": "", "virtual_size_bytes": 0, **sent}
    return {
        "disk": shown(disk),
        "sha256": disk.tags.get(SHA256, ""),
        "md5": disk.tags.get(MD5, ""),
        "virtual_size_bytes": disk.size,
        **sent,
    }


def apply(params: Params, observed: _Observed, plan: Plan[str], reporter: Reporter) -> Result:
    if params["state"] == ABSENT:
        for disk in observed.ours:
            observed.target.remove(disk)
        return _facts(None)
    files = WorkFiles(Path(params["work_directory"]), _sound(params, observed))
    sent = SentBlocks(files.sent_path(f"{observed.target.endpoint} {params['name']} {params['release']}"))
    with ExitStack() as stack:
        with reporter.phase("convert"):
            image = stack.enter_context(files.image(reporter.progress))
        _refuse_other_content(params, image)
        with reporter.phase("upload"):
            stack.enter_context(files.alone(sent.path, reporter.progress))
            facts = _upload(params, _on_platform(params, observed.target), sent, image, reporter)
        if not params["keep_work_files"]:
            files.remove(sent.path)
    return facts


def _refuse_other_content(params: Params, image: RawImage) -> None:
    if params["sha256"] and params["sha256"].lower() != image.sha256:
        raise OperationError(
            f"The image has the SHA-256 {image.sha256}, where {params['sha256'].lower()} was to be",
            "Export it again, or correct sha256.",
            options=("sha256",),
        )


def _upload(params: Params, observed: _Observed, sent: SentBlocks, image: RawImage, reporter: Reporter) -> Result:
    target = observed.target
    # Another run may have done it while this one waited, or converted the image
    _refuse_others(params, observed)
    if observed.complete:
        return {**_facts(observed.complete[0]), "changed": False}
    tags = {str(key): str(value) for key, value in params["tags"].items()}
    wish = Wish(params["name"], params["release"], tags)
    unfinished = observed.unfinished(image.sha256)
    for disk in observed.ours:
        if disk != unfinished:
            target.remove(disk)
    work = Work(sent, params["threads"], params["wait_timeout"], reporter.progress)
    disk = target.upload(wish, image, unfinished, work)
    sent.forget()
    return {
        **_facts(disk),
        "sha256": image.sha256,
        "md5": image.md5_at(target.granularity),
        "virtual_size_bytes": image.size,
        "data_bytes": image.data,
        "sent_bytes": sent.bytes,
        "resumed": unfinished is not None,
    }


def verify(params: Params, observed: _Observed, facts: Result, reporter: Reporter) -> Result:
    target = observed.target
    now = _on_platform(params, target)
    if params["state"] == ABSENT:
        if now.ours:
            raise OperationError(f"{target.endpoint}: '{params['name']}' is still there", "Run the same task again.")
        return {}
    for disk in now.complete:
        if disk.id == facts["disk"]["id"]:
            return {"disk": shown(disk)}
    raise OperationError(
        f"{target.endpoint}: '{params['name']}' was uploaded and is not there as it should be",
        "Run the same task again: it goes on with what is there.",
    )


OPERATION = Change(
    arguments=ARGUMENTS,
    required_if=(*disk_targets.REQUIRED_IF, ("state", PRESENT, ("source", "work_directory"))),
    observe=observe,
    plan=plan,
    apply=apply,
    verify=verify,
)
