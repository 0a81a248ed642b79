# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest

from harness.citrix import AWKWARD_CATALOG, CitrixEstate, path_of


def names(result: dict[str, Any]) -> list[str]:
    return [catalog["full_name"] for catalog in result["catalogs"]]


def test_all_catalogs(estate: CitrixEstate) -> None:
    result = estate.daas("citrix_catalog_info")
    assert names(result) == [
        f"Größe & Co/東京/{AWKWARD_CATALOG}",
        "Physical",
        "Prod/Pool",
        "Prod/Twin",
        "Stable",
        "Test/Süd/Twin",
    ]
    pool = result["catalogs"][2]
    assert pool["folder"] == "Prod"
    assert pool["master_image"] == {"name": "img-2", "path": path_of("img-2")}
    assert (pool["hosting_unit"], pool["hypervisor_connection"], pool["zone"]) == ("AHV A", "conn-a", "Primary")
    assert (pool["total_count"], pool["can_roll_back"], pool["update_running"]) == (6, True, False)
    assert (pool["persist_changes"], result["catalogs"][4]["persist_changes"]) == ("Discard", "OnLocal")
    physical = result["catalogs"][1]
    assert (physical["provisioning_type"], physical["master_image"], physical["hosting_unit"]) == ("Manual", None, None)
    assert estate.writes() == []


@pytest.mark.parametrize("unasked", ["absent", "null"])
def test_fields_left_out_or_null_are_the_same(estate: CitrixEstate, unasked: str) -> None:
    estate.behave(unasked_fields=unasked)
    assert len(estate.daas("citrix_catalog_info")["catalogs"]) == 6


@pytest.mark.parametrize("separator", ["/", "\\", "|"])
@pytest.mark.parametrize("given", ["Test/Süd", "test|süd", "Test\\Süd"])
def test_folder_in_any_notation(estate: CitrixEstate, separator: str, given: str) -> None:
    estate.behave(folder_separator=separator)
    (twin,) = estate.daas("citrix_catalog_info", catalogs=[{"name": "Twin", "folder": given}])["catalogs"]
    assert twin["folder"] == "Test/Süd"


def test_root_folder_awkward_name_and_id(estate: CitrixEstate) -> None:
    (stable,) = estate.daas("citrix_catalog_info", catalogs=[{"name": "stable", "folder": ""}])["catalogs"]
    (awkward,) = estate.daas("citrix_catalog_info", catalogs=[{"name": AWKWARD_CATALOG}])["catalogs"]
    result = estate.daas(
        "citrix_catalog_info", catalogs=[{"id": stable["id"]}, {"id": awkward["id"].upper()}, {"name": "Stable"}]
    )
    assert [catalog["id"] for catalog in result["catalogs"]] == [awkward["id"], stable["id"]]
    assert "there is no catalog 'Pool' in folder ''" in estate.daas.fails(
        "citrix_catalog_info", catalogs=[{"name": "Pool", "folder": ""}]
    )


def test_one_name_in_two_folders_is_refused_with_both(estate: CitrixEstate) -> None:
    message = estate.daas.fails("citrix_catalog_info", catalogs=[{"name": "Twin"}])
    assert "2 catalogs are called 'Twin'" in message
    assert "Prod/Twin" in message
    assert "Test/Süd/Twin" in message


def test_unknown_name_tells_near_ones(estate: CitrixEstate) -> None:
    assert "Near names are 'Pool'" in estate.daas.fails("citrix_catalog_info", catalogs=[{"name": "Pol"}])


def test_name_and_id_exclude_each_other(estate: CitrixEstate) -> None:
    assert "mutually exclusive" in estate.daas.fails("citrix_catalog_info", catalogs=[{"name": "Pool", "id": "x"}])
    assert "one of the following is required" in estate.daas.fails("citrix_catalog_info", catalogs=[{"folder": "Prod"}])


@pytest.mark.parametrize("order", ["newest_first", "oldest_first", "shuffled"])
def test_history(estate: CitrixEstate, order: str) -> None:
    estate.behave(history_order=order)
    result = estate.daas("citrix_catalog_info", history=True)
    histories = {
        catalog["full_name"]: {image["name"]: image["status"] for image in catalog["history"]}
        for catalog in result["catalogs"]
    }
    assert histories["Prod/Pool"] == {"img-2": "Current", "img-1": "Prepared", "img-0": "Prepared"}
    assert histories["Physical"] == {}


def test_all_pages_are_read(estate: CitrixEstate) -> None:
    estate.lab.change(
        [
            {"endpoint": "daas", "kind": "catalog", "name": f"Cat {n:03d}", "hosting_unit": "AHV A", "image": "img-2"}
            for n in range(300)
        ]
    )
    assert len(estate.daas("citrix_catalog_info")["catalogs"]) == 306
    assert len(estate.asked("GET", "/MachineCatalogs$")) == 2


def test_running_update_is_seen(estate: CitrixEstate) -> None:
    estate.reset(publish=100000)
    estate.change("image_update", catalog="Prod|Pool", image="img-3")
    (pool,) = estate.daas("citrix_catalog_info", catalogs=[{"name": "Pool"}])["catalogs"]
    assert pool["update_running"]
    assert pool["image_update_status"] == "PreparingImage"


def test_whom_a_change_would_concern_and_what_the_site_warns_of(estate: CitrixEstate) -> None:
    estate.change("machine", machine="CORP\\P-001", sessions=2)
    estate.change("machine", machine="CORP\\P-002", power_state="Off")
    estate.change("delivery_group", delivery_group="Pool", in_maintenance_mode=True)
    estate.change(
        "catalog_state",
        catalog="Prod|Pool",
        broken=True,
        errors=["lost"],
        warnings=["slow"],
        scheme_warnings=["slow", "rearm"],
    )
    estate.lab.forget()
    catalogs = {catalog["name"]: catalog for catalog in estate.daas("citrix_catalog_info", machines=True)["catalogs"]}
    pool = catalogs["Pool"]
    assert {key: pool["machines"][key] for key in ("machines", "on", "sessions", "out_of_date")} == {
        "machines": 6,
        "on": 5,
        "sessions": 2,
        "out_of_date": 0,
    }
    (group,) = pool["machines"]["delivery_groups"]
    assert (group["name"], group["machines"], group["in_maintenance_mode"]) == ("Pool", 6, True)
    assert (pool["broken"], pool["errors"], pool["warnings"]) == (True, ["lost"], ["slow", "rearm"])
    takes = {name: catalogs[name]["machines_take_image"] for name in ("Pool", "Stable", "Physical")}
    assert takes == {"Pool": True, "Stable": False, "Physical": False}
    assert estate.writes() == []


def test_delivery_groups_that_cannot_be_read_are_not_known(estate: CitrixEstate) -> None:
    estate.fault("/DeliveryGroups", {"status": 403})
    (pool,) = estate.daas("citrix_catalog_info", catalogs=[{"name": "Pool"}], machines=True)["catalogs"]
    assert [group["in_maintenance_mode"] for group in pool["machines"]["delivery_groups"]] == [None]
