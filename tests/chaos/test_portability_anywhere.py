# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A sample of `python -m chaos --job portability`."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from chaos.campaign import everything, numbers, sample
from chaos.portability import PORTABILITY
from chaos.trial import TIME_SCALE, Undisturbed, disturb, run_undisturbed
from lab.running import RunningLab, serve

SAMPLE = 4
BY_DAY = 1
SEED = 1


@pytest.fixture(scope="module")
def cloud() -> Iterator[tuple[RunningLab, Undisturbed]]:
    """A lab with AWS, and what the playbook does there when nothing disturbs it."""
    with serve(PORTABILITY.estate(), time_scale=TIME_SCALE) as lab:
        yield lab, run_undisturbed(PORTABILITY, lab)


@pytest.mark.parametrize("number", numbers(SAMPLE, BY_DAY))
def test_disturbed_carriage_of_an_image_ends_as_an_undisturbed_one(
    cloud: tuple[RunningLab, Undisturbed], number: int
) -> None:
    lab, undisturbed = cloud
    of_writes = [task for task in everything(undisturbed) if task[0].is_write]
    point, disturbance = sample(of_writes, SAMPLE, SEED)[number]
    trial = disturb(lab, point, disturbance, undisturbed)
    assert trial.reached
    assert trial.problems == (), "\n".join([f"{disturbance.name}: {point}", *trial.outputs])
    assert trial.repeats == 1, trial.refusals
