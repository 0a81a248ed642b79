# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The estates of the Citrix and the Prism Central modules' tests, each in a lab of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from conformance import prism_central_models
from conformance.citrix_models import violations
from harness.centrals import TIME_SCALE, Centrals
from harness.centrals import TOPOLOGY as CENTRALS
from harness.citrix import TOPOLOGY, CitrixEstate
from harness.desktops import Desktops
from harness.failover_pair import TOPOLOGY as PAIR
from harness.failover_pair import Pair
from harness.pools import TIME_SCALE as POOL_TIME_SCALE
from harness.pools import TOPOLOGY as POOLS
from harness.pools import Pools
from harness.portability import TIME_SCALE as PORTABILITY_TIME_SCALE
from harness.portability import TOPOLOGY as PORTABILITY
from harness.portability import Portability
from harness.prepared import Prepared
from harness.rehosting import TOPOLOGY as REHOSTING
from harness.rehosting import Rehosting
from lab.running import RunningLab, serve


@pytest.fixture(scope="session")
def _citrix_lab() -> Iterator[RunningLab]:
    with serve(TOPOLOGY, time_scale=600) as lab:
        yield lab


@pytest.fixture
def estate(_citrix_lab: RunningLab) -> Iterator[CitrixEstate]:
    """The Citrix estate in its first state. A test fails when a request broke the wire contract."""
    yield CitrixEstate(_citrix_lab)
    recorded = _citrix_lab.requests()
    assert [entry["violation"] for entry in recorded if entry["violation"]] == []
    assert violations(recorded) == []


@pytest.fixture
def desktops(_citrix_lab: RunningLab) -> Iterator[Desktops]:
    """The estate of persistent desktops in its first state. A test fails when a request broke the wire contract."""
    yield Desktops(_citrix_lab)
    recorded = _citrix_lab.requests()
    assert [entry["violation"] for entry in recorded if entry["violation"]] == []
    assert violations(recorded) == []


@pytest.fixture
def prepared(_citrix_lab: RunningLab) -> Iterator[Prepared]:
    """The estate of prepared images in its first state. A test fails when a request broke the wire contract."""
    yield Prepared(_citrix_lab)
    recorded = _citrix_lab.requests()
    assert [entry["violation"] for entry in recorded if entry["violation"]] == []
    assert violations(recorded) == []


@pytest.fixture(scope="session")
def _rehosting_lab() -> Iterator[RunningLab]:
    with serve(REHOSTING, time_scale=600) as lab:
        yield lab


@pytest.fixture
def desks(_rehosting_lab: RunningLab) -> Iterator[Rehosting]:
    """The estate of moved desks in its first state. A test fails when a request broke the wire contract."""
    yield Rehosting(_rehosting_lab)
    recorded = _rehosting_lab.requests()
    assert [entry["violation"] for entry in recorded if entry["violation"]] == []
    assert violations(recorded) == []


@pytest.fixture
def pair(lab: RunningLab) -> Pair:
    """Two clusters and a protection domain between them in their first state."""
    lab.reset(PAIR)
    lab.forget()
    return Pair(lab)


@pytest.fixture(scope="session")
def _central_lab() -> Iterator[RunningLab]:
    with serve(CENTRALS, time_scale=TIME_SCALE) as lab:
        yield lab


@pytest.fixture
def centrals(_central_lab: RunningLab) -> Iterator[Centrals]:
    """The estate of Prism Centrals in its first state. A test fails when a request broke the wire contract."""
    yield Centrals(_central_lab)
    recorded = _central_lab.requests()
    assert [entry["violation"] for entry in recorded if entry["violation"]] == []
    assert prism_central_models.violations(recorded) == []


@pytest.fixture(scope="session")
def _pool_lab() -> Iterator[RunningLab]:
    with serve(POOLS, time_scale=POOL_TIME_SCALE) as lab:
        yield lab


@pytest.fixture
def pools(_pool_lab: RunningLab) -> Iterator[Pools]:
    """The estate of XenServer pools in its first state. A test fails when a request broke the wire contract."""
    yield Pools(_pool_lab)
    assert _pool_lab.violations() == []


@pytest.fixture(scope="session")
def _portability_lab() -> Iterator[RunningLab]:
    with serve(PORTABILITY, time_scale=PORTABILITY_TIME_SCALE) as lab:
        yield lab


@pytest.fixture
def portability(_portability_lab: RunningLab) -> Iterator[Portability]:
    """The Image Portability service in its first state. A test fails when a request broke the wire contract."""
    yield Portability(_portability_lab)
    assert _portability_lab.violations() == []
