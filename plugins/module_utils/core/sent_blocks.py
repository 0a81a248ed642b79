# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which blocks of a disk have arrived: a file beside the image, a line for each block, so that a run that was killed
loses none."""

from __future__ import annotations

import threading
from pathlib import Path
from types import TracebackType
from typing import IO


class SentBlocks:
    """Blocks that were acknowledged, for one disk and one content; what was noted for another counts nothing."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.indexes: set[int] = set()
        self.bytes = 0
        self._heading = ""
        self._file: IO[str] | None = None
        self._lock = threading.Lock()

    def open(self, disk: str, sha256: str) -> SentBlocks:
        """For use in a with statement."""
        heading = self._heading = f"{disk} {sha256}"
        lines = self._lines()
        # The last line may be half of one
        if lines and lines[0] == heading:
            self.indexes = {int(line) for line in lines[1:] if line.isdigit()}
        self._file = self.path.open("w", encoding="ascii")
        self._file.write("".join(f"{line}\n" for line in (heading, *sorted(self.indexes))))
        self._file.flush()
        return self

    def _lines(self) -> list[str]:
        try:
            text = self.path.read_text(encoding="ascii")
        except (OSError, ValueError):
            return []
        return text.rpartition("\n")[0].split("\n")

    def __enter__(self) -> SentBlocks:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._file:
            self._file.close()

    def note(self, index: int, size: int) -> None:
        with self._lock:
            self.bytes += size
            if self._file:
                self._file.write(f"{index}\n")
                self._file.flush()

    def start_over(self) -> None:
        """The disk is a new one."""
        self.indexes.clear()
        if self._file:
            self._file.seek(len(self._heading) + 1)
            self._file.truncate()

    def forget(self) -> None:
        self.path.unlink(missing_ok=True)
