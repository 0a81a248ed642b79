# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which images go from XenServer pools, and what goes with them."""

from __future__ import annotations

from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.pools.retention import parts_of
from harness.modules import run_module


def image(release: str, disk: str = "", wrapper: str = "", day: int = 1) -> dict[str, Any]:
    snapshot = {
        "uuid": f"s{release}",
        "name": f"W11_{release}",
        "taken": f"2026-01-{day:02d}T00:00:00Z",
        "vdi_uuid": disk or f"d{release}",
        "release": release,
    }
    return {"name": wrapper or f"W11_{release}_NFS", "uuid": f"v{release}", "disks": [], "snapshots": [snapshot]}


def used(*names: str) -> dict[str, Any]:
    references = [{"kind": "master image", "of": "W11", "names": list(names), "rank": None}]
    return {"daas": {"message": "", "references": references, "catalogs": []}}


def plan(pools: dict[str, Any], sites: dict[str, Any] | None = None, **options: Any) -> dict[str, Any]:
    told = {host: {"message": "", **facts} for host, facts in pools.items()}
    arguments = {"clusters": {}, "pools": told, "sites": used() if sites is None else sites, "keep": 1, **options}
    return run_module("image_retention_plan", arguments)


def going(planned: dict[str, Any], host: str = "xs") -> list[tuple[str, str]]:
    return sorted((each["kind"], each["id"]) for each in planned["delete"][host])


def test_an_image_goes_with_its_vm_and_its_disk() -> None:
    pools = {"xs": {"wrappers": [image("1"), image("2", day=2), image("3", day=3)]}}
    assert going(plan(pools, used("W11_2", "W11_2_NFS"))) == [
        ("image", "s1"),
        ("image disk", "d1"),
        ("wrapper VM", "v1"),
    ]


def test_a_disk_that_is_another_image_as_well_stays() -> None:
    pools = {"xs": {"wrappers": [image("1"), image("2", disk="d1", day=2)]}}
    assert going(plan(pools)) == [("image", "s1"), ("wrapper VM", "v1")]


def test_in_one_vm_the_image_that_it_holds_stays() -> None:
    both = {**image("1"), "disks": ["d1"]}
    for number in (2, 3):
        both["snapshots"] = [*both["snapshots"], *image(str(number), day=number)["snapshots"]]
    assert going(plan({"xs": {"wrappers": [both]}})) == [("image", "s2"), ("image disk", "d2")]
    both["disks"] = ["d3"]
    assert going(plan({"xs": {"wrappers": [both]}})) == [("image", "s1"), ("image disk", "d1")]


def test_what_somebody_uses_stays_whole() -> None:
    """Its snapshot would go, and its VM and disk would be refused."""
    used_image = {**image("1"), "users": ["'Gold' holds its disk"]}
    planned = plan({"xs": {"wrappers": [used_image, image("2", day=2), image("3", day=3)]}})
    assert going(planned) == [("image", "s2"), ("image disk", "d2"), ("wrapper VM", "v2")]
    assert "'Gold' holds its disk" in {each["reason"] for each in planned["decisions"]}
    left = {"name": "W11_9_NFS", "uuid": "v9", "disks": ["d9"], "snapshots": [], "users": ["'W11_9_NFS' is Running"]}
    assert going(plan({"xs": {"wrappers": [left]}}, janitor=True)) == []


def test_doubt_keeps() -> None:
    pools = {"xs": {"wrappers": [image("1"), image("2", day=2)]}}
    assert going(plan(pools, {})) == []
    silent = plan({**pools, "other": {"message": "no answer"}})
    assert going(silent) == []
    assert "pool other cannot be asked: no answer" in [doubt["reason"] for doubt in silent["doubts"]]
    assert going(plan(pools, base_vms=["W12"])) == []
    assert going(plan(pools, base_vms=["W11"])) != []
    assert going(plan(pools, minimum_age=10**10)) == []


def test_what_interrupted_runs_left_goes_only_with_the_janitor() -> None:
    left = {"name": "W11_9_NFS", "uuid": "v9", "disks": ["d9"], "snapshots": []}
    pools = {"xs": {"wrappers": [left], "disks": [{"uuid": "d8", "name": "W11_8"}]}}
    kept = plan(pools)
    assert going(kept) == []
    assert {each["reason"] for each in kept["decisions"]} == {
        "an interrupted run left it, or one is at work on it: with the janitor it goes"
    }
    assert going(plan(pools, janitor=True)) == [("image disk", "d8"), ("image disk", "d9"), ("wrapper VM", "v9")]
    assert going(plan(pools, {}, janitor=True)) == []


def test_the_release_as_it_was_given_where_the_disk_tells_it() -> None:
    assert parts_of("W11_Pool_2026-11-20-1", "2026.11.20-1") == ("W11_Pool", "2026.11.20-1")
    assert parts_of("W11_2", "1") == ("W11", "2")
    assert parts_of("W11", "") == ("W11", "W11")
