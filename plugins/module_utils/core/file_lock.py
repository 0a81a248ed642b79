# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A file that one process of this host has at a time. The system lifts the lock of a process that dies."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO


@contextmanager
def locked(path: Path, must_wait: Callable[[], None] = lambda: None, shared: bool = False) -> Iterator[IO[bytes]]:
    """The file, opened to be appended to, until the end of the block. `must_wait` is called when another process has
    it, and may raise. Whoever waited while that one renamed or removed the file begins anew."""
    kind = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
    while True:
        with path.open("ab") as file:
            try:
                fcntl.flock(file, kind | fcntl.LOCK_NB)
            except BlockingIOError:
                must_wait()
                fcntl.flock(file, kind)
            if is_at(path, file):
                yield file
                return


def is_at(path: Path, file: IO[bytes]) -> bool:
    """Whether an open file is still the one at the path."""
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except FileNotFoundError:
        return False
