# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""VHD files, byte for byte: dynamic and differencing ones as XenServer writes them (contract xenserver 3, 4)."""

from __future__ import annotations

import os
import struct
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

SECTOR = 512
MIB = 1024 * 1024
BLOCK = 2 * MIB
BITMAP = BLOCK // SECTOR // 8
EPOCH = 946684800  # of the timestamps, the year 2000
FIXED, DYNAMIC, DIFFERENCING = 2, 3, 4
NO_BLOCK = 0xFFFFFFFF
NO_OFFSET = 0xFFFFFFFFFFFFFFFF
# cookie, features, version, data offset, timestamp, creator, its version, OS, original size, current size, cylinders,
# heads, sectors, type, checksum, uuid, saved, hidden
FOOTER = struct.Struct(">8sIIQI4sI4sQQHBBII16sBB426x")
# cookie, data offset, table offset, version, entries, block size, checksum, parent uuid, parent timestamp, parent name
HEADER = struct.Struct(">8sQQIIII16sI4x512s448x")
# cookie, offset, size, version and checksum of the map behind it, marker; whether there is a key, its nonce and hash
BATMAP_HEADER = struct.Struct(">8sQIIIBB64s418x")
KEY_HASH = 64
HIDDEN_AT, CHECKSUM_AT, HEADER_CHECKSUM_AT = 85, 64, 36


class BadVhd(Exception):
    """What is wrong with a file, as ``vhd-util`` tells it."""


@dataclass(frozen=True)
class Vhd:
    """What footer, header and block table of a file say. ``primary`` is whether the footer at its end is good; without
    it the copy at its beginning counts."""

    path: Path
    size: int
    kind: int
    hidden: bool
    uuid: str
    timestamp: int
    parent: str | None
    table: tuple[int, ...]
    primary: bool
    file_size: int
    key_hash: bytes | None = None

    @property
    def blocks(self) -> int:
        """How many blocks of its own it has."""
        return sum(entry != NO_BLOCK for entry in self.table)


def write(
    path: Path,
    size: int,
    blocks: Mapping[int, bytes],
    moment: float,
    *,
    hidden: bool = False,
    parent: str | None = None,
    own_uuid: str | None = None,
    key_hash: bytes | None = None,
) -> None:
    """Write a file with these blocks, the whole at once under its name; ``parent`` is the name of the file beside it
    that has the rest, ``key_hash`` the nonce and hash of a key (contract xenserver trap 23)."""
    entries = -(-size // BLOCK)
    table_bytes = -(-entries * 4 // SECTOR) * SECTOR
    footer = _footer(size, DIFFERENCING if parent else DYNAMIC, hidden, moment, own_uuid or path.name.partition(".")[0])
    table = [NO_BLOCK] * entries
    batmap = _batmap(SECTOR + HEADER.size + table_bytes, entries, key_hash) if key_hash else b""
    position = SECTOR + HEADER.size + table_bytes + len(batmap)
    for number in sorted(blocks):
        table[number] = position // SECTOR
        position += BITMAP + BLOCK
    part = path.with_name(f".{path.name}.new")
    with part.open("wb") as file:
        file.write(footer + _header(entries, parent))
        file.write(struct.pack(f">{entries}I", *table).ljust(table_bytes, b"\xff") + batmap)
        for number in sorted(blocks):
            file.write(b"\xff" * BITMAP + blocks[number].ljust(BLOCK, b"\0"))
        file.write(footer)
    part.rename(path)


def _batmap(at: int, entries: int, key_hash: bytes) -> bytes:
    sectors = -(-entries // (8 * SECTOR))
    header = BATMAP_HEADER.pack(b"tdbatmap", at + SECTOR, sectors, 0x10002, 0, 0, 1, key_hash)
    return header + bytes(sectors * SECTOR)


def _footer(size: int, kind: int, hidden: bool, moment: float, own_uuid: str) -> bytes:
    cylinders, heads, sectors = _geometry(size)
    fields = [b"conectix", 2, 0x10000, SECTOR, int(moment) - EPOCH, b"tap\0", 0x10003, b"\0\0\0\0", size, size]
    packed = FOOTER.pack(*fields, cylinders, heads, sectors, kind, 0, _uuid_bytes(own_uuid), 0, hidden)
    return _summed(packed, CHECKSUM_AT)


def _header(entries: int, parent: str | None) -> bytes:
    parent_uuid = _uuid_bytes(parent.partition(".")[0]) if parent else b"\0" * 16
    name = (parent or "").encode("utf-16-be")
    packed = HEADER.pack(b"cxsparse", NO_OFFSET, SECTOR + HEADER.size, 0x10000, entries, BLOCK, 0, parent_uuid, 0, name)
    return _summed(packed, HEADER_CHECKSUM_AT)


def _uuid_bytes(text: str) -> bytes:
    try:
        return uuid.UUID(text).bytes
    except ValueError:
        return uuid.uuid5(uuid.NAMESPACE_URL, text).bytes


def _geometry(size: int) -> tuple[int, int, int]:
    """Cylinders, heads and sectors of no more than the size (contract xenserver 4)."""
    total = min(size // SECTOR, 65535 * 16 * 255)
    if total > 65535 * 16 * 63:
        return total // 255 // 16, 16, 255
    sectors, heads = 17, max(4, (total // 17 + 1023) // 1024)
    if heads > 16 or total // 17 >= heads * 1024:
        sectors, heads = 31, 16
    if total // sectors >= heads * 1024:
        sectors, heads = 63, 16
    return total // sectors // heads, heads, sectors


def _summed(packed: bytes, at: int) -> bytes:
    """The same with its checksum: the ones' complement of the sum of all bytes, its own as zero."""
    without = packed[:at] + b"\0\0\0\0" + packed[at + 4 :]
    return packed[:at] + struct.pack(">I", ~sum(without) & 0xFFFFFFFF) + packed[at + 4 :]


def read(path: Path) -> Vhd:
    """Read a file as ``vhd-util query`` and ``scan`` do: the copy of the footer counts where the one at the end is gone
    (contract xenserver 4). Raises BadVhd."""
    file_size = path.stat().st_size
    with path.open("rb") as file:
        start = file.read(SECTOR + HEADER.size)
        file.seek(max(0, file_size - SECTOR))
        end = file.read(SECTOR)
        primary = _good_footer(end)
        footer = end if primary else start[:SECTOR]
        if not _good_footer(footer):
            raise BadVhd("invalid footer")
        (_c, _f, _v, _o, timestamp, _a, _av, _os, _orig, size, _cy, _h, _s, kind, _sum, own, _saved, hidden) = (
            FOOTER.unpack(footer)
        )
        parent: str | None = None
        table: tuple[int, ...] = ()
        key_hash: bytes | None = None
        if kind != FIXED:
            parent, table, key_hash = _dynamic_part(file, start[SECTOR:], kind)
    own_uuid = str(uuid.UUID(bytes=own))
    return Vhd(path, size, kind, bool(hidden), own_uuid, timestamp, parent, table, primary, file_size, key_hash)


def _dynamic_part(file: BinaryIO, header: bytes, kind: int) -> tuple[str | None, tuple[int, ...], bytes | None]:
    if len(header) < HEADER.size or not header.startswith(b"cxsparse"):
        raise BadVhd("invalid header")
    if _summed(header, HEADER_CHECKSUM_AT) != header:
        raise BadVhd("invalid header checksum")
    _c, _o, table_at, _v, entries, _b, _sum, _parent_uuid, _t, name = HEADER.unpack(header)
    file.seek(table_at)
    packed = file.read(entries * 4)
    if len(packed) < entries * 4:
        raise BadVhd("invalid block table")
    parent = name.decode("utf-16-be").rstrip("\0") if kind == DIFFERENCING else None
    file.seek(table_at + -(-entries * 4 // SECTOR) * SECTOR)
    return parent, struct.unpack(f">{entries}I", packed), _key_hash(file.read(SECTOR))


def _key_hash(header: bytes) -> bytes | None:
    if not header.startswith(b"tdbatmap") or len(header) < BATMAP_HEADER.size:
        return None
    has_key, key_hash = BATMAP_HEADER.unpack(header)[-2:]
    return bytes(key_hash) if has_key == 1 else None


def _good_footer(footer: bytes) -> bool:
    return len(footer) == SECTOR and footer.startswith(b"conectix") and _summed(footer, CHECKSUM_AT) == footer


def problem_with(path: Path) -> str:
    """What ``vhd-util check`` finds; '' when the file is valid (contract xenserver 4)."""
    try:
        vhd = read(path)
    except BadVhd as error:
        return str(error)
    if not vhd.primary:
        return "primary footer invalid"
    if vhd.kind == FIXED:
        return ""
    with path.open("rb") as file:
        copy = file.read(SECTOR)
        file.seek(-SECTOR, 2)
        if copy != file.read(SECTOR):
            return "primary and backup footers do not match"
    furthest = vhd.file_size - SECTOR - BITMAP - BLOCK
    if any(entry * SECTOR > furthest for entry in vhd.table if entry != NO_BLOCK):
        return "block beyond the end of the file"
    if vhd.parent and not path.with_name(vhd.parent).exists():
        return "parent is missing"
    return ""


def set_hidden(path: Path, hidden: int) -> None:
    """Write the flag into both footers, with new checksums (contract xenserver 3)."""
    with path.open("r+b") as file:
        for whence, offset in ((0, 0), (2, -SECTOR)):
            file.seek(offset, whence)
            footer = bytearray(file.read(SECTOR))
            footer[HIDDEN_AT] = hidden
            file.seek(offset, whence)
            file.write(_summed(bytes(footer), CHECKSUM_AT))


def set_age(path: Path, moment: float) -> None:
    """Let a file have been written at a moment of the lab's time."""
    os.utime(path, (moment, moment))


def blocks_of(vhd: Vhd) -> dict[int, bytes]:
    """The blocks that a file holds itself."""
    found = {}
    with vhd.path.open("rb") as file:
        for number, entry in enumerate(vhd.table):
            if entry != NO_BLOCK:
                file.seek(entry * SECTOR + BITMAP)
                found[number] = file.read(BLOCK)
    return found


def chain_of(path: Path) -> list[Vhd]:
    """A file and its parents, itself first. Raises BadVhd when one is missing."""
    chain = [read(path)]
    while chain[-1].parent is not None:
        parent = path.with_name(chain[-1].parent)
        if not parent.exists():
            raise BadVhd(f"parent {parent.name} is missing")
        chain.append(read(parent))
    return chain


def flattened(path: Path) -> dict[int, bytes]:
    """All blocks of a disk, whichever file of its chain has them."""
    found: dict[int, bytes] = {}
    for vhd in reversed(chain_of(path)):
        found.update(blocks_of(vhd))
    return found


def payload(size: int, blocks: Mapping[int, bytes]) -> bytes:
    """The whole disk, zeros where it has no block."""
    empty = bytes(BLOCK)
    whole = b"".join(blocks.get(number, empty) for number in range(-(-size // BLOCK)))
    return whole[:size]


def blocks_from(raw: bytes) -> dict[int, bytes]:
    """The blocks of a raw disk that hold anything."""
    parts: Iterator[tuple[int, bytes]] = (
        (at // BLOCK, raw[at : at + BLOCK].ljust(BLOCK, b"\0")) for at in range(0, len(raw), BLOCK)
    )
    return {number: part for number, part in parts if part.strip(b"\0")}
