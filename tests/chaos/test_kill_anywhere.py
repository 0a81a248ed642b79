# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A sample of `python -m chaos`, which tries every request of a release."""

from __future__ import annotations

import pytest

from chaos.campaign import everything, numbers, sample
from chaos.points import Point, pattern_of, points_of
from chaos.trial import Undisturbed, disturb
from lab.running import RunningLab

SAMPLE = 8
BY_DAY = 3
SEED = 1


def test_a_point_is_found_again_by_its_kind_and_its_turn() -> None:
    one, other = "6fa1c1d7-7b6a-4f3b-9d0e-1f2a3b4c5d6e", "0FA1C1D7-7b6a-4f3b-9d0e-1f2a3b4c5d6e"
    assert pattern_of(f"/jobs/{one}/Results?x={other}") == "/jobs/{}/Results"
    requests = [{"endpoint": "daas", "method": "GET", "path": f"/jobs/{id}"} for id in (one, other)]
    assert points_of(requests) == [Point("daas", "GET", "/jobs/{}", 1), Point("daas", "GET", "/jobs/{}", 2)]


@pytest.mark.parametrize("number", numbers(SAMPLE, BY_DAY))
def test_disturbed_release_ends_as_an_undisturbed_one(
    chaos_lab: RunningLab, undisturbed: Undisturbed, number: int
) -> None:
    point, disturbance = sample(everything(undisturbed), SAMPLE, SEED)[number]
    trial = disturb(chaos_lab, point, disturbance, undisturbed)
    assert trial.reached
    assert trial.problems == (), "\n".join([f"{disturbance.name}: {point}", *trial.outputs])
    assert trial.repeats == 1, trial.refusals
