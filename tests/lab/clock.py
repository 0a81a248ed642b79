# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Simulated time and what is due to happen in it."""

from __future__ import annotations

import heapq
import itertools
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Clock:
    """Simulated time that starts at the real now and runs ``scale`` times faster; scale 0 stands still until
    ``skip``."""

    def __init__(self, scale: float = 1.0) -> None:
        self.scale = scale
        self._real_start = time.monotonic()
        self._epoch_start = time.time()
        self._skipped = 0.0
        self._pinned: float | None = None

    @property
    def now(self) -> float:
        """Simulated seconds since the lab started."""
        if self._pinned is not None:
            return self._pinned
        return (time.monotonic() - self._real_start) * self.scale + self._skipped

    @property
    def epoch_usecs(self) -> int:
        """Simulated microseconds since 1970."""
        return self.epoch_usecs_at(self.now)

    @property
    def epoch(self) -> float:
        """Simulated seconds since 1970."""
        return self._epoch_start + self.now

    def epoch_usecs_at(self, moment: float) -> int:
        """Translate simulated seconds since the start (may be negative: before it) into simulated epoch
        microseconds."""
        return int((self._epoch_start + moment) * 1_000_000)

    def moment_of(self, epoch_usecs: int) -> float:
        """Translate simulated epoch microseconds into simulated seconds since the start."""
        return epoch_usecs / 1_000_000 - self._epoch_start

    def real_seconds(self, simulated: float) -> float:
        """How long a simulated duration takes for those who wait outside."""
        return simulated / self.scale if self.scale > 0 else 0.0

    def run_at(self, scale: float) -> None:
        """Go on from the present moment ``scale`` times faster than real time; 0 stands still."""
        self._skipped, self._real_start, self.scale = self.now, time.monotonic(), scale

    def skip(self, seconds: float) -> None:
        """Jump forward by simulated seconds."""
        self._skipped += seconds

    @contextmanager
    def pinned(self, moment: float) -> Iterator[None]:
        """Hold time still at a simulated moment while something happens."""
        before = self._pinned
        self._pinned = moment
        try:
            yield
        finally:
            self._pinned = before


class Event:
    """Something that happens at a simulated moment unless it is cancelled before."""

    __slots__ = ("action", "due")

    def __init__(self, due: float, action: Callable[[], object]) -> None:
        self.due = due
        self.action: Callable[[], object] | None = action

    def cancel(self) -> None:
        """Make it not happen; harmless when it already did."""
        self.action = None

    @property
    def outstanding(self) -> bool:
        """Whether it is still to happen."""
        return self.action is not None


class Events:
    """The future of the whole lab: a heap of moments and actions, run by whoever looks next, so that the world is
    deterministic."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self._heap: list[tuple[float, int, Event]] = []
        self._order = itertools.count()

    def at(self, due: float, action: Callable[[], object]) -> Event:
        """Let ``action()`` happen at simulated moment ``due`` (events of one moment happen in the order they were
        planned)."""
        event = Event(due, action)
        heapq.heappush(self._heap, (due, next(self._order), event))
        return event

    def after(self, seconds: float, action: Callable[[], object]) -> Event:
        """Let ``action()`` happen that many simulated seconds from now."""
        return self.at(self.clock.now + seconds, action)

    def run_due(self) -> int:
        """Run everything that is due by now in time order, each with the clock pinned to its own moment; return how
        many ran."""
        now = self.clock.now
        ran = 0
        while self._heap and self._heap[0][0] <= now:
            due, _order, event = heapq.heappop(self._heap)
            action, event.action = event.action, None
            if action is None:
                continue
            with self.clock.pinned(due):
                action()
            ran += 1
        return ran

    def clear(self) -> None:
        """Forget the future."""
        self._heap.clear()
