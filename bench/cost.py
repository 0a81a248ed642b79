# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a process and its descendants cost: CPU time from the kernel's accounting, memory by looking at it."""

from __future__ import annotations

import contextlib
import os
import resource
import subprocess
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

LOOK_EVERY = 1.0


@dataclass(frozen=True)
class Cost:
    """Seconds of wall clock and of CPU; MiB that all processes held together at most (shared pages counted once);
    processes at most.

    ``skipped``: seconds of waiting that were left out of the wall clock.
    """

    status: int
    wall: float
    cpu_user: float
    cpu_system: float
    peak_mib: float
    processes: int
    skipped: float = 0.0

    @property
    def cpu(self) -> float:
        """Both kinds of CPU time."""
        return self.cpu_user + self.cpu_system


class _Memory(threading.Thread):
    """Adds up the proportional set sizes of a process tree now and then; 0 where the system does not tell them (other
    than Linux)."""

    def __init__(self, root: int) -> None:
        super().__init__(daemon=True)
        self._root = root
        self._ended = threading.Event()
        self.peak_kib = 0
        self.processes = 0

    def run(self) -> None:
        """Look until ``end`` is called."""
        while not self._ended.wait(LOOK_EVERY):
            tree = _descendants(self._root)
            self.processes = max(self.processes, len(tree))
            self.peak_kib = max(self.peak_kib, sum(_proportional_kib(number) for number in tree))

    def end(self) -> None:
        """Stop looking."""
        self._ended.set()
        self.join()


def measured(command: list[str], directory: Path, environment: Mapping[str, str], output: Path) -> Cost:
    """Run a command to its end, its output into a file, and say what it cost."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.monotonic()
    with (
        output.open("wb") as log,
        subprocess.Popen(command, cwd=directory, env={**os.environ, **environment}, stdout=log, stderr=log) as process,
    ):
        memory = _Memory(process.pid)
        memory.start()
        status = process.wait()
    wall = time.monotonic() - started
    memory.end()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return Cost(
        status,
        wall,
        after.ru_utime - before.ru_utime,
        after.ru_stime - before.ru_stime,
        memory.peak_kib / 1024,
        memory.processes,
    )


def _descendants(root: int) -> list[int]:
    tree = [root]
    for number in tree:
        with contextlib.suppress(OSError):
            for thread in Path(f"/proc/{number}/task").iterdir():
                tree += [int(child) for child in (thread / "children").read_text().split()]
    return tree


def _proportional_kib(number: int) -> int:
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{number}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1])
    return 0
