# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Catalogs behind a hosting connection to a XenServer pool: their images are snapshots of its VMs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

import pytest

from conformance.citrix_models import violations
from harness.citrix import QUICK, CitrixEstate
from lab.running import RunningLab

UNIT = "XDHyp:\\HostingUnits\\West"
FIRST, SECOND = f"{UNIT}\\Gold.vm\\W11_1.snapshot", f"{UNIT}\\Gold.vm\\W11_1.snapshot\\W11_2.snapshot"
TOPOLOGY: dict[str, Any] = {
    "durations": QUICK,
    "xenserver_pools": [
        {"name": "xs-west", "srs": [{"name": "NFS"}], "vms": [{"name": "Gold", "snapshots": ["W11_1", "W11_2"]}]}
    ],
    "citrix_sites": [
        {
            "name": "daas",
            "kind": "daas",
            "hypervisors": [
                {
                    "name": "west",
                    "connection_type": "XenServer",
                    "pool": "xs-west",
                    "hosting_units": [{"name": "West"}],
                }
            ],
            "catalogs": [{"name": "W11-Pool", "hosting_unit": "West", "image": "W11_1", "machines": 2}],
        },
        {"name": "cvad", "kind": "cvad"},
    ],
}


class OnPool(CitrixEstate):
    topology: ClassVar[dict[str, Any]] = TOPOLOGY

    def path(self) -> str:
        (catalog,) = self.daas("citrix_catalog_info")["catalogs"]
        path: str = catalog["master_image"]["path"]
        return path


@pytest.fixture
def on_pool(_citrix_lab: RunningLab) -> Iterator[OnPool]:
    yield OnPool(_citrix_lab)
    recorded = [entry for entry in _citrix_lab.requests() if entry["endpoint"] == "daas"]
    assert [entry["violation"] for entry in recorded if entry["violation"]] == []
    assert violations(recorded) == []


POOL = [{"name": "W11-Pool"}]


def test_to_a_snapshot_below_another_and_back(on_pool: OnPool) -> None:
    assert on_pool.path() == FIRST
    planned = on_pool.daas("citrix_catalog_image", check=True, catalogs=POOL, image=SECOND)
    assert on_pool.writes() == []
    done = on_pool.daas("citrix_catalog_image", catalogs=POOL, image=SECOND)
    assert planned["diff"] == done["diff"]
    assert on_pool.path() == SECOND
    on_pool.lab.forget()
    assert on_pool.daas("citrix_catalog_image", catalogs=POOL, image=SECOND)["changed"] is False
    assert on_pool.writes() == []
    back = on_pool.daas("citrix_catalog_rollback", catalogs=POOL, from_image="W11_2")
    assert [catalog["action"] for catalog in back["catalogs"]] == ["rolled_back"]
    assert on_pool.path() == FIRST
    assert on_pool.daas("citrix_catalog_rollback", catalogs=POOL, from_image="W11_2")["changed"] is False


def test_every_name_on_the_path_is_in_use(on_pool: OnPool) -> None:
    on_pool.daas("citrix_catalog_image", catalogs=POOL, image=SECOND)
    references = on_pool.daas("citrix_image_usage_info")["references"]
    assert {"W11_1", "W11_2", "Gold"} <= {name for one in references for name in one["names"]}
    assert {one["kind"] for one in references} == {"master image", "history"}


def test_a_snapshot_that_is_new_is_seen_past_the_cache(on_pool: OnPool) -> None:
    on_pool.lab.change([{"endpoint": "xs-west", "kind": "vm", "name": "W11_3", "snapshots": ["W11_3"]}])
    on_pool.daas("citrix_catalog_image", catalogs=POOL, image=f"{UNIT}\\W11_3.vm\\W11_3.snapshot")
    assert on_pool.path() == f"{UNIT}\\W11_3.vm\\W11_3.snapshot"
    message = on_pool.daas.fails("citrix_catalog_image", catalogs=POOL, image=f"{UNIT}\\W11_4.vm\\W11_4.snapshot")
    assert "W11_4" in message
