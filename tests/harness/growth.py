# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How the time of a piece of work grows with its size, whatever else the machine does meanwhile."""

from __future__ import annotations

import time
from collections.abc import Callable


def growth(work: Callable[[int], object], small: int, large: int) -> float:
    """How many times the CPU time of the small piece the large one takes, each at its best of four."""
    return _seconds(work, large) / _seconds(work, small)


def _seconds(work: Callable[[int], object], size: int) -> float:
    taken = []
    for _turn in range(4):
        started = time.thread_time()
        work(size)
        taken.append(time.thread_time() - started)
    return min(taken)
