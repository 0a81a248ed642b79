# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A sample of `python -m chaos --job template-versions`: the writes to Prism Central. In a file of its own, so that one
worker of pytest does the undisturbed release for all of them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from chaos.campaign import everything, numbers, sample
from chaos.release import OF_TEMPLATE_VERSIONS
from chaos.trial import TIME_SCALE, Undisturbed, disturb, run_undisturbed
from lab.running import RunningLab, serve

SAMPLE = 4
BY_DAY = 0
SEED = 1
pytestmark = pytest.mark.bad_day


@pytest.fixture(scope="module")
def of_versions() -> Iterator[tuple[RunningLab, Undisturbed]]:
    """A lab under Prism Centrals, and what a release does there when nothing disturbs it."""
    with serve(OF_TEMPLATE_VERSIONS.estate(), time_scale=TIME_SCALE) as lab:
        yield lab, run_undisturbed(OF_TEMPLATE_VERSIONS, lab)


@pytest.mark.parametrize("number", numbers(SAMPLE, BY_DAY))
def test_disturbed_release_of_template_versions_ends_as_an_undisturbed_one(
    of_versions: tuple[RunningLab, Undisturbed], number: int
) -> None:
    lab, undisturbed = of_versions
    of_centrals = [task for task in everything(undisturbed) if task[0].endpoint.startswith("pc-") and task[0].is_write]
    point, disturbance = sample(of_centrals, SAMPLE, SEED)[number]
    trial = disturb(lab, point, disturbance, undisturbed)
    assert trial.reached
    assert trial.problems == (), "\n".join([f"{disturbance.name}: {point}", *trial.outputs])
    assert trial.repeats == 1, trial.refusals
