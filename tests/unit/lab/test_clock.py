# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Simulated time."""

from __future__ import annotations

from lab.clock import Clock, Events


def test_events_happen_in_time_order_with_the_clock_at_their_moment() -> None:
    clock = Clock(scale=0)
    events = Events(clock)
    seen: list[tuple[str, float]] = []
    events.after(20, lambda: seen.append(("late", clock.now)))
    events.after(10, lambda: seen.append(("early", clock.now)))
    events.after(10, lambda: seen.append(("early too", clock.now)))
    clock.skip(30)
    assert events.run_due() == 3
    assert seen == [("early", 10), ("early too", 10), ("late", 20)]
    assert clock.now == 30


def test_an_event_may_cause_another_that_is_due_in_the_same_run() -> None:
    clock = Clock(scale=0)
    events = Events(clock)
    seen: list[float] = []
    events.after(10, lambda: events.after(5, lambda: seen.append(clock.now)))
    clock.skip(14)
    events.run_due()
    assert seen == []
    clock.skip(1)
    events.run_due()
    assert seen == [15]


def test_what_is_cancelled_does_not_happen() -> None:
    clock = Clock(scale=0)
    events = Events(clock)
    seen: list[str] = []
    events.after(1, lambda: seen.append("never")).cancel()
    clock.skip(2)
    assert events.run_due() == 0
    assert seen == []


def test_epoch_and_moments_translate_into_each_other() -> None:
    clock = Clock(scale=0)
    clock.skip(3600)
    assert abs(clock.moment_of(clock.epoch_usecs) - 3600) < 1e-3
    assert clock.epoch_usecs_at(3601) - clock.epoch_usecs_at(3600) in (999_999, 1_000_000, 1_000_001)


def test_another_scale_goes_on_from_the_present_moment() -> None:
    clock = Clock(scale=0)
    clock.skip(100)
    clock.run_at(1_000_000)
    assert clock.now >= 100
    clock.run_at(0)
    stopped = clock.now
    assert stopped == clock.now > 100
