# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The content of a disk as a file with holes: what is read, hashed and sent of it.

Time follows the data that is there and memory is flat; only the hashes cost something for each byte of a hole.
"""

from __future__ import annotations

import errno
import hashlib
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MIB = 1024 * 1024
GIB = 1024 * MIB
PIECE = 4 * MIB
ZEROS = bytes(PIECE)


@dataclass(frozen=True)
class Block:
    index: int
    data: bytes


@dataclass(frozen=True)
class RawImage:
    """`size` is that of the disk, `data` how much of it is no hole. `md5`: size -> hash of the content when it is
    filled up with zeros to that size, because platforms round sizes up and hash what they have then."""

    path: Path
    size: int
    data: int
    sha256: str
    md5: dict[int, str]

    def md5_at(self, granularity: int) -> str:
        """The hash of what a platform has that rounds sizes up so far; '' where that was not computed."""
        return self.md5.get(rounded_up(self.size, granularity), "")

    def blocks(self, size: int) -> Iterator[Block]:
        """The blocks that hold more than zeros, each of the full size."""
        with self.path.open("rb", buffering=0) as file:
            position = 0
            while (start := _next_data(file.fileno(), position)) is not None:
                index = start // size
                data = _read(file.fileno(), index * size, size)
                if data != ZEROS[:size]:
                    yield Block(index, data)
                position = (index + 1) * size


def rounded_up(size: int, granularity: int) -> int:
    return -(-size // granularity) * granularity


def _read(descriptor: int, position: int, size: int) -> bytes:
    data = b""
    while len(data) < size:
        piece = os.pread(descriptor, size - len(data), position + len(data))
        if not piece:
            return data.ljust(size, b"\0")
        data += piece
    return data


def _next_data(descriptor: int, position: int) -> int | None:
    """Where the next data begins; a file system without holes says: here."""
    try:
        return os.lseek(descriptor, position, os.SEEK_DATA)
    except OSError as error:
        if error.errno == errno.ENXIO:
            return None
        raise


def data_of(path: Path) -> int:
    """How many bytes of a file are no hole."""
    return min(path.stat().st_blocks * 512, path.stat().st_size)


def hashes_of(path: Path, granularities: Iterable[int], progress: Callable[[int], None]) -> tuple[str, dict[int, str]]:
    """SHA-256 of a file, and MD5 of it filled up to a multiple of each granularity. Both are computed side by side."""
    size = path.stat().st_size
    sha256, md5 = hashlib.sha256(), hashlib.md5(usedforsecurity=False)
    with path.open("rb", buffering=0) as file, ThreadPoolExecutor(2) as pool:
        position = 0
        while position < size:
            piece = _piece(file.fileno(), position, min(PIECE, size - position))
            for future in [pool.submit(one.update, piece) for one in (sha256, md5)]:
                future.result()
            position += len(piece)
            progress(position)
    return sha256.hexdigest(), {end: _filled_up(md5, end - size) for end in _ends(size, granularities)}


def _ends(size: int, granularities: Iterable[int]) -> set[int]:
    return {size, *(rounded_up(size, granularity) for granularity in granularities)}


def _filled_up(md5: Any, zeros: int) -> str:
    own = md5.copy()
    while zeros > 0:
        own.update(ZEROS[:zeros])
        zeros -= PIECE
    return str(own.hexdigest())


def _piece(descriptor: int, position: int, size: int) -> bytes:
    """The next bytes; of a hole nothing is read."""
    data = _next_data(descriptor, position)
    if data is None or data >= position + size:
        return ZEROS[:size]
    return _read(descriptor, position, size)


def send_all(blocks: Iterable[Block], send: Callable[[Block], None], threads: int) -> None:
    """Send blocks, some at a time. Only a few are in memory; the first error ends it."""
    waiting: deque[Future[None]] = deque()
    with ThreadPoolExecutor(threads) as pool:
        for block in blocks:
            waiting.append(pool.submit(send, block))
            if len(waiting) >= 2 * threads:
                waiting.popleft().result()
        for future in waiting:
            future.result()
