# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Waiting with an upper bound, by looking more and more rarely, and saying on the way how it goes."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.text import duration
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import (
    AccessDenied,
    EndNotSeen,
    NothingUnderWay,
    OperationError,
    StillRunning,
    Unavailable,
    Unreachable,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.pace import paced

T = TypeVar("T")

SHORTEST_PAUSE = 0.25
LONGEST_PAUSE = 15.0
SHORTEST_SILENCE = 1.0
PATIENCE_WITHOUT_ANSWER = 300.0
# Two more log-ins at most, far below any count that locks an account.
PAUSES_AFTER_REFUSAL = (2.0, 8.0)
# What a task was for is there when it ends, or a little later.
EFFECT_WITHIN = 60.0
LOOK_INTO_EVENTS = (
    "The cluster accepted the order and it had no effect: look into its tasks and events, then run the same task again."
)

WAIT_ARGUMENTS = {
    "wait": {"type": "bool", "default": True},
    "wait_timeout": {"type": "int", "default": 3600},
}


@dataclass(frozen=True)
class Look(Generic[T]):
    """One look at something under way: `state` is a few words for the screen ('40 %, 12.0 of 30.0 GiB')."""

    value: T
    done: bool
    state: str = ""


def wait_for(
    look: Callable[[], Look[T]],
    *,
    what: str,
    timeout: float,
    progress: Callable[[str], None],
    advice: str = "",
    longest_pause: float = LONGEST_PAUSE,
) -> T:
    """Look until done and return the value. Raises StillRunning after `timeout` seconds; nothing is cancelled. The last
    look begins when the time is over: one that took long may tell what was at its beginning.

    A pause is a tenth of the time already waited, so that the wait costs at most a tenth more than the work. What is
    under way goes on while nobody answers: an endpoint that cannot be reached, or answers with a server error, is asked
    again for five minutes, and one that refuses a session which it accepted before a few times, before that counts.
    Then EndNotSeen is raised; the refusal itself when nothing else was ever answered.
    """
    start = time.monotonic()
    silence = _Silence(what)
    last_state, quiet_until = "", 0.0
    while True:
        shortest_pause = SHORTEST_PAUSE
        is_last_look = time.monotonic() - start >= timeout
        try:
            sight = look()
        except (Unreachable, Unavailable, AccessDenied) as error:
            elapsed = time.monotonic() - start
            shortest_pause = silence.bear(error, is_last_look=is_last_look)
            state = f"no answer, trying on ({error.message})"
        else:
            elapsed = time.monotonic() - start
            silence.end()
            state = sight.state
            if sight.done:
                if last_state:
                    progress(f"{what}: done after {duration(elapsed)}")
                return sight.value
        if is_last_look:
            raise StillRunning(
                f"{what} is still running after {duration(elapsed)}{f' ({state})' if state else ''}",
                advice or "It was not cancelled. Run the same task again to go on waiting, or raise wait_timeout.",
                options=("wait_timeout",),
                under_way=True,
            )
        if state and state != last_state and elapsed >= quiet_until:
            progress(f"{what}: {state}, {duration(elapsed)}")
            last_state, quiet_until = state, elapsed + SHORTEST_SILENCE
        pause = min(longest_pause, max(paced(shortest_pause), elapsed / 10)) * random.uniform(0.8, 1.2)
        time.sleep(min(pause, max(0.0, timeout - elapsed)))


class _Silence:
    """How long answers may be missing in a wait."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._last_answer = time.monotonic()
        self._refusals = 0
        self._ever_answered = False

    def end(self) -> None:
        """There was an answer."""
        self._last_answer = time.monotonic()
        self._refusals, self._ever_answered = 0, True

    def bear(self, error: OperationError, *, is_last_look: bool) -> float:
        """The shortest pause in seconds before the next look. Raises when it has lasted too long; at the end of the
        time a missing answer is no sign that it is still running."""
        pause = SHORTEST_PAUSE
        if isinstance(error, AccessDenied):
            self._refusals += 1
            is_over = error.lift is None or self._refusals > len(PAUSES_AFTER_REFUSAL)
            if error.lift and not is_over:
                error.lift()
                pause = PAUSES_AFTER_REFUSAL[self._refusals - 1]
        else:
            is_over = time.monotonic() - self._last_answer > PATIENCE_WITHOUT_ANSWER
        if not is_over and not is_last_look:
            return pause
        if self._refusals == 1 and not self._ever_answered:
            raise error
        raise _end_not_seen(self._what, error) from None


def _end_not_seen(what: str, error: OperationError) -> EndNotSeen:
    advice = f"{error.advice} It was not cancelled: run the same task again to look for its end.".strip()
    end_not_seen = EndNotSeen.of(error, message=f"{what} was not seen to end: {error.message}", advice=advice)
    return end_not_seen.replace(under_way=True)


def amount(size: float) -> str:
    """Bytes for people: '512 B', '1.5 MiB', '40.0 GiB'."""
    for unit in ("B", "KiB", "MiB", "GiB"):
        if size < 1024:
            if unit == "B":
                return f"{size:.0f} {unit}"
            return f"{size:.1f} {unit}"
        size /= 1024
    return f"{size:.1f} TiB"


class Deadline:
    """One bound for several waits in a row."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    @property
    def left(self) -> float:
        """Seconds that are left, never less than 0."""
        return max(0.0, self._end - time.monotonic())


class Standstill:
    """The other end of a wait: nothing is under way any more, and the goal is not reached.

    Each look tells what it looked at and found idle, or '' while something is under way or nobody can tell. After a
    grace of so many seconds in a row without anything under way, the wait ends. Time in which nobody answered does not
    count. `was_busy` is true once a look found something under way.
    """

    def __init__(self, what: str, advice: str) -> None:
        self._what = what
        self._advice = advice
        self.was_busy = False
        self._idle = 0.0
        self._last: float | None = None

    def note(self, idle: str, grace: float) -> None:
        """Raise NothingUnderWay when this look found nothing under way and the grace is over."""
        now = time.monotonic()
        if not idle:
            self.was_busy = True
            self._idle, self._last = 0.0, None
            return
        before, self._last = self._last, now
        if before is None:
            return
        self._idle += min(now - before, 2 * LONGEST_PAUSE)
        if self._idle >= grace:
            raise NothingUnderWay(f"{self._what}: nothing is under way any more: {idle}", self._advice)


def wait_for_effect(
    reached: Callable[[], bool],
    *,
    what: str,
    idle: str,
    endpoint: str,
    timeout: float,
    progress: Callable[[str], None],
    grace: float = EFFECT_WITHIN,
) -> None:
    """Wait for what a task that has ended was for. It comes a little later at most: `idle` says what was looked at when
    it does not."""
    standstill = Standstill(f"{endpoint}: {what}", LOOK_INTO_EVENTS)

    def look() -> Look[None]:
        is_reached = reached()
        if not is_reached:
            standstill.note(idle, min(grace, timeout / 4))
        return Look(None, done=is_reached)

    wait_for(look, what=what, timeout=timeout, progress=progress)
