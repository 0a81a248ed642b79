# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A file on its way, which says now and then how far it is."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator
from typing import IO

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.waiting import amount

SECONDS_BETWEEN_LINES = 10.0
CHUNK = 1024 * 1024


class Meter:
    """Counts bytes, hashes them, and says now and then how far it is."""

    def __init__(self, what: str, progress: Callable[[str], None], total: int | None = None) -> None:
        self._what = what
        self._progress = progress
        self._of = f" of {amount(total)}" if total else ""
        self._said = time.monotonic()
        self.start_over()

    def start_over(self) -> None:
        self._hash = hashlib.sha256()
        self.count = 0

    def note(self, chunk: bytes) -> None:
        self._hash.update(chunk)
        self.count += len(chunk)
        if time.monotonic() - self._said >= SECONDS_BETWEEN_LINES:
            self._said = time.monotonic()
            self._progress(f"{self._what}: {amount(self.count)}{self._of}")

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()


class SentFile:
    """A file that is read once from its beginning to its end, with a length, as a request wants it."""

    def __init__(self, file: IO[bytes], size: int, what: str, progress: Callable[[str], None]) -> None:
        self._file = file
        self._size = size
        self.meter = Meter(what, progress, size)

    def __len__(self) -> int:
        return self._size

    def __iter__(self) -> Iterator[bytes]:
        return iter(lambda: self.read(CHUNK), b"")

    def read(self, size: int = -1) -> bytes:
        chunk = self._file.read(size)
        self.meter.note(chunk)
        return chunk

    def tell(self) -> int:
        return self._file.tell()

    def seek(self, position: int, whence: int = 0) -> int:
        """Back to its beginning only: another host of a pool is to read it."""
        self.meter.start_over()
        return self._file.seek(position, whence)
