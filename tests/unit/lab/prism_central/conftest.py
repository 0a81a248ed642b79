# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two Prism Centrals whose time stands still until a test lets it go on."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy

import pytest

from harness.central import ESTATE, Central
from lab.running import RunningLab, serve


@pytest.fixture(scope="session")
def running() -> Iterator[RunningLab]:
    with serve(deepcopy(ESTATE)) as lab:
        yield lab


@pytest.fixture
def lab(running: RunningLab) -> RunningLab:
    running.reset(deepcopy(ESTATE))
    return running


@pytest.fixture
def east(lab: RunningLab) -> Central:
    return Central(lab)


@pytest.fixture
def west(lab: RunningLab) -> Central:
    return Central(lab, "west")
