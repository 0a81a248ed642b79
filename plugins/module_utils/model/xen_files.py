# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files of virtual disks, as the control domain of a host sees them (contract xenserver 3, 4)."""

from __future__ import annotations

from dataclasses import dataclass

# Endings that a scan looks at (contract xenserver addition C); a file that is not whole has none of them
PART_ENDING = ".euc-part"
BASIS_ENDING = ".euc-basis"
# A part file that was written to so lately belongs to a transfer under way, whichever host it runs on
BUSY_MINUTES = 10


@dataclass(frozen=True)
class VhdFile:
    """One file of a chain: its size and moment on disk, how many blocks of its own it holds, and the uuid of its
    parent, '' when it has none. `is_lost` when its parent is not there."""

    uuid: str
    size: int
    modified: int
    inode: int
    blocks: int
    parent: str
    is_lost: bool = False

    @property
    def state(self) -> str:
        """What changes whenever somebody writes to it."""
        return f"{self.uuid} {self.size} {self.modified}"


@dataclass(frozen=True)
class Inside:
    """What vhd-util says of a file, '' when it is good, its first and last 512 bytes, and whether it needs a key."""

    problem: str
    first: bytes
    last: bytes
    encrypted: bool = False


@dataclass(frozen=True)
class SrDirectory:
    """The directory of an SR: whether it is mounted, the bytes that are free, programs that are missing, files that no
    scan can read, the uuids of its VHDs, the part files of ours with their sizes, `rests` of transfers that nobody has
    touched for a day, and the part files that are `busy`."""

    mounted: bool
    free: int
    lacks: tuple[str, ...]
    broken: tuple[str, ...]
    vhds: frozenset[str]
    parts: dict[str, int]
    rests: tuple[str, ...] = ()
    busy: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Sent:
    """What became of one run of rsync: its exit status, None while it is under way, and the bytes on the wire."""

    status: int | None
    bytes: int = 0
    told: str = ""
