# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Work that takes simulated time: tasks and jobs, whatever a product calls them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Generic, TypeVar

from lab.setting import Setting


class Failure(Exception):
    """Raised by a step that cannot be done."""


@dataclass
class Step:
    """A part of some work: what is done when its simulated seconds are over."""

    name: str
    seconds: float
    action: Callable[[], object] = lambda: None


@dataclass(eq=False, kw_only=True)
class Work:
    """One piece of work. Moments in simulated seconds; ``status`` in the words of its product."""

    COUNTS_THE_WAIT: ClassVar[bool] = False  # whether progress counts from its creation, or from its start

    id: str
    steps: Sequence[Step]
    created: float
    outcome: Mapping[str, Any] = field(default_factory=dict)
    status: str = ""
    started: float | None = None
    ended: float | None = None
    step: int = 0
    error: Failure | None = None

    @property
    def done(self) -> bool:
        """Whether it has come to an end, good or bad."""
        return self.ended is not None

    @property
    def on_last_step(self) -> bool:
        """Whether nothing comes after the step that runs."""
        return self.step == len(self.steps) - 1

    def percent(self, now: float) -> int:
        """How far it is; less than 100 before it has ended."""
        if self.started is None:
            return 0
        since = self.created if self.COUNTS_THE_WAIT else self.started
        total = self.started - since + sum(step.seconds for step in self.steps)
        elapsed = (now if self.ended is None else self.ended) - since
        return min(99, int(100 * elapsed / total)) if total else 0


AnyWork = TypeVar("AnyWork", bound=Work)


class WorkBook(Generic[AnyWork]):
    """All the work of one product; its steps run one after the other, each action at the end of its step.

    A product says its words for the four states, and in ``ended_by_rule`` what else may end its work.
    """

    WAITING: ClassVar[str]
    RUNNING: ClassVar[str]
    DONE: ClassVar[str]
    FAILED: ClassVar[str]

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.items: dict[str, AnyWork] = {}

    def ended_by_rule(self, work: AnyWork) -> bool:
        """Let a fault rule decide how work ends whose last step is over, and tell whether it did."""
        raise NotImplementedError

    def end_of(self, _work: AnyWork) -> str:
        """Return the status of work that went well."""
        return self.DONE

    def begin(self, work: AnyWork, start_after: float) -> AnyWork:
        """Take work on; it starts after some simulated seconds."""
        work.status, work.outcome = self.WAITING, self.setting.outcome
        self.items[work.id] = work
        self.setting.events.after(start_after, lambda: self._start(work))
        return work

    def end(self, work: AnyWork, status: str, error: Failure | None = None) -> None:
        """End work, also before its time."""
        work.status, work.error, work.ended = status, error, self.setting.clock.now

    def _start(self, work: AnyWork) -> None:
        if not work.done:
            work.status, work.started = self.RUNNING, self.setting.clock.now
            self._run_step(work)

    def _run_step(self, work: AnyWork) -> None:
        self.setting.events.after(work.steps[work.step].seconds, lambda: self._finish_step(work))

    def _finish_step(self, work: AnyWork) -> None:
        if work.done or (work.on_last_step and self.ended_by_rule(work)):
            return
        try:
            work.steps[work.step].action()
        except Failure as failure:
            self.end(work, self.FAILED, failure)
            return
        if work.on_last_step:
            self.end(work, self.end_of(work))
        else:
            work.step += 1
            self._run_step(work)
