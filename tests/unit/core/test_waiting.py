# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Waits end: with the value, with "still running", or with the error that nothing can be done about."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.text import duration
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.waiting import (
    Deadline,
    Look,
    Standstill,
    amount,
    wait_for,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import (
    AccessDenied,
    EndNotSeen,
    NothingUnderWay,
    StillRunning,
    Unavailable,
    Unreachable,
)


def looks(*seen: Look[int] | Exception) -> Callable[[], Look[int]]:
    """Show these one after the other, the last one again and again."""
    left = list(seen)

    def look() -> Look[int]:
        now = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(now, Exception):
            raise now
        return now

    return look


def test_what_is_done_is_returned_at_once_and_without_a_word(monkeypatch: pytest.MonkeyPatch) -> None:
    lines: list[str] = []
    pauses: list[float] = []
    monkeypatch.setattr(time, "sleep", pauses.append)
    assert wait_for(looks(Look(7, done=True)), what="work", timeout=0, progress=lines.append) == 7
    assert (pauses, lines) == ([], [])


def test_progress_is_told_when_it_changes_and_not_too_often() -> None:
    lines: list[str] = []
    first, then = Look(1, False, "50 %"), [Look(1, False, f"{percent} %") for percent in range(51, 57)]
    assert wait_for(looks(first, first, *then, Look(2, True)), what="work", timeout=60, progress=lines.append) == 2
    assert lines[0].startswith("work: 50 %, ")
    assert all("%" in line for line in lines[:-1])
    assert lines[-1].startswith("work: done after")
    assert 2 <= len(lines) < 2 + len(then)


def test_a_wait_that_is_over_cancels_nothing_and_says_so() -> None:
    started = time.monotonic()
    with pytest.raises(StillRunning, match=r"work is still running after .* \(40 %\)\. It was not cancelled\."):
        wait_for(looks(Look(1, False, "40 %")), what="work", timeout=0.6, progress=lambda line: None)
    assert time.monotonic() - started >= 0.6


def test_a_look_that_takes_longer_than_the_wait_is_not_the_last(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a slow answer shows may be older than all the time that was given."""
    now = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    monkeypatch.setattr(time, "sleep", lambda seconds: now.append(now.pop() + seconds))
    began: list[float] = []

    def slow_look() -> Look[int]:
        began.append(now[0])
        now[0] += 30.0
        return Look(len(began), done=len(began) == 2)

    assert wait_for(slow_look, what="work", timeout=4, progress=print) == 2
    assert began[1] >= 4


def test_its_advice_can_be_given() -> None:
    with pytest.raises(StillRunning, match=r"Task 17 goes on\."):
        wait_for(looks(Look(1, False)), what="work", timeout=0, progress=lambda line: None, advice="Task 17 goes on.")


def test_an_endpoint_that_is_away_for_a_moment_is_asked_again() -> None:
    lines: list[str] = []
    assert (
        wait_for(
            looks(Unreachable("gone", "Look at it."), Unreachable("gone", "Look at it."), Look(3, True)),
            what="work",
            timeout=60,
            progress=lines.append,
        )
        == 3
    )
    assert "no answer, trying on (gone)" in lines[0]


def test_an_endpoint_that_stays_away_is_an_error_in_the_end() -> None:
    with pytest.raises((Unreachable, StillRunning), match="gone"):
        wait_for(looks(Unreachable("gone", "Look at it.")), what="work", timeout=0.3, progress=lambda line: None)


def test_a_refused_login_ends_the_wait() -> None:
    with pytest.raises(AccessDenied):
        wait_for(
            looks(AccessDenied("no", "Look at it.", status=401)), what="work", timeout=60, progress=lambda line: None
        )


def denied(status: int = 401, *, once_accepted: bool) -> AccessDenied:
    error = AccessDenied("no", "Check them.", status=status)
    error.lift = (lambda: None) if once_accepted else None
    return error


@pytest.mark.parametrize(
    "error",
    [
        Unavailable("broken", "Look at it.", status=500),
        Unavailable("busy", "Look at it.", status=503),
        denied(401, once_accepted=True),
        denied(403, once_accepted=True),
    ],
)
def test_a_hiccup_in_a_wait_is_a_missing_answer(error: Exception) -> None:
    lines: list[str] = []
    assert wait_for(looks(Look(1, False), error, Look(3, True)), what="work", timeout=60, progress=lines.append) == 3
    assert "no answer, trying on" in lines[0]


@pytest.mark.parametrize(
    "error",
    [denied(once_accepted=False), Unreachable("gone", "Look at it."), Unavailable("busy", "Look at it.", status=503)],
)
def test_what_was_not_seen_to_end_is_called_that(error: Exception) -> None:
    with pytest.raises(EndNotSeen, match=r"move of 'PD' was not seen to end: .*It was not cancelled") as caught:
        wait_for(looks(Look(1, False), error), what="move of 'PD'", timeout=0.3, progress=lambda line: None)
    assert caught.value.details == {**getattr(error, "details", {}), "under_way": True}


def test_a_session_that_stays_refused_is_asked_three_times_at_most() -> None:
    asked: list[int] = []

    def look() -> Look[int]:
        asked.append(1)
        raise denied(403, once_accepted=True)

    with pytest.raises(EndNotSeen):
        wait_for(look, what="work", timeout=60, progress=lambda line: None)
    assert len(asked) == 3


def test_a_deadline_is_shared_by_several_waits() -> None:
    deadline = Deadline(0.3)
    assert 0 < deadline.left <= 0.3
    with pytest.raises(StillRunning):
        wait_for(looks(Look(1, False)), what="work", timeout=deadline.left, progress=lambda line: None)
    assert deadline.left == 0
    assert Deadline(-5).left == 0


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 s"),
        (0.01, "< 0.1 s"),
        (0.42, "0.4 s"),
        (9, "9 s"),
        (59.9, "1 min"),
        (60, "1 min"),
        (200, "3 min 20 s"),
        (3600, "1 h"),
        (7500, "2 h 5 min"),
    ],
)
def test_durations_for_people(seconds: float, words: str) -> None:
    assert duration(seconds) == words


@pytest.mark.parametrize(
    ("size", "words"), [(0, "0 B"), (512, "512 B"), (1536, "1.5 KiB"), (40 * 2**30, "40.0 GiB"), (3 * 2**40, "3.0 TiB")]
)
def test_amounts_for_people(size: float, words: str) -> None:
    assert amount(size) == words


@given(st.integers(min_value=0, max_value=10**15))
def test_any_amount_is_short(size: int) -> None:
    assert len(amount(size)) <= 11


def watched(standstill: Standstill, idle: list[str], grace: float) -> Callable[[], Look[int]]:
    """Looks that find these one after the other, the last one again and again."""
    left = list(idle)

    def look() -> Look[int]:
        standstill.note(left.pop(0) if len(left) > 1 else left[0], grace)
        return Look(1, done=False)

    return look


def test_a_wait_in_which_nothing_is_under_way_ends_within_its_grace() -> None:
    standstill = Standstill("a: restore of 'x'", "Look into its events.")
    with pytest.raises(
        NothingUnderWay,
        match=r"a: restore of 'x': nothing is under way any more: no list shows it\. Look into its events\.",
    ):
        wait_for(
            watched(standstill, ["", "no list shows it"], 0.3), what="restore", timeout=60, progress=lambda line: None
        )


def test_what_is_under_way_again_has_all_its_grace_anew() -> None:
    standstill = Standstill("restore", "")
    with pytest.raises(StillRunning):
        wait_for(
            watched(standstill, ["gone", "", "gone", "", "gone", ""], 0.2),
            what="restore",
            timeout=2,
            progress=lambda line: None,
        )


def test_one_look_alone_never_ends_a_wait() -> None:
    Standstill("restore", "").note("gone", 0.0)
