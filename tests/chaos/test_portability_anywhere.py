# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A sample of `python -m chaos --job portability`."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from chaos.campaign import Baseline, assert_same_end, everything, lab_of, numbers, sample
from chaos.portability import PORTABILITY

SAMPLE = 4
BY_DAY = 1
SEED = 1


@pytest.fixture(scope="module")
def cloud() -> Iterator[Baseline]:
    """A lab with AWS, and what the playbook does there when nothing disturbs it."""
    with lab_of(PORTABILITY) as baseline:
        yield baseline


@pytest.mark.parametrize("number", numbers(SAMPLE, BY_DAY))
def test_disturbed_carriage_of_an_image_ends_as_an_undisturbed_one(cloud: Baseline, number: int) -> None:
    of_writes = [task for task in everything(cloud[1]) if task[0].is_write]
    assert_same_end(cloud, sample(of_writes, SAMPLE, SEED)[number])
