# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A lab that is fast and small enough to be released to again and again."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from chaos.judge import contract_problems
from chaos.release import RELEASE
from chaos.trial import TIME_SCALE, Undisturbed, run_undisturbed
from lab.running import RunningLab, serve


@pytest.fixture(scope="session")
def chaos_lab() -> Iterator[RunningLab]:
    with serve(RELEASE.estate(), time_scale=TIME_SCALE) as lab:
        yield lab


@pytest.fixture(scope="session")
def undisturbed(chaos_lab: RunningLab) -> Undisturbed:
    """What a release does when nothing disturbs it."""
    return run_undisturbed(RELEASE, chaos_lab)


@pytest.fixture
def lab(chaos_lab: RunningLab) -> Iterator[RunningLab]:
    """The lab in its first state. A test fails when a request broke the wire contract."""
    chaos_lab.reset(RELEASE.estate())
    yield chaos_lab
    assert contract_problems(chaos_lab.requests()) == []
