# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Carry a disk between pools through a file on the controller, by XAPI's own export and import."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.xenserver.client import CONNECTION_ARGUMENTS
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.xenserver.disks import (
    add_mark,
    create_disk,
    destroy_disk,
    read_disk,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.xenserver.transfers import (
    export_disk,
    import_disk,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import Plan, Result
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.reporter import Reporter
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.sent_file import Meter, SentFile
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.waiting import amount
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.images.base_disks import (
    KEY_STAYS,
    NOT_ENCRYPTED,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.xen import BLOCK, StorageRepository, VirtualDisk
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.xen_marks import (
    OWN,
    RELEASE,
    SHA256,
    SOURCE,
    SOURCE_POOL,
    is_image,
    is_unfinished,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.xenserver.image_files import (
    ImageFile,
    read_record,
    store,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.xenserver.overview import (
    DiskOverview,
    read_disks,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.xenserver.pool_change import (
    PoolChange,
    PoolTask,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import OperationError, StillRunning

EXPORTED, IMPORTED = "exported", "imported"
ARGUMENTS: dict[str, Any] = {
    **CONNECTION_ARGUMENTS,
    "state": {"type": "str", "choices": [EXPORTED, IMPORTED], "required": True},
    "path": {"type": "path", "required": True},
    "vdi_uuid": {"type": "str"},
    "storage_repository": {"type": "str"},
    "name": {"type": "str"},
    "release": {"type": "str", "default": ""},
    "wait_timeout": {"type": "int", "default": 14400},
}


@dataclass(frozen=True)
class _Observed:
    """`file` is the image that is there already, `disk` the one to export or that was imported before, `unfinished`
    what killed runs left of it."""

    overview: DiskOverview
    file: ImageFile | None
    disk: VirtualDisk | None = None
    repository: StorageRepository | None = None
    unfinished: tuple[VirtualDisk, ...] = ()


def observe(task: PoolTask, reporter: Reporter) -> _Observed:
    params, overview = task.params, read_disks(task.client)
    path = Path(params["path"])
    file = read_record(path)
    if params["state"] == EXPORTED:
        return _Observed(overview, file, _source(overview, params["vdi_uuid"]))
    if file is None and not reporter.check:
        raise OperationError(
            f"{path} is no whole image with a record", "Let the same module write it, with state=exported."
        )
    repository = overview.repository(params["storage_repository"])
    own = [disk for disk in overview.disks if disk.sr == repository.ref and not disk.is_snapshot]
    if file is None:
        return _Observed(overview, None, repository=repository)
    there = (disk for disk in own if is_image(disk.uuid, disk.other_config, file.vdi, file.sha256))
    halves = [disk for disk in own if is_unfinished(disk.other_config) and _is_of(disk, file)]
    return _Observed(overview, file, next(there, None), repository, tuple(halves))


def _is_of(disk: VirtualDisk, file: ImageFile) -> bool:
    return (disk.other_config.get(SOURCE), disk.other_config.get(SHA256)) == (file.vdi, file.sha256)


def _source(overview: DiskOverview, uuid: str) -> VirtualDisk:
    disk = next((one for one in overview.disks if one.uuid == uuid), None)
    if disk is None:
        raise OperationError(f"{overview.endpoint} has no disk {uuid}", "Look for it with xen_vdi_info.")
    if not disk.managed or disk.missing:
        raise OperationError(
            f"{overview.endpoint}: the disk {uuid} cannot be exported: it is a base copy, or its data is missing",
            "Give the disk that stands on it.",
        )
    if overview.standings()[disk.ref].encrypted:
        raise OperationError(f"{overview.endpoint}: the disk {uuid} is encrypted: {KEY_STAYS}", NOT_ENCRYPTED)
    names = {vm.ref: vm.name for vm in overview.machines}
    writers = [
        names.get(entry.vm, entry.vm) for entry in overview.attachments if entry.disk == disk.ref and entry.plugged
    ]
    if writers:
        raise OperationError(
            f"{overview.endpoint}: the disk {uuid} is being written by the running VM '{writers[0]}'",
            "Shut the VM down, or give a disk that nobody writes to.",
        )
    return disk


def plan(task: PoolTask, observed: _Observed) -> Plan[str]:
    params, file = task.params, observed.file
    if params["state"] == EXPORTED:
        disk, pool = observed.disk, observed.overview.pool.uuid
        if file and disk and (file.vdi, file.pool) == (disk.uuid, pool):
            return _planned((), _file_facts(params, file))
        return _planned((EXPORTED,), _file_facts(params, None))
    if observed.disk:
        return _planned((), {**_file_facts(params, file), "vdi_uuid": observed.disk.uuid})
    _refuse_full(observed)
    return _planned((IMPORTED,), {**_file_facts(params, file), "vdi_uuid": ""})


def _planned(steps: tuple[str, ...], facts: Result) -> Plan[str]:
    before = {"there": not steps}
    return Plan(steps=steps, facts=facts, before=before, after={"there": True})


def _file_facts(params: Any, file: ImageFile | None) -> Result:
    facts = {
        "image_path": params["path"],
        "vdi_uuid": params["vdi_uuid"] or "",
        "source_vdi_uuid": params["vdi_uuid"] or "",
        "source_pool_uuid": "",
        "sha256": "",
        "size_bytes": 0,
        "virtual_size_bytes": 0,
        "transferred_bytes": 0,
    }
    if file is None:
        return facts
    return {
        **facts,
        "source_vdi_uuid": file.vdi,
        "source_pool_uuid": file.pool,
        "sha256": file.sha256,
        "size_bytes": file.size,
        "virtual_size_bytes": file.virtual_size,
    }


def _refuse_full(observed: _Observed) -> None:
    repository, file = observed.repository, observed.file
    if repository is None or file is None:
        return
    if not repository.attached:
        raise OperationError(
            f"{observed.overview.endpoint}: no host sees the SR '{repository.name}'", "Plug its PBD first."
        )
    free = repository.size - repository.used
    # On other types of SR the space that a disk takes is reserved at once
    needed = file.size if repository.has_files else file.virtual_size
    if free < needed:
        raise OperationError(
            f"{observed.overview.endpoint}: the SR '{repository.name}' has {amount(max(0, free))} left, and the image"
            f" takes {amount(needed)}",
            "Make room there, or choose another SR.",
        )


def apply(task: PoolTask, observed: _Observed, plan: Plan[str], reporter: Reporter) -> Result:
    if task.params["state"] == EXPORTED:
        return _export(task, observed, reporter)
    for half in observed.unfinished:
        destroy_disk(task.client, half.ref)
    return _import(task, observed, reporter)


def _export(task: PoolTask, observed: _Observed, reporter: Reporter) -> Result:
    client, params, disk = task.client, task.params, observed.disk
    if disk is None:
        return {}
    what = f"the export of {disk.uuid}"
    meter = Meter(what, reporter.progress)
    with reporter.phase("export"):
        image = store(
            Path(params["path"]),
            disk.uuid,
            observed.overview.pool.uuid,
            partial(_fetch, task, disk.ref, what, reporter),
            meter,
        )
    if image.virtual_size != disk.size:
        reporter.warn(f"{client.endpoint}: {disk.uuid} has {disk.size} bytes and its image {image.virtual_size}")
    return {**_file_facts(params, image), "transferred_bytes": meter.count}


def _fetch(
    task: PoolTask,
    vdi: str,
    what: str,
    reporter: Reporter,
    keep: Callable[[bytes], object],
    check: Callable[[], None],
) -> None:
    export_disk(task.client, vdi, keep, check, what, task.params["wait_timeout"], reporter.progress)


def _import(task: PoolTask, observed: _Observed, reporter: Reporter) -> Result:
    client, params, file, repository = task.client, task.params, observed.file, observed.repository
    if file is None or repository is None:
        return {}
    marks = {SOURCE: file.vdi, SOURCE_POOL: file.pool, SHA256: file.sha256, RELEASE: params["release"]}
    description = f"Image {params['release'] or file.sha256[:12]} (euc.nutanix_citrix)"
    size = -(-file.virtual_size // BLOCK) * BLOCK
    disk = read_disk(client, create_disk(client, repository.ref, params["name"], description, size, marks))
    what = f"the import into {disk.uuid}"
    try:
        with reporter.phase("import"), Path(params["path"]).open("rb") as opened:
            content = SentFile(opened, file.size, what, reporter.progress)
            import_disk(client, disk.ref, content, what, params["wait_timeout"], reporter.progress)
        _refuse_other_hash(params["path"], content.meter.sha256, file.sha256)
    except StillRunning:
        raise
    except (OperationError, OSError):
        _take_back(client, disk)
        raise
    add_mark(client, "VDI", disk.ref, OWN, disk.uuid)
    return {**_file_facts(params, file), "vdi_uuid": disk.uuid, "transferred_bytes": content.meter.count}


def _refuse_other_hash(path: str, sha256: str, recorded: str) -> None:
    if sha256 != recorded:
        raise OperationError(f"{path} has another hash than its record says", "Remove the file and export it again.")


def _take_back(client: Any, disk: VirtualDisk) -> None:
    """No half disk stays behind; where it cannot be removed now, the next run knows it by its mark."""
    try:
        destroy_disk(client, disk.ref)
    except OperationError:
        return


def verify(task: PoolTask, observed: _Observed, facts: Result, reporter: Reporter) -> Result:
    if task.params["state"] == EXPORTED:
        return {}
    overview = read_disks(task.client)
    disk = next((one for one in overview.disks if one.uuid == facts["vdi_uuid"]), None)
    if disk is None or not disk.managed or disk.read_only or disk.size < facts["virtual_size_bytes"]:
        raise OperationError(
            f"{task.client.endpoint}: the imported disk {facts['vdi_uuid']} is not there, or cannot be used",
            "Look into the tasks of the pool, then run the same task again.",
        )
    return {}


def _subject(params: Any) -> str:
    """An export has a lock on its file."""
    if params["state"] == IMPORTED:
        return f"images on {params['storage_repository']}"
    return ""


OPERATION = PoolChange(
    arguments=ARGUMENTS,
    subject=_subject,
    required_if=(("state", EXPORTED, ("vdi_uuid",)), ("state", IMPORTED, ("storage_repository", "name"))),
    observe=observe,
    plan=plan,
    apply=apply,
    verify=verify,
)
