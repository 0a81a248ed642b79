# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A file that a request sends, which says now and then how far it is."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import IO

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.waiting import amount

SECONDS_BETWEEN_LINES = 10.0
CHUNK = 1024 * 1024


class SentFile:
    """Read once from its beginning to its end, with a length, as a request wants it."""

    def __init__(self, file: IO[bytes], size: int, what: str, progress: Callable[[str], None]) -> None:
        self._file = file
        self._size = size
        self._what = what
        self._progress = progress
        self._said = time.monotonic()

    def __len__(self) -> int:
        return self._size

    def __iter__(self) -> Iterator[bytes]:
        return iter(lambda: self.read(CHUNK), b"")

    def read(self, size: int = -1) -> bytes:
        chunk = self._file.read(size)
        if time.monotonic() - self._said >= SECONDS_BETWEEN_LINES:
            self._said = time.monotonic()
            self._progress(f"{self._what}: {amount(self._file.tell())} of {amount(self._size)}")
        return chunk

    def tell(self) -> int:
        return self._file.tell()
