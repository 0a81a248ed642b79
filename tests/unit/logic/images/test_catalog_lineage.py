# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.images.catalog_lineage import ancestries, rows

CATALOG: dict[str, Any] = {
    "id": "1",
    "name": "A1",
    "full_name": "Prod/A1",
    "hosting_unit": "euc1-a",
    "total_count": 3,
    "machines_take_image": True,
    "master_image": {"name": "W11-2026.11", "path": "p"},
    "image_version": {
        "id": "v",
        "number": 3,
        "definition": {"id": "d", "name": "W11"},
        "name": "version 3 of W11",
        "description": "r1 [euc.nutanix_citrix]",
        "release": "r1",
    },
}


def test_a_prepared_image_tells_its_release_by_the_mark() -> None:
    (told,) = ancestries({"daas": {"catalogs": [CATALOG], "out_of_date": ["1"]}}, {}, "ctx_")
    assert (told["image"], told["release"], told["marked"], told["machines_up_to_date"]) == (
        "version 3 of W11",
        "r1",
        True,
        2,
    )
    assert told["image_version"] == {"id": "v", "number": 3, "definition": "W11", "made_from": "W11-2026.11"}
    assert rows([told])[0][2:7] == ("version 3 of W11", "r1", "", "W11-2026.11", "euc1-a")


def test_one_by_hand_is_not_verified() -> None:
    version = {**CATALOG["image_version"], "description": "march", "release": "march"}
    (told,) = ancestries({"daas": {"catalogs": [{**CATALOG, "image_version": version}]}}, {}, "ctx_")
    row = rows([told])[0]
    assert (row[3], "does not bear the mark" in row[5]) == ("not verified as march", True)


SNAPSHOT = {
    "name": "W11_2026-11-20-1",
    "uuid": "s",
    "path": "W11_2026-11-20-1_NFS.vm\\W11_2026-11-20-1.snapshot",
    "taken": "2026-11-20T10:00:00Z",
    "release": "2026.11.20-1",
    "source_vdi_uuid": "d",
}
POOL = {"address": "xs-west", "port": 443, "wrappers": [{"name": "W11_2026-11-20-1_NFS", "snapshots": [SNAPSHOT]}]}


def in_pool(path: str, unit: str = "xs-west-2", **snapshot: str) -> dict[str, Any]:
    """The lineage of a catalog of a pool that has one image, and whose second host its connection names."""
    image = {"name": path.rpartition("\\")[2].removesuffix(".snapshot"), "path": path}
    catalog = {**CATALOG, "image_version": None, "hosting_unit": "West", "master_image": image}
    units = [{"name": "West", "connection": {"addresses": [f"https://{unit}"]}}]
    wrapper = {**POOL["wrappers"][0], "snapshots": [{**SNAPSHOT, **snapshot}]}
    pool = {**POOL, "endpoint": {"addresses": ["xs-west-1", "xs-west-2"]}, "wrappers": [wrapper]}
    other = {"address": "xs-north", "port": 443, "wrappers": []}
    site = {"catalogs": [catalog], "hosting_units": units}
    (told,) = ancestries({"daas": site}, {}, "ctx_", {"xs-west": pool, "xs-north": other})
    return told


def test_an_image_of_a_pool_tells_its_release_by_the_marks_of_its_disk() -> None:
    path = f"XDHyp:\\HostingUnits\\West\\{SNAPSHOT['path']}"
    told = in_pool(path)
    assert (told["cluster"], told["release"], told["base_vm"]) == ("xs-west", "2026.11.20-1", "W11")
    assert (told["marked"], told["source_disks"], told["doubts"]) == (True, ["d"], [])
    assert rows([told])[0][2:7] == ("W11_2026-11-20-1", "2026.11.20-1", "W11", "d", "xs-west")
    assert in_pool(path, unit="elsewhere")["marked"] is True
    assert "bears no release" in in_pool(path, release="")["doubts"][0]


def test_another_image_of_a_pool_is_not_ours() -> None:
    told = in_pool("XDHyp:\\HostingUnits\\West\\Gold.vm\\before.snapshot")
    assert (told["release"], told["marked"], told["doubts"], told["clusters"]) == (None, False, [], [])
    assert in_pool("XDHyp:\\HostingUnits\\West\\Gold.vm\\before.snapshot", unit="xs-north")["release"] is None
