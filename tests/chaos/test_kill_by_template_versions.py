# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A sample of `python -m chaos --job template-versions`: the writes to Prism Central. In a file of its own, so that one
worker of pytest does the undisturbed release for all of them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from chaos.campaign import Baseline, assert_same_end, everything, lab_of, numbers, sample
from chaos.release import OF_TEMPLATE_VERSIONS

SAMPLE = 4
BY_DAY = 0
SEED = 1
pytestmark = pytest.mark.bad_day


@pytest.fixture(scope="module")
def of_versions() -> Iterator[Baseline]:
    """A lab under Prism Centrals, and what a release does there when nothing disturbs it."""
    with lab_of(OF_TEMPLATE_VERSIONS) as baseline:
        yield baseline


@pytest.mark.parametrize("number", numbers(SAMPLE, BY_DAY))
def test_disturbed_release_of_template_versions_ends_as_an_undisturbed_one(of_versions: Baseline, number: int) -> None:
    of_centrals = [
        task for task in everything(of_versions[1]) if task[0].endpoint.startswith("pc-") and task[0].is_write
    ]
    assert_same_end(of_versions, sample(of_centrals, SAMPLE, SEED)[number])
