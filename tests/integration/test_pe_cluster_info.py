# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""pe_cluster_info"""

from __future__ import annotations

from collections.abc import Callable

from harness.modules import Site, writes
from lab.running import RunningLab


def test_it_reads_the_cluster_with_one_request(lab: RunningLab, host: Callable[[str], Site]) -> None:
    result = host("cluster-a")("pe_cluster_info")
    assert result["changed"] is False
    assert result["cluster"]["name"] == "cluster-a"
    assert result["cluster"]["hypervisors"] == ["kKvm"]
    assert result["cluster"]["uuid"]
    assert [(entry["method"], entry["path"]) for entry in lab.requests()] == [
        ("GET", "/PrismGateway/services/rest/v2.0/cluster")
    ]
    assert writes(lab) == []
    assert host("cluster-a")("pe_cluster_info", check=True) == result
