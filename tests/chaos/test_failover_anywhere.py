# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A sample of `python -m chaos --job planned` and `--job unplanned`: failovers killed and disturbed at their
requests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from chaos.campaign import everything, numbers, sample
from chaos.disturbances import KILLED_ANOTHER_ID, KILLED_ELSEWHERE, Disturbance
from chaos.failover import PLANNED, UNPLANNED
from chaos.job import Job
from chaos.trial import TIME_SCALE, Undisturbed, disturb, run_undisturbed
from lab.running import RunningLab, serve

SAMPLE = 4
BY_DAY = 2
SEED = 1
OTHERWISE = (KILLED_ANOTHER_ID, KILLED_ELSEWHERE)


@pytest.fixture(scope="module", params=[PLANNED, UNPLANNED], ids=lambda job: job.name)
def baseline(request: pytest.FixtureRequest) -> Iterator[tuple[RunningLab, Undisturbed]]:
    """A lab for the job, and what the job does when nothing disturbs it."""
    job: Job = request.param
    with serve(job.estate(), time_scale=TIME_SCALE) as lab:
        yield lab, run_undisturbed(job, lab)


@pytest.mark.parametrize("number", numbers(SAMPLE, BY_DAY))
def test_disturbed_failover_ends_as_an_undisturbed_one(baseline: tuple[RunningLab, Undisturbed], number: int) -> None:
    lab, undisturbed = baseline
    tasks = [task for task in everything(undisturbed) if task[1] not in OTHERWISE]
    point, disturbance = sample(tasks, SAMPLE, SEED)[number]
    trial = disturb(lab, point, disturbance, undisturbed)
    assert trial.reached
    assert trial.problems == (), "\n".join([f"{disturbance.name}: {point}", *trial.outputs])
    assert trial.repeats == 1, trial.refusals


@pytest.mark.parametrize("disturbance", OTHERWISE, ids=lambda disturbance: disturbance.repeated)
@pytest.mark.parametrize("baseline", [PLANNED], ids=lambda job: job.name, indirect=True)
def test_a_killed_drain_that_is_repeated_otherwise_leaves_nobody_behind(
    baseline: tuple[RunningLab, Undisturbed], disturbance: Disturbance
) -> None:
    """Only a planned move drains."""
    lab, undisturbed = baseline
    point = next(point for point in undisturbed.points if point.is_write and point.endpoint == "daas")
    trial = disturb(lab, point, disturbance, undisturbed)
    assert trial.reached
    assert trial.problems == (), "\n".join([str(point), *trial.outputs])
