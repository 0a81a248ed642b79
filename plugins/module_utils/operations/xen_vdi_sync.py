# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bring an image from one pool to an SR of another by rsync between their control domains."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.xenserver.client import (
    CONNECTION_ARGUMENTS,
    XenServer,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.xenserver.disks import list_disks, read_disk
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import (
    Operation,
    Params,
    Phases,
    Plan,
    Result,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.reporter import Reporter
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.share import Alone
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.shell import Shell
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.waiting import Deadline
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.images.vhd_file import virtual_size
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.images.vhd_sync import (
    OVER_HTTP,
    basis_for,
    copy_there,
    data_file,
    refuse_busy,
    refuse_full,
    refuse_lacking,
    refuse_unfit,
    refuse_unready,
    uuid_for,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.xen import StorageRepository, VirtualDisk
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.xen_files import Inside, SrDirectory, VhdFile
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.xen_marks import (
    RELEASE,
    SHA256,
    SOURCE,
    SOURCE_POOL,
    SOURCE_STATE,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.xenserver.control_domain import (
    ControlDomain,
    over_ssh,
    refuse_odd,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.xenserver.delta_transfer import (
    Transfer,
    clear,
    part_name,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.xenserver.file_hash import payload_hash
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.xenserver.host_job import identity
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.xenserver.overview import (
    MOUNT_ROOT,
    DiskOverview,
    read_disks,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.xenserver.placed_file import (
    Place,
    introduced,
    name_disk,
    publish,
    unhide,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.xenserver.pool_change import PoolTask
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.xenserver.whole_copy import (
    SourceChanged,
    WholeCopy,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import OperationError

PULL, PUSH = "pull", "push"
SYNCED = "synced"
SOURCE_ARGUMENTS: dict[str, Any] = {
    "vdi_uuid": {"type": "str", "required": True},
    "storage_repository_uuid": {"type": "str", "required": True},
    "pool_uuid": {"type": "str", "default": ""},
    "sr_directory": {"type": "str", "default": MOUNT_ROOT},
}
PEER_ARGUMENTS: dict[str, Any] = {
    "address": {"type": "str", "required": True},
    "port": {"type": "int", "default": 22},
    "user": {"type": "str", "default": "root"},
    "private_key_path": {"type": "str", "no_log": False},
    "known_hosts_path": {"type": "str"},
}
ARGUMENTS: dict[str, Any] = {
    **CONNECTION_ARGUMENTS,
    "storage_repository": {"type": "str", "required": True},
    "name": {"type": "str", "required": True},
    "release": {"type": "str", "default": ""},
    "source": {"type": "dict", "required": True, "options": SOURCE_ARGUMENTS},
    "peer": {"type": "dict", "required": True, "options": PEER_ARGUMENTS},
    "sr_directory": {"type": "str", "default": MOUNT_ROOT},
    "direction": {"type": "str", "choices": [PULL, PUSH], "default": PULL},
    "basis_vdi_uuid": {"type": "str"},
    "bandwidth_kib": {"type": "int", "default": 0},
    "attempts": {"type": "int", "default": 3},
    "wait_timeout": {"type": "int", "default": 14400},
}


@dataclass(frozen=True)
class SyncTask(PoolTask):
    """And the shell of the control domain that the task runs on, and the bound of all its waits."""

    shell: Shell
    deadline: Deadline

    def domains(self, sr: str) -> tuple[ControlDomain, ControlDomain]:
        """Those of the source and the target, with their directories."""
        params, source, peer = self.params, self.params["source"], self.params["peer"]
        near = ("The control domain of the task", self.shell)
        far = (f"The control domain {peer['address']}", over_ssh(self.shell, peer))
        of_source, of_target = (far, near) if self.pulls else (near, far)
        return (
            ControlDomain(*of_source, f"{source['sr_directory']}/{source['storage_repository_uuid']}"),
            ControlDomain(*of_target, f"{params['sr_directory']}/{sr}"),
        )

    @property
    def pulls(self) -> bool:
        return bool(self.params["direction"] == PULL)


@dataclass(frozen=True)
class _Observed:
    """`copy` is the disk that the image is already; else `file` is what is to travel, with the hash of its payload
    where that was read. `writer` tells the control domain that rsync runs on from all others."""

    overview: DiskOverview
    repository: StorageRepository
    vdi: str
    source: ControlDomain
    target: ControlDomain
    directory: SrDirectory
    file: VhdFile
    inside: Inside
    sha256: str
    copy: VirtualDisk | None
    basis: str
    writer: str

    @property
    def key(self) -> str:
        """Under which the part file is known again."""
        return uuid_for(self.repository.uuid, self.vdi, self.sha256, ())

    @property
    def part(self) -> int:
        """How much of it is there."""
        if self.sha256:
            return self.directory.parts.get(part_name(self.key, self.writer), 0)
        return 0

    @property
    def others(self) -> list[str]:
        """What other hosts have brought of it, the largest first."""
        own, sizes = part_name(self.key, self.writer), self.directory.parts
        found = [name for name in sizes if name.startswith(f".{self.key}.") and name != own and self.sha256]
        return sorted(found, key=lambda name: -sizes[name])

    @property
    def rests(self) -> list[str]:
        """Of transfers that nobody goes on with."""
        return [name for name in self.directory.rests if not name.startswith(f".{self.key}.{self.writer}.")]


def observe(task: SyncTask, reporter: Reporter) -> _Observed:
    params = task.params
    _refuse_odd_options(params)
    overview = read_disks(task.client)
    repository = overview.repository(params["storage_repository"])
    if not repository.has_files:
        raise OperationError(
            f"{overview.endpoint}: the SR '{repository.name}' is of the type {repository.type}, which has no files",
            OVER_HTTP,
        )
    source, target = task.domains(repository.uuid)
    directory = target.look()
    refuse_lacking(target.name, directory)
    vdi = params["source"]["vdi_uuid"]
    chain, inside = source.chain(vdi)
    file = data_file(source.name, vdi, chain)
    refuse_unfit(source.name, f"{file.uuid}.vhd", inside)
    own = [disk for disk in overview.disks if disk.sr == repository.ref and not disk.is_snapshot]
    copy, sha256 = copy_there(own, vdi, file.state, ""), ""
    # A hash costs a reading of the whole file; a plan of a first transfer does without
    if copy is None and not reporter.check:
        with reporter.phase("hash"):
            sha256 = _hash(task, source, file, reporter)
        copy = copy_there(own, vdi, file.state, sha256)
    standings = overview.standings()
    basis = basis_for(
        standings, repository.ref, params["source"]["pool_uuid"], params["basis_vdi_uuid"], directory.vhds
    )
    writer = identity(target if task.pulls else source, make=not reporter.check)
    return _Observed(overview, repository, vdi, source, target, directory, file, inside, sha256, copy, basis, writer)


def _hash(task: SyncTask, source: ControlDomain, file: VhdFile, reporter: Reporter) -> str:
    """All hosts of a play want the same one, and it takes a reading of the whole file."""
    path = source.vhd(file.uuid)
    share = reporter.board.share(path) if reporter.board else Alone()
    return str(
        share.remembered(file.state, lambda: payload_hash(source, path, file.size, task.deadline, reporter.progress))
    )


def _refuse_odd_options(params: Params) -> None:
    source, peer = params["source"], params["peer"]
    for name in ("vdi_uuid", "storage_repository_uuid", "sr_directory"):
        refuse_odd(f"source.{name}", source[name])
    for name in ("private_key_path", "known_hosts_path"):
        refuse_odd(f"peer.{name}", peer[name] or "none")
    refuse_odd("sr_directory", params["sr_directory"])
    refuse_odd("peer.user", peer["user"])
    for name, least in (("attempts", 1), ("bandwidth_kib", 0)):
        if params[name] < least:
            raise OperationError(f"{name} is {params[name]}", f"Give {least} or more.", options=(name,))


def plan(task: SyncTask, observed: _Observed) -> Plan[str]:
    facts = _facts(task, observed)
    if observed.copy:
        marks = observed.copy.other_config
        there = {"vdi_uuid": observed.copy.uuid, "sha256": marks.get(SHA256, ""), "basis_vdi_uuid": ""}
        return Plan(facts={**facts, **there}, before={"there": True}, after={"there": True})
    target, repository = observed.target, observed.repository
    refuse_unready(target.name, repository.name, observed.directory)
    refuse_full(target.name, repository.name, observed.directory, observed.file.size, observed.part)
    refuse_busy(target.name, repository.name, observed.part, observed.others, observed.directory)
    rests = observed.rests
    warnings = [f"What is left of older transfers goes from the SR '{repository.name}': {', '.join(rests)}"]
    return Plan(
        steps=(SYNCED,),
        facts=facts,
        before={"there": False},
        after={"there": True},
        warnings=warnings if rests else (),
    )


def _facts(task: SyncTask, observed: _Observed) -> Result:
    source = task.params["source"]
    return {
        "vdi_uuid": "",
        "source_vdi_uuid": source["vdi_uuid"],
        "source_pool_uuid": source["pool_uuid"],
        "sha256": observed.sha256,
        "size_bytes": observed.file.size,
        "virtual_size_bytes": virtual_size(observed.inside.last),
        "transferred_bytes": 0,
        "resumed": False,
        "basis_vdi_uuid": observed.basis,
    }


def apply(task: SyncTask, observed: _Observed, plan: Plan[str], reporter: Reporter) -> Result:
    params, target = task.params, observed.target
    uuid, transferred = _uuid(task, observed), 0
    place = Place(task.client, target, observed.repository.ref, params["wait_timeout"], reporter.progress)
    transfer = _transfer(task, observed)
    copy = WholeCopy(transfer, observed.file, observed.sha256, observed.inside.last, task.deadline, reporter.progress)
    with reporter.phase("sync"):
        # It is there when a run was killed after it had given the file its name
        is_named = uuid in observed.directory.vhds
        if not is_named:
            transferred = copy.bring(observed.part, params["attempts"])
            unhide(target, target.path(transfer.part))
            # Meanwhile the pool may have got a disk of this uuid
            uuid = _uuid(task, observed)
            # Another host may have been first
            is_named = not publish(place, transfer.part, uuid)
        if is_named:
            copy.refuse_other_content(target.vhd(uuid))
            place.scan()
        disk = introduced(place, uuid)
        name_disk(place, disk, params["name"], _description(params, observed), _marks(params, observed))
        clear(transfer, *observed.rests)
    return {
        **plan.facts,
        "vdi_uuid": uuid,
        "transferred_bytes": transferred,
        "resumed": observed.part > 0,
    }


def _uuid(task: SyncTask, observed: _Observed) -> str:
    sr = observed.repository
    elsewhere = {disk.uuid for disk in list_disks(task.client) if disk.sr != sr.ref}
    return uuid_for(sr.uuid, observed.vdi, observed.sha256, elsewhere)


def _transfer(task: SyncTask, observed: _Observed) -> Transfer:
    source, target, others = observed.source, observed.target, observed.others
    basis = f"{observed.basis}.vhd" if observed.basis else ""
    if not basis and not observed.part and others:
        basis, *others = others
    return Transfer(
        source=source,
        target=target,
        near=target if task.pulls else source,
        peer=task.params["peer"],
        path=source.vhd(observed.file.uuid),
        uuid=observed.key,
        writer=observed.writer,
        basis=basis,
        others=tuple(others),
        bandwidth=task.params["bandwidth_kib"],
    )


def _description(params: Params, observed: _Observed) -> str:
    return f"Image {params['release'] or observed.sha256[:12]} (euc.nutanix_citrix)"


def _marks(params: Params, observed: _Observed) -> dict[str, str]:
    source = params["source"]
    return {
        SOURCE: source["vdi_uuid"],
        SOURCE_POOL: source["pool_uuid"],
        SHA256: observed.sha256,
        RELEASE: params["release"],
        SOURCE_STATE: observed.file.state,
    }


def verify(task: SyncTask, observed: _Observed, facts: Result, reporter: Reporter) -> Result:
    ref = task.client.call("VDI.get_by_uuid", facts["vdi_uuid"])
    disk = read_disk(task.client, ref)
    is_good = disk.managed and not disk.read_only and disk.size == facts["virtual_size_bytes"]
    if not is_good or disk.name != task.params["name"]:
        raise OperationError(
            f"{task.client.endpoint}: the disk {disk.uuid} is not as it was made",
            "Look for it with xen_vdi_info, then run the same task again.",
        )
    return {}


@dataclass(frozen=True, kw_only=True)
class FileSync(Phases[SyncTask, _Observed, str], Operation):
    """The four phases over XAPI and the shell of a control domain, which the door on the controller gives."""

    shell: Shell | None = None

    def carry_out(self, params: Params, reporter: Reporter) -> Result:
        if self.shell is None:
            raise OperationError(
                "A sync of files needs a connection to the control domain of a host",
                "Delegate the task to a host of the inventory that is one, with an SSH connection.",
            )
        with XenServer.connect(params) as client:
            task = SyncTask(params, client, self.shell, Deadline(params["wait_timeout"]))
            try:
                return self.go_through(task, reporter)
            except SourceChanged as error:
                # As XenServer does when it coalesces (contract xenserver 10)
                reporter.progress(f"{error.message}; once more")
                return self.go_through(task, reporter)


OPERATION = FileSync(arguments=ARGUMENTS, stays=True, observe=observe, plan=plan, apply=apply, verify=verify)
