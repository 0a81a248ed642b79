# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A sample of `python -m chaos`, which tries every request of a release."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from chaos.campaign import everything, sample
from chaos.points import Point, pattern_of, points_of
from chaos.release import BY_RECOVERY_POINTS
from chaos.trial import TIME_SCALE, Undisturbed, disturb, run_undisturbed
from lab.running import RunningLab, serve

SAMPLE = 8
SAMPLE_BY_RECOVERY_POINTS = 4
SEED = 1


@pytest.fixture(scope="module")
def by_recovery_points() -> Iterator[tuple[RunningLab, Undisturbed]]:
    """A lab under Prism Centrals, and what a release does there when nothing disturbs it."""
    with serve(BY_RECOVERY_POINTS.estate(), time_scale=TIME_SCALE) as lab:
        yield lab, run_undisturbed(BY_RECOVERY_POINTS, lab)


def test_a_point_is_found_again_by_its_kind_and_its_turn() -> None:
    one, other = "6fa1c1d7-7b6a-4f3b-9d0e-1f2a3b4c5d6e", "0FA1C1D7-7b6a-4f3b-9d0e-1f2a3b4c5d6e"
    assert pattern_of(f"/jobs/{one}/Results?x={other}") == "/jobs/{}/Results"
    requests = [{"endpoint": "daas", "method": "GET", "path": f"/jobs/{id}"} for id in (one, other)]
    assert points_of(requests) == [Point("daas", "GET", "/jobs/{}", 1), Point("daas", "GET", "/jobs/{}", 2)]


@pytest.mark.parametrize("number", range(SAMPLE))
def test_disturbed_release_ends_as_an_undisturbed_one(
    chaos_lab: RunningLab, undisturbed: Undisturbed, number: int
) -> None:
    point, disturbance = sample(everything(undisturbed), SAMPLE, SEED)[number]
    trial = disturb(chaos_lab, point, disturbance, undisturbed)
    assert trial.reached
    assert trial.problems == (), "\n".join([f"{disturbance.name}: {point}", *trial.outputs])
    assert trial.repeats == 1, trial.refusals


@pytest.mark.parametrize("number", range(SAMPLE_BY_RECOVERY_POINTS))
def test_disturbed_release_by_recovery_points_ends_as_an_undisturbed_one(
    by_recovery_points: tuple[RunningLab, Undisturbed], number: int
) -> None:
    lab, undisturbed = by_recovery_points
    of_centrals = [task for task in everything(undisturbed) if task[0].endpoint.startswith("pc-") and task[0].is_write]
    point, disturbance = sample(of_centrals, SAMPLE_BY_RECOVERY_POINTS, SEED)[number]
    trial = disturb(lab, point, disturbance, undisturbed)
    assert trial.reached
    assert trial.problems == (), "\n".join([f"{disturbance.name}: {point}", *trial.outputs])
    assert trial.repeats == 1, trial.refusals
