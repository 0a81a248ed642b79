# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest

from harness.citrix import CitrixEstate


def hosts(result: dict[str, Any]) -> list[str]:
    return [machine["name"].rpartition("\\")[2] for machine in result["machines"]]


def test_all_machines(estate: CitrixEstate) -> None:
    result = estate.daas("citrix_machine_info")
    assert result["summary"] == {
        "total": 16,
        "registered": 13,
        "image_out_of_date": 0,
        "maintenance_mode": 0,
        "with_sessions": 0,
        "by_power_state": {"Off": 3, "On": 13},
        "by_fault_state": {},
    }
    assert len(estate.asked("GET", "/Machines$")) == 1
    assert estate.writes() == []


def test_machines_of_catalogs(estate: CitrixEstate) -> None:
    estate.change(
        "machine",
        machine="P-003",
        sessions=2,
        image_out_of_date=True,
        in_maintenance_mode=True,
        fault_state="Unregistered",
    )
    result = estate.daas(
        "citrix_machine_info",
        catalogs=[{"name": "Pool"}, {"name": "Twin", "folder": "Prod"}, {"name": "pool", "folder": "prod"}],
    )
    assert hosts(result) == ["P-001", "P-002", "P-003", "P-004", "P-005", "P-006", "TP-001", "TP-002"]
    third = result["machines"][2]
    assert (third["catalog"], third["delivery_group"], third["sessions"], third["image_out_of_date"]) == (
        "Pool",
        "Pool",
        2,
        True,
    )
    assert (third["hypervisor_connection"], third["provisioning_type"], third["power_state"]) == ("conn-a", "MCS", "On")
    assert (
        result["summary"]["image_out_of_date"]
        == result["summary"]["with_sessions"]
        == result["summary"]["maintenance_mode"]
        == 1
    )
    assert result["summary"]["by_fault_state"] == {"Unregistered": 1}


def test_delivery_groups(estate: CitrixEstate) -> None:
    assert hosts(estate.daas("citrix_machine_info", delivery_groups=["stable"])) == ["S-001", "S-002"]


def test_qualified_names_cost_one_request_each(estate: CitrixEstate) -> None:
    assert hosts(estate.daas("citrix_machine_info", names=["CORP\\P-002", "corp\\s-001"])) == ["P-002", "S-001"]
    assert [entry["path"].rpartition("/")[2] for entry in estate.asked("GET", "/Machines")] == [
        "CORP|P-002",
        "corp|s-001",
    ]


@pytest.mark.parametrize("not_found", [404, 500])
def test_unknown_machine_tells_near_names(estate: CitrixEstate, not_found: int) -> None:
    estate.behave(not_found=not_found)
    assert "there is no machine 'CORP\\P-007'. Near names are 'CORP\\P-00" in estate.daas.fails(
        "citrix_machine_info", names=["CORP\\P-007", "CORP\\P-001"]
    )


def test_host_names_are_whole(estate: CitrixEstate) -> None:
    estate.change("add_machine", catalog="Prod|Pool", name="P-0010")
    assert hosts(estate.daas("citrix_machine_info", names=["p-001"])) == ["P-001"]
    assert "there is no machine 'P-00'" in estate.daas.fails("citrix_machine_info", names=["P-00"])
    assert "there is no machine 'S-001'" in estate.daas.fails(
        "citrix_machine_info", names=["S-001"], catalogs=[{"name": "Pool"}]
    )


@pytest.mark.parametrize("limit", ["refuse", "clamp"])
def test_all_pages_are_read(estate: CitrixEstate, limit: str) -> None:
    estate.behave(limit_above_1000=limit)
    estate.change("catalog", name="Big", hosting_unit="AHV A", image="img-2", machines=2500, machine_prefix="B-{n:05d}")
    result = estate.daas("citrix_machine_info", catalogs=[{"name": "Big"}])
    assert result["summary"]["total"] == len({machine["id"] for machine in result["machines"]}) == 2500
    assert len(estate.asked("GET", "/Machines$")) == 3
