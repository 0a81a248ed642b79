# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A sample of `python -m chaos --job prepared`."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from chaos.campaign import Baseline, assert_same_end, everything, lab_of, numbers, sample
from chaos.prepared import PREPARED

SAMPLE = 4
BY_DAY = 1
SEED = 1


@pytest.fixture(scope="module")
def prepared() -> Iterator[Baseline]:
    """A lab of WorkSpaces Core, and what a release does there when nothing disturbs it."""
    with lab_of(PREPARED) as baseline:
        yield baseline


@pytest.mark.parametrize("number", numbers(SAMPLE, BY_DAY))
def test_disturbed_release_of_a_prepared_image_ends_as_an_undisturbed_one(prepared: Baseline, number: int) -> None:
    of_writes = [task for task in everything(prepared[1]) if task[0].is_write]
    assert_same_end(prepared, sample(of_writes, SAMPLE, SEED)[number])
