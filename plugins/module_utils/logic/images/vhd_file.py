# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The footer of a VHD file: whether a file is whole, and how large its disk is (contract xenserver 3, 4)."""

from __future__ import annotations

FOOTER_BYTES = 512
COOKIE = b"conectix"
_CHECKSUM_AT = 64
_SIZE = slice(48, 56)
_TYPE = slice(60, 64)
DYNAMIC = 3


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
