# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The footer of a VHD file: whether a file is whole, and how large its disk is (contract xenserver 3, 4)."""

from __future__ import annotations

import struct

FOOTER_BYTES = 512
COOKIE = b"conectix"
_CHECKSUM_AT = 64
_SIZE = slice(48, 56)
_TYPE = slice(60, 64)
FIXED, DYNAMIC = 2, 3
NOWHERE = 0xFFFFFFFFFFFFFFFF


def footer_problem(first: bytes, last: bytes) -> str:
    """What is wrong with a dynamic VHD, by its first and last 512 bytes; '' when it is whole. A file that lost its end
    has only the first of the two footers (contract xenserver trap 7)."""
    if not first.startswith(COOKIE):
        return "it is no VHD"
    if int.from_bytes(first[_TYPE], "big") != DYNAMIC:
        return "it is no dynamic VHD"
    if first != last:
        return "its end is missing"
    if checksum(last) != int.from_bytes(last[_CHECKSUM_AT : _CHECKSUM_AT + 4], "big"):
        return "the checksum of its footer is wrong"
    return ""


def virtual_size(footer: bytes) -> int:
    """The size of the disk in bytes."""
    return int.from_bytes(footer[_SIZE], "big")


def checksum(footer: bytes) -> int:
    """The ones' complement of the sum of all other bytes."""
    own = footer[_CHECKSUM_AT : _CHECKSUM_AT + 4]
    return ~(sum(footer) - sum(own)) & 0xFFFFFFFF


def fixed_footer(size: int) -> bytes:
    """The last 512 bytes of a fixed VHD, whose content stands before them as it is. Its uuid is nil, because nothing
    ever refers to it, and its time that of the format, so that the same image is always the same file."""
    head = struct.pack(
        ">8sIIQI4sI4sQQ4sI",
        COOKIE,
        2,
        0x10000,
        NOWHERE,
        0,
        b"win ",
        0x60001,
        b"Wi2k",
        size,
        size,
        _geometry(size),
        FIXED,
    )
    footer = head.ljust(FOOTER_BYTES, b"\0")
    return footer[:_CHECKSUM_AT] + checksum(footer).to_bytes(4, "big") + footer[_CHECKSUM_AT + 4 :]


def _geometry(size: int) -> bytes:
    """Cylinders, heads and sectors as Microsoft's specification of VHD computes them."""
    sectors = min(size // 512, 65535 * 16 * 255)
    if sectors >= 65535 * 16 * 63:
        heads, per_track = 16, 255
        cylinders_and_heads = sectors // per_track
    else:
        per_track = 17
        cylinders_and_heads = sectors // per_track
        heads = max(4, (cylinders_and_heads + 1023) // 1024)
        if cylinders_and_heads >= heads * 1024 or heads > 16:
            heads, per_track = 16, 31
            cylinders_and_heads = sectors // per_track
        if cylinders_and_heads >= heads * 1024:
            heads, per_track = 16, 63
            cylinders_and_heads = sectors // per_track
    return struct.pack(">HBB", cylinders_and_heads // heads, heads, per_track)
