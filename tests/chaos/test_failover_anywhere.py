# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A sample of `python -m chaos --job planned` and `--job unplanned`: failovers killed and disturbed at their
requests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from chaos.campaign import Baseline, assert_same_end, everything, lab_of, numbers, sample
from chaos.disturbances import KILLED_ANOTHER_ID, KILLED_ELSEWHERE, Disturbance
from chaos.failover import PLANNED, UNPLANNED
from chaos.trial import disturb

SAMPLE = 4
BY_DAY = 2
SEED = 1
OTHERWISE = (KILLED_ANOTHER_ID, KILLED_ELSEWHERE)


@pytest.fixture(scope="module", params=[PLANNED, UNPLANNED], ids=lambda job: job.name)
def baseline(request: pytest.FixtureRequest) -> Iterator[Baseline]:
    """A lab for the job, and what the job does when nothing disturbs it."""
    with lab_of(request.param) as lab_and_requests:
        yield lab_and_requests


@pytest.mark.parametrize("number", numbers(SAMPLE, BY_DAY))
def test_disturbed_failover_ends_as_an_undisturbed_one(baseline: Baseline, number: int) -> None:
    tasks = [task for task in everything(baseline[1]) if task[1] not in OTHERWISE]
    assert_same_end(baseline, sample(tasks, SAMPLE, SEED)[number])


@pytest.mark.parametrize("disturbance", OTHERWISE, ids=lambda disturbance: disturbance.repeated)
@pytest.mark.parametrize("baseline", [PLANNED], ids=lambda job: job.name, indirect=True)
def test_a_killed_drain_that_is_repeated_otherwise_leaves_nobody_behind(
    baseline: Baseline, disturbance: Disturbance
) -> None:
    """Only a planned move drains."""
    lab, undisturbed = baseline
    point = next(point for point in undisturbed.points if point.is_write and point.endpoint == "daas")
    trial = disturb(lab, point, disturbance, undisturbed)
    assert trial.reached
    assert trial.problems == (), "\n".join([str(point), *trial.outputs])
