# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The lab as a fixture, for everything that is tested against it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import pytest
from hypothesis import HealthCheck, settings

from conformance.citrix_models import violations
from harness.modules import DEMO, Site, hosts_of, topology_of
from lab.running import RunningLab, serve

# Where npm cannot install the emulator of Azure's storage, and somebody says that this is all right
collect_ignore_glob = ["*/test_ips_upload_azure.py"] if os.environ.get("EUC_WITHOUT_AZURITE") else []

# A machine that is busy is no fault of what is tested
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")


@pytest.fixture(scope="session")
def _lab() -> Iterator[RunningLab]:
    with serve(DEMO, time_scale=600) as lab:
        yield lab


@pytest.fixture
def lab(_lab: RunningLab) -> Iterator[RunningLab]:
    """The lab in its first state. A test fails when a request broke the wire contract."""
    # Given anew: without one a reset goes back to whatever topology a test before chose.
    _lab.reset(topology_of(DEMO))
    _lab.clear_faults()
    _lab.forget()
    yield _lab
    recorded = _lab.requests()
    assert [entry["violation"] for entry in recorded if entry["violation"]] == []
    assert violations(recorded) == []


@pytest.fixture
def host(lab: RunningLab) -> Callable[[str], Site]:
    """`host("cluster-a")("pe_vm_info", name="Gold")` runs a module there."""
    return lambda name: hosts_of(lab)[name]
