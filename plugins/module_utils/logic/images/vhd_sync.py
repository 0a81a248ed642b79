# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How an image comes from the control domain of one pool to that of another: which file, under which uuid, what speaks
against it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from uuid import UUID, uuid5

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.waiting import amount
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.images.base_disks import (
    KEY_STAYS,
    NOT_ENCRYPTED,
    Standing,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.images.vhd_file import footer_problem
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.xen import VirtualDisk
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.xen_files import Inside, SrDirectory, VhdFile
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.xen_marks import (
    SHA256,
    SOURCE,
    SOURCE_POOL,
    SOURCE_STATE,
    is_ours,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import OperationError

_OURS = UUID("7c0b3a5e-58a5-4d6c-9b0e-6d6f0d3f6b51")
# Left free on an SR for what its other disks write meanwhile
RESERVE = 64 * 1024 * 1024
OVER_HTTP = "Use xen_vdi_transfer, which needs no files and no SSH."
# Endings of rsync after which it may go on where it was: the link was cut, or somebody killed it
NO_SPACE = 11
KILLED = 137
WORTH_ANOTHER = frozenset({10, 12, 19, 20, 30, 35, 129, KILLED, 143, 255})
CONSEQUENCES = ("connection unexpectedly closed", "Broken pipe", "Connection reset")
MEANINGS = {
    5: "its arguments were refused",
    10: "the connection broke",
    NO_SPACE: "a file could not be written or read",
    12: "the connection broke, or there is no rsync on the other control domain",
    20: "it was ended from outside",
    23: "a file could not be read",
    24: "the source file vanished",
    30: "nothing came any more",
    127: "there is no rsync",
    KILLED: "it was killed",
    255: "SSH between the control domains failed",
}


def data_file(endpoint: str, vdi: str, chain: Sequence[VhdFile]) -> VhdFile:
    """The file of a chain that holds the data, the leaf being the first: an empty leaf stands for its parent (contract
    xenserver 2, 7.1). Raises OperationError where no single file holds all."""
    if not chain:
        raise OperationError(
            f"{endpoint} has no file {vdi}.vhd in the directory of the SR",
            f"Only disks on NFS and local file systems are files. {OVER_HTTP}",
        )
    holders = [file for file in chain if file.blocks] or [chain[-1]]
    if chain[-1].parent or chain[-1].is_lost:
        raise OperationError(
            f"{endpoint}: the disk {vdi} stands on a file that is not there", "Look into its SR with xen_vdi_info."
        )
    if len(holders) > 1 or holders[0] != chain[-1]:
        raise OperationError(
            f"{endpoint}: no single file holds all data of the disk {vdi}",
            f"Make a full copy of the disk first, with VDI.copy, and sync that. {OVER_HTTP}",
        )
    return holders[0]


def refuse_unfit(endpoint: str, file: str, inside: Inside) -> None:
    if inside.encrypted:
        raise OperationError(f"{endpoint}: {file} is encrypted: {KEY_STAYS}", NOT_ENCRYPTED)
    problem = inside.problem or footer_problem(inside.first, inside.last)
    if problem:
        raise OperationError(f"{endpoint}: {file} cannot be used: {problem}", "Look at it with vhd-util check.")


def same_disk(first: bytes, other: bytes) -> bool:
    """Whether two footers are of the same disk: all but the flag and the checksum is equal (contract xenserver 3)."""
    return _flagless(first) == _flagless(other)


def _flagless(footer: bytes) -> bytes:
    return footer[:64] + footer[68:85] + footer[86:]


def uuid_for(sr: str, vdi: str, sha256: str, taken: Collection[str]) -> str:
    """The uuid that this image has on this SR, in every run: so a file that an interrupted run left is known again. One
    that the pool has elsewhere is passed over, since a scan would fail by it (contract xenserver addition C)."""
    number = 0
    while True:
        candidate = str(uuid5(_OURS, f"{sr} {vdi} {sha256} {number}"))
        if candidate not in taken:
            return candidate
        number += 1


def copy_there(disks: Iterable[VirtualDisk], vdi: str, state: str, sha256: str) -> VirtualDisk | None:
    """Our complete copy of an image: of the same file in the same state, or else with the same content."""
    for disk in disks:
        marks = disk.other_config
        is_of_disk = is_ours(disk.uuid, marks) and marks.get(SOURCE) == vdi and not disk.missing
        is_same = marks.get(SOURCE_STATE) == state or (sha256 != "" and marks.get(SHA256) == sha256)
        if is_of_disk and is_same:
            return disk
    return None


def basis_for(standings: Mapping[str, Standing], sr: str, pool: str, asked: str | None, vhds: Collection[str]) -> str:
    """The uuid of the file on the target that has most in common with an image: that of the newest image of ours, from
    the same pool rather than from another. '' for none; `asked` is a disk that somebody named."""
    if asked == "":
        return ""
    on_sr = [one for one in standings.values() if one.disk.sr == sr and one.data in vhds]
    if asked:
        chosen = [one for one in on_sr if one.disk.uuid == asked]
        if not chosen:
            raise OperationError(f"The SR has no disk {asked} to start from", "Leave basis_vdi_uuid out.")
    else:
        chosen = [one for one in on_sr if SOURCE in one.disk.other_config and not one.disk.is_snapshot]
    ranked = sorted(chosen, key=lambda one: (one.disk.other_config.get(SOURCE_POOL) == pool, _moment(one.disk)))
    if ranked:
        return ranked[-1].data or ""
    return ""


def _moment(disk: VirtualDisk) -> int:
    """When the source of an image was written."""
    last = disk.other_config.get(SOURCE_STATE, "").rpartition(" ")[2]
    if last.isdigit():
        return int(last)
    return 0


def refuse_lacking(endpoint: str, directory: SrDirectory) -> None:
    if directory.lacks:
        raise OperationError(f"{endpoint} lacks {', '.join(directory.lacks)}", OVER_HTTP)


def refuse_unready(endpoint: str, sr: str, directory: SrDirectory) -> None:
    """What speaks against a directory, whatever is to come there (contract xenserver 10)."""
    if not directory.mounted:
        raise OperationError(
            f"{endpoint}: the directory of the SR '{sr}' is no mount point, so that a file would fill the root disk",
            "Plug the PBD of the SR on this host, or go to a host that sees the SR.",
        )
    if directory.broken:
        raise OperationError(
            f"{endpoint}: files of the SR '{sr}' cannot be read as VHDs, so that no scan of it succeeds:"
            f" {', '.join(directory.broken)}",
            "Move them away first.",
        )


def refuse_busy(endpoint: str, sr: str, part: int, others: Sequence[str], directory: SrDirectory) -> None:
    """Whoever has a part file of its own goes on with it. Two that begin at the same moment do not see each other; then
    both bring the image, and the first one makes it a disk."""
    busy = [name for name in others if name in directory.busy]
    if busy and not part:
        come = amount(directory.parts[busy[0]])
        raise OperationError(
            f"{endpoint}: another host is bringing this image to the SR '{sr}' ({come} have come)",
            "Run the same task again when that has ended. When it was killed, what has come counts ten minutes later.",
        )


def refuse_full(endpoint: str, sr: str, directory: SrDirectory, size: int, part: int) -> None:
    needed = max(0, size - part) + RESERVE
    if directory.free < needed:
        raise OperationError(
            f"{endpoint}: the SR '{sr}' has {amount(directory.free)} left, and the image takes {amount(needed)}",
            "Make room there, or choose another SR.",
        )


def bytes_on_the_wire(log: str) -> int:
    """By the statistics of rsync, which separates thousands in some versions."""
    return sum(int(text.replace(",", "")) for text in re.findall(r"^Total bytes \w+: ([\d,]+)", log, re.MULTILINE))


def reason(log: Sequence[str]) -> str:
    """The line that says why rsync stopped. What follows from it, in its own process and in the other one, stands
    behind it."""
    lines = [line.strip() for line in log if line.strip() and not line.startswith("rsync error")]
    own = [line for line in lines if line.startswith("rsync: ") and not _is_consequence(line)]
    others = [line for line in lines if not line.startswith("rsync: ")]
    return (own[:1] or others[-1:] or lines[-1:] or [""])[0]


def _is_consequence(line: str) -> bool:
    return any(text in line for text in CONSEQUENCES)


def meaning(status: int) -> str:
    return MEANINGS.get(status, f"it ended with {status}")
