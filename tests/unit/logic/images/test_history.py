# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What was there before an image came, and how far back the others are."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.refusal import Refusal
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.images.history import (
    image_before,
    left_behind,
    ranks,
    return_note,
    withdrawn_by,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.master_image import HistoricalImage


def path(name: str) -> str:
    return f"XDHyp:\\HostingUnits\\AHV\\{name}.template"


def slots(*comings: str, each_image: bool = False) -> tuple[str, list[HistoricalImage]]:
    """The current path and the history of a catalog that got these images, one a day; 'x<y' is a roll-back from y to
    x."""
    history: list[HistoricalImage] = []
    for day, coming in enumerate(comings, 1):
        name, _sign, left = coming.partition("<")
        note = return_note("", left_behind(path(left), path(name), history)) if left else "release"
        history = [slot for slot in history if not each_image or slot.name != name]
        history.append(HistoricalImage(name, path(name), f"2026-10-{day:02d}T00:00:00Z", note=note))
    return history[-1].path, history


@pytest.mark.parametrize("each_image", [False, True])
@pytest.mark.parametrize(
    ("comings", "before"),
    [
        (["r1", "r2"], "r1"),
        (["r1", "r2", "r3"], "r2"),
        (["r1", "r2", "r3", "r2<r3"], "r1"),
        (["r1", "r2", "r3", "r2<r3", "r1<r2"], ""),
        (["r1", "r2", "r3", "r2<r3", "r1<r2", "r4"], "r1"),
        (["r1", "r2", "r3", "r2<r3", "r4"], "r2"),
        (["r1", "r2", "r3", "r2<r3", "r3"], "r2"),
        (["r1", "r2", "r3", "r1<r3"], ""),
        (["r1", "r2", "r3", "r1<r3", "r4"], "r1"),
        (["r1", "r2", "r3", "r1<r3", "r2"], "r1"),
        (["r1", "r2", "r3", "r2<r3", "r3", "r4"], "r3"),
        (["r1"], ""),
    ],
)
def test_before(comings: list[str], before: str, each_image: bool) -> None:
    current, history = slots(*comings, each_image=each_image)
    if before:
        assert image_before(current, history).name == before
    else:
        with pytest.raises(Refusal, match="holds no image before the current one"):
            image_before(current, history)


def test_an_image_that_came_twice_without_a_word_is_a_doubt() -> None:
    with pytest.raises(Refusal, match=r"came more than once, with 'r3' in between\. Name the image"):
        image_before(*slots("r1", "r2", "r3", "r2"))
    assert image_before(*slots("r1", "r2", "r2")).name == "r1"


@given(st.text(max_size=20), st.lists(st.text(min_size=1, max_size=20), max_size=3))
def test_the_marks_are_read_back(note: str, left: list[str]) -> None:
    assert (
        withdrawn_by(return_note(note, left))[-len(left) :] == tuple(left)
        if left
        else withdrawn_by(return_note(note, left)) == ()
    )


@pytest.mark.parametrize("note", ["", "release 5", "we went back from r3", "[back from r3", "[back from r3] and on"])
def test_other_notes_withdraw_nothing(note: str) -> None:
    assert withdrawn_by(note) == ()


def ranked(comings: Iterable[str]) -> dict[str, int]:
    current, history = slots(*comings)
    names = {path(slot.name).casefold(): slot.name for slot in history}
    return {names[where]: rank for where, rank in ranks(current, history).items()}


@pytest.mark.parametrize(
    ("comings", "expected"),
    [
        (["r1"], {}),
        (["r1", "r2", "r3"], {"r2": 1, "r1": 2}),
        # The withdrawn one is newer, and r1 is where a roll-back leads: both are near.
        (["r1", "r2", "r3", "r2<r3"], {"r3": 1, "r1": 1}),
        (["r0", "r1", "r2", "r3", "r2<r3"], {"r3": 1, "r1": 1, "r0": 2}),
        (["r1", "r2", "r1<r2", "r3"], {"r1": 1, "r2": 2}),
    ],
)
def test_ranks(comings: list[str], expected: dict[str, int]) -> None:
    assert ranked(comings) == expected


def test_without_dates_nothing_is_ranked() -> None:
    current, history = slots("r1", "r2", "r3")
    assert ranks(current, [HistoricalImage(slot.name, slot.path, "soon") for slot in history]) == {}


@given(st.lists(st.sampled_from(["r1", "r2", "r3", "r4"]), min_size=2, max_size=8), st.randoms())
def test_the_order_of_the_history_means_nothing(comings: list[str], random: object) -> None:
    current, history = slots(*comings)
    turned = list(history)
    random.shuffle(turned)  # type: ignore[attr-defined]
    assert ranks(current, turned) == ranks(current, history)
    assert all(rank >= 1 for rank in ranks(current, history).values())
