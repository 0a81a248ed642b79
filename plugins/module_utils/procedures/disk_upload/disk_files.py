# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a file of a disk tells by a few of its bytes, so that hours are not spent on one that is cut or of an odd size.

Of a share only these bytes are read. The places of fields are those of Microsoft's specifications of VHD and VHDX.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from uuid import UUID

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.qemu_img import RAW, VHD, VHDX
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.images import vhd_file

EXTENSIONS = (".vhd", ".vhdx")
MIB = 1024 * 1024
SECTOR = 512
_VHD_TYPE = slice(60, 64)
_REGION_TABLE = 192 * 1024
_BAT = UUID("2dc27766-f623-4200-9d64-115e9bfd4a08")
_METADATA = UUID("8b7ca206-4790-4b9a-b8fe-575f050f886e")
_FILE_PARAMETERS = UUID("caa16737-fa36-4d43-b3b6-33f0aa44e76b")
_VIRTUAL_SIZE = UUID("2fa54224-cd1b-4876-b211-5dbed83bf4b8")
_FULLY_PRESENT = 6
_HAS_PARENT = 2
MOST_BAT_BYTES = 16 * MIB

Read = Callable[[int, int], bytes]


@dataclass(frozen=True)
class DiskFile:
    """`problems` say why it cannot be uploaded, none when it can as far as these bytes tell."""

    format: str
    size: int
    virtual_size: int
    problems: tuple[str, ...] = ()


def inspect(read: Read, size: int) -> DiskFile:
    """`read(position, length)` returns bytes of the file."""
    if size == 0:
        return DiskFile(RAW, 0, 0, ("it is empty",))
    first = read(0, SECTOR)
    if first.startswith(b"vhdxfile"):
        return _vhdx(read, size)
    last = read(max(0, size - SECTOR), SECTOR)
    if last.startswith(vhd_file.COOKIE) or first.startswith(vhd_file.COOKIE):
        return _vhd(first, last, size)
    problems = () if size % SECTOR == 0 else (f"its size, {size} bytes, is no multiple of {SECTOR}",)
    return DiskFile(RAW, size, size, problems)


def _vhd(first: bytes, last: bytes, size: int) -> DiskFile:
    if not last.startswith(vhd_file.COOKIE):
        return DiskFile(VHD, size, vhd_file.virtual_size(first), ("its end is missing",))
    virtual = vhd_file.virtual_size(last)
    if int.from_bytes(last[_VHD_TYPE], "big") == vhd_file.FIXED:
        problem = "" if size == virtual + SECTOR else f"it has {size} bytes where {virtual + SECTOR} belong"
        if vhd_file.checksum(last) != int.from_bytes(last[64:68], "big"):
            problem = "the checksum of its footer is wrong"
    else:
        problem = vhd_file.footer_problem(first, last)
    return DiskFile(VHD, size, virtual, (problem,) if problem else ())


def _vhdx(read: Read, size: int) -> DiskFile:
    regions = dict(_regions(read))
    if not {_BAT, _METADATA} <= regions.keys():
        return DiskFile(VHDX, size, 0, ("its table of regions cannot be read",))
    metadata = dict(_metadata(read, *regions[_METADATA]))
    parameters, virtual = metadata.get(_FILE_PARAMETERS, b""), metadata.get(_VIRTUAL_SIZE, b"")
    if len(parameters) < 8 or len(virtual) < 8:
        return DiskFile(VHDX, size, 0, ("its metadata cannot be read",))
    block = int.from_bytes(parameters[:4], "little")
    problems = []
    if parameters[4] & _HAS_PARENT:
        problems.append("it holds only what differs from another disk: merge it first")
    if _end_of_data(read, *regions[_BAT], block) > size:
        problems.append("its end is missing")
    return DiskFile(VHDX, size, int.from_bytes(virtual[:8], "little"), tuple(problems))


def _regions(read: Read) -> Iterator[tuple[UUID, tuple[int, int]]]:
    table = read(_REGION_TABLE, 64 * 1024)
    for start in range(16, 16 + 32 * min(int.from_bytes(table[8:12], "little"), 2047), 32):
        entry = table[start : start + 32]
        if len(entry) == 32:
            place = int.from_bytes(entry[16:24], "little"), int.from_bytes(entry[24:28], "little")
            yield UUID(bytes_le=entry[:16]), place


def _metadata(read: Read, position: int, length: int) -> Iterator[tuple[UUID, bytes]]:
    table = read(position, min(length, 64 * 1024))
    for start in range(32, 32 + 32 * min(int.from_bytes(table[10:12], "little"), 2047), 32):
        entry = table[start : start + 32]
        if len(entry) == 32:
            offset, size = int.from_bytes(entry[16:20], "little"), int.from_bytes(entry[20:24], "little")
            yield UUID(bytes_le=entry[:16]), read(position + offset, min(size, SECTOR))


def _end_of_data(read: Read, position: int, length: int, block: int) -> int:
    """Where the last block ends that the table of blocks points to."""
    table = read(position, min(length, MOST_BAT_BYTES))
    end = 0
    for start in range(0, len(table) - 7, 8):
        entry = int.from_bytes(table[start : start + 8], "little")
        if entry & 7 == _FULLY_PRESENT:
            # Entries of the sector bitmap bear the same state, and its blocks are 1 MiB; only differencing disks have
            # any
            end = max(end, (entry >> 20) * MIB + block)
    return end
