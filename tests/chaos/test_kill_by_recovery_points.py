# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A sample of `python -m chaos --job recovery-points`: the writes to Prism Central. In a file of its own, so that one
worker of pytest does the undisturbed release for all of them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from chaos.campaign import everything, numbers, sample
from chaos.release import BY_RECOVERY_POINTS
from chaos.trial import TIME_SCALE, Undisturbed, disturb, run_undisturbed
from lab.running import RunningLab, serve

SAMPLE = 4
BY_DAY = 1
SEED = 1


@pytest.fixture(scope="module")
def by_recovery_points() -> Iterator[tuple[RunningLab, Undisturbed]]:
    """A lab under Prism Centrals, and what a release does there when nothing disturbs it."""
    with serve(BY_RECOVERY_POINTS.estate(), time_scale=TIME_SCALE) as lab:
        yield lab, run_undisturbed(BY_RECOVERY_POINTS, lab)


@pytest.mark.parametrize("number", numbers(SAMPLE, BY_DAY))
def test_disturbed_release_by_recovery_points_ends_as_an_undisturbed_one(
    by_recovery_points: tuple[RunningLab, Undisturbed], number: int
) -> None:
    lab, undisturbed = by_recovery_points
    of_centrals = [task for task in everything(undisturbed) if task[0].endpoint.startswith("pc-") and task[0].is_write]
    point, disturbance = sample(of_centrals, SAMPLE, SEED)[number]
    trial = disturb(lab, point, disturbance, undisturbed)
    assert trial.reached
    assert trial.problems == (), "\n".join([f"{disturbance.name}: {point}", *trial.outputs])
    assert trial.repeats == 1, trial.refusals
