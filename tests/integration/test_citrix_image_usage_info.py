# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""citrix_image_usage_info against the lab."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from harness.images import put_own_image
from harness.modules import DEMO, Site, run_module, topology_of, writes
from lab.running import RunningLab

MODULE = "citrix_image_usage_info"
OLD = "ctx_Gold_2026.10.01-1"
AWKWARD = 'ctx_Göld "W11" 100% #1 \\ 金/x.template_2026.09.01-1'


def estate(**site: Any) -> dict[str, Any]:
    """The demo with a history, a machine profile and a prepared image at hand on daas."""
    topology = topology_of(DEMO)
    topology["prism_elements"][0]["snapshots"] += [
        {"name": name, "vm": "Gold", "age_hours": 2000} for name in ("before", AWKWARD, "profile", "prepared")
    ]
    daas = topology["citrix_sites"][0]
    daas["catalogs"][0].update(history=["before", AWKWARD], machine_profile="profile")
    daas["catalogs"].append({"name": "Desks", "hypervisor": "conn-a", "provisioning_type": "Manual"})
    daas["image_definitions"] = [
        {"name": "W11", "hosting_unit": "AHV-A", "versions": [{"image": "prepared", "machine_profile": "profile"}]}
    ]
    # An update that somebody has begun is still running when it is looked at.
    topology["durations"]["publish"] = 1_000_000
    daas.update(site)
    return topology


def told(result: dict[str, Any]) -> set[tuple[str, str, str]]:
    return {(reference["kind"], reference["of"], reference["names"][0]) for reference in result["references"]}


def test_every_reference_is_there(lab: RunningLab, host: Callable[[str], Site]) -> None:
    lab.reset(estate())
    result = host("daas")(MODULE)
    assert told(result) == {
        ("master image", "Prod/W11-Pool", OLD),
        ("history", "Prod/W11-Pool", OLD),
        ("history", "Prod/W11-Pool", "before"),
        ("history", "Prod/W11-Pool", AWKWARD),
        ("machine profile", "Prod/W11-Pool", "profile"),
        ("master image", "W11-Sales", OLD),
        ("history", "W11-Sales", OLD),
        ("image version", "W11 version 1", "prepared"),
        ("machine profile", "W11 version 1", "profile"),
    }
    pool = {
        each["names"][0]: each["rank"]
        for each in result["references"]
        if (each["kind"], each["of"]) == ("history", "Prod/W11-Pool")
    }
    assert pool == {OLD: None, "before": 1, AWKWARD: 2}
    assert {each["rank"] for each in result["references"] if each["kind"] != "history"} == {None}
    assert result["image_definitions"] == 1
    assert [catalog["full_name"] for catalog in result["catalogs"]] == ["Desks", "Prod/W11-Pool", "W11-Sales"]
    assert result["changed"] is False
    assert writes(lab) == []


def test_eight_releases_leave_the_newest_and_those_that_a_rollback_needs(
    lab: RunningLab, host: Callable[[str], Site]
) -> None:
    for number in range(1, 9):
        put_own_image(lab, "cluster-a", str(number), age_hours=(100 - number) * 24)
        lab.change([{"endpoint": "daas", "kind": "set_image", "catalog": "W11-Pool", "image": f"ctx_Gold_{number}"}])
        lab.skip(24 * 3600)
    images = host("cluster-a")("pe_vm_snapshot_info")["snapshots"]
    asked = {
        "clusters": {"cluster-a": {"message": "", "snapshots": images}},
        "sites": {"daas": {"message": "", **host("daas")(MODULE)}},
    }

    def gone(**rules: Any) -> set[str]:
        plan = run_module("image_retention_plan", {**asked, "base_vms": ["Gold"], "keep": 1, **rules})
        assert all(
            "history of Prod/W11-Pool on daas" in each["remaining_slots"] for each in plan["delete"]["cluster-a"]
        )
        return {each["release"] for each in plan["delete"]["cluster-a"]}

    assert gone() == {str(number) for number in range(1, 6)}
    assert gone(history=5) == {"1", "2"}
    lab.change([{"endpoint": "daas", "kind": "set_image", "catalog": "W11-Sales", "image": "ctx_Gold_3"}])
    asked["sites"] = {"daas": {"message": "", **host("daas")(MODULE)}}
    assert gone() == {"1", "2", "4", "5"}


def test_only_some_images(lab: RunningLab, host: Callable[[str], Site]) -> None:
    lab.reset(estate())
    assert told(host("daas")(MODULE, images=["PREPARED", "nobody"])) == {("image version", "W11 version 1", "prepared")}


def test_target_of_an_update_of_somebody_else(lab: RunningLab, host: Callable[[str], Site]) -> None:
    lab.reset(estate())
    lab.change([{"endpoint": "daas", "kind": "image_update", "catalog": "W11-Pool", "image": AWKWARD}])
    result = host("daas")(MODULE, images=[AWKWARD])
    assert {reference["kind"] for reference in result["references"]} == {"history", "image update"}
    assert next(catalog for catalog in result["catalogs"] if catalog["name"] == "W11-Pool")["update_running"] is True


@pytest.mark.parametrize("told", [{"ActionType": "UpdateImage", "MasterImage": None, "Snapshot": None}, None])
def test_update_whose_target_is_not_told_is_an_error(
    lab: RunningLab, host: Callable[[str], Site], told: dict[str, Any] | None
) -> None:
    lab.reset(estate())
    lab.change([{"endpoint": "daas", "kind": "image_update", "catalog": "W11-Pool", "image": "before"}])
    items = [{"ActionId": "1", "IsRunning": True, **told}] if told else []
    lab.faults([{"endpoint": "daas", "path": "/actions", "then": {"status": 200, "body": {"Items": items}}}])
    assert "is being moved to another image, and which is not told" in host("daas").fails(MODULE)


def test_target_of_an_own_update(lab: RunningLab, host: Callable[[str], Site]) -> None:
    lab.reset(estate())
    host("daas")("citrix_catalog_image", catalogs=[{"name": "W11-Pool"}], image="prepared", wait=False)
    assert ("image update", "Prod/W11-Pool", "prepared") in told(host("daas")(MODULE))


@pytest.mark.parametrize(("site", "version"), [("daas", {"api_version": 120}), ("daas", {"api_version": 121})])
def test_versions_without_image_definitions(
    lab: RunningLab, host: Callable[[str], Site], site: str, version: dict[str, Any]
) -> None:
    lab.reset(estate(**version))
    result = host(site)(MODULE)
    asked = [entry for entry in lab.requests() if "ImageDefinitions" in entry["path"]]
    if version["api_version"] < 121:
        assert (result["image_definitions"], asked) == (None, [])
    else:
        assert (result["image_definitions"], len(asked)) == (1, 2)


@pytest.mark.parametrize(
    "path", ["/ImageDefinitions\\?", "/ImageVersions", "/MasterImageHistory", "/MachineCatalogs", "/Jobs"]
)
@pytest.mark.parametrize("status", [403, 404, 500])
def test_what_cannot_be_read_is_an_error(lab: RunningLab, host: Callable[[str], Site], path: str, status: int) -> None:
    lab.reset(estate())
    lab.faults(
        [
            {
                "endpoint": "daas",
                "method": "GET",
                "path": path,
                "then": {"status": status, "body": {"type": "x", "detail": "no"}},
            }
        ]
    )
    assert str(status) in host("daas").fails(MODULE)


def test_scheme_that_is_not_shown_is_an_error(lab: RunningLab, host: Callable[[str], Site]) -> None:
    catalog = {"Id": "1", "Name": "Hidden", "FullName": "Hidden", "ProvisioningType": "MCS"}
    lab.faults(
        [{"endpoint": "daas", "path": "/MachineCatalogs\\?", "then": {"status": 200, "body": {"Items": [catalog]}}}]
    )
    assert "what catalog 'Hidden' is made from is not shown" in host("daas").fails(MODULE)


@pytest.mark.parametrize(("image_status", "fails"), [("Prepared", True), ("Deleted", False)])
def test_history_slot_without_image(
    lab: RunningLab, host: Callable[[str], Site], image_status: str, fails: bool
) -> None:
    slot = {"Image": None, "ImageStatus": image_status, "Date": "2026-01-01T00:00:00Z"}
    lab.faults(
        [{"endpoint": "daas", "path": "/MasterImageHistory", "then": {"status": 200, "body": {"Items": [slot]}}}]
    )
    if fails:
        assert "does not say which image it holds" in host("daas").fails(MODULE)
    else:
        assert host("daas")(MODULE)["references"]


def test_short_troubles_are_waited_out(lab: RunningLab, host: Callable[[str], Site]) -> None:
    lab.faults(
        [
            {"path": "/MasterImageHistory", "nth": 1, "then": {"status": 503}},
            {"path": "/Jobs", "nth": 1, "then": {"drop": "after"}},
        ]
    )
    assert host("daas")(MODULE)["references"]


def test_wrong_secret_is_tried_once(lab: RunningLab, host: Callable[[str], Site]) -> None:
    assert "refused" in host("cvad").fails(MODULE, client_secret="wrong")
    assert len([entry for entry in lab.requests() if entry["endpoint"] == "cvad"]) == 1


def test_pages_are_read_to_the_last(lab: RunningLab, host: Callable[[str], Site]) -> None:
    topology = estate()
    topology["citrix_sites"][0]["catalogs"].append(
        {"name": "Mass {n}", "count": 260, "hosting_unit": "AHV-A", "image": "before"}
    )
    lab.reset(topology)
    result = host("daas")(MODULE, images=["before"])
    assert len({reference["of"] for reference in result["references"] if reference["kind"] == "master image"}) == 260
