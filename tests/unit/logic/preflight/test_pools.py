# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.pools.targets import targets
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.preflight import catalogs, pool_catalogs
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.preflight.estate import Estate, ReleaseRequest
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.preflight.judging import judge
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.preflight.rows import Rows

NOTHING = ReleaseRequest(base_vm="", protection_domain="", source="", prefix="ctx_", space_factor=1.0)
GIB = 1024**3
DISK = {
    "uuid": "d",
    "chosen": True,
    "encrypted": False,
    "virtual_size_bytes": 40 * GIB,
    "storage_repository_type": "nfs",
}
EAST = {"message": "", "is_source": True, "disks": [DISK], "doubts": [], "vdi": "", "dom0": ""}
NFS = {
    "uuid": "u",
    "name": "NFS",
    "type": "nfs",
    "has_files": True,
    "free_bytes": 50 * GIB,
    "attached_hosts": ["w1", "w2"],
    "unattached_hosts": [],
}


def rows(
    source: dict[str, Any] | None = None, *, sr: dict[str, Any] | None = None, **west: Any
) -> list[tuple[str, str]]:
    facts = {
        "message": "",
        "is_source": False,
        "storage": ["NFS"],
        "hosts": [],
        "storage_repositories": [{**NFS, **(sr or {})}],
        **west,
    }
    now = datetime(2026, 11, 28, tzinfo=timezone.utc)
    pools = {"east": {**EAST, **(source or {})}, "west": facts}
    judged = judge(NOTHING, {}, {}, now, {}, {}, pools)
    return [(f"{row.where} {row.what}", row.result) for row in judged if row.where != "inventory"]


def test_all_is_well() -> None:
    assert rows() == [("east disk of the image", "ok"), ("west SR NFS", "ok")]
    assert rows(storage=["u"]) == [("east disk of the image", "ok"), ("west SR u", "ok")]


def test_the_disk_of_the_source() -> None:
    unknown = {"disks": [{**DISK, "chosen": False}], "doubts": ["two disks"]}
    assert rows(unknown)[0] == ("east disk of the image", "stop")
    assert rows({**unknown, "dom0": "east-1"})[0] == ("east disk of the image", "warning")
    assert rows({**unknown, "vdi": "d"})[0] == ("east disk of the image", "ok")
    assert rows({"disks": [{**DISK, "encrypted": True}]})[0] == ("east disk of the image", "stop")
    on_lvm = {"disks": [{**DISK, "storage_repository_type": "lvm"}]}
    assert [rows(on_lvm)[0], rows(on_lvm, method="rsync")[0]] == [
        ("east disk of the image", "ok"),
        ("east disk of the image", "stop"),
    ]
    assert rows({"message": "no route"})[0] == ("east log-in and reads", "stop")


def test_the_storage_of_the_others() -> None:
    assert rows(storage=["NSF"])[1] == ("west SR NSF", "stop")
    assert rows(sr={"attached_hosts": []})[1] == ("west SR NFS", "stop")
    assert rows(sr={"free_bytes": GIB})[1] == ("west SR NFS", "warning")
    assert rows(sr={"free_bytes": GIB, "has_files": False})[1] == ("west SR NFS", "stop")
    assert rows(sr={"has_files": False}, method="rsync")[1] == ("west SR NFS", "stop")
    assert rows(sr={"unattached_hosts": ["w3"]})[1:] == [("west SR NFS", "ok"), ("west SR NFS", "warning")]


def test_ssh_counts_where_it_is_wanted() -> None:
    hosts = [{"name": "w1", "ssh_enabled": False}, {"name": "w2", "ssh_enabled": None}]
    assert rows(hosts=hosts)[1:] == [("west SR NFS", "ok")]
    assert rows(hosts=hosts, method="rsync")[2] == ("west SSH", "warning")


def test_two_inventory_hosts_are_one_pool() -> None:
    assert ("west identity", "stop") in rows({"uuid": "p"}, uuid="p")
    assert rows({"uuid": "p"}, uuid="q") == [("east disk of the image", "ok"), ("west SR NFS", "ok")]


def test_what_a_pool_has_of_the_release() -> None:
    (target,) = targets(["NFS"], "W11", "1")
    image = {"name": "W11_1", "vdi_uuid": "v", "source_vdi_uuid": "d"}
    there = {"wrappers": [{"name": "W11_1_NFS", "snapshots": [image]}]}
    assert rows(image="W11_1", targets=[target], had=there)[1] == ("west image on NFS", "ok")
    another = {"wrappers": [{"name": "W11_1_NFS", "snapshots": [{**image, "source_vdi_uuid": "old"}]}]}
    assert rows(image="W11_1", targets=[target], had=another)[1] == ("east release", "stop")
    somebody = {"namesakes": [{"name": "W11_1_NFS", "uuid": "u"}]}
    assert rows(image="W11_1", targets=[target], had=somebody)[1] == ("west image on NFS", "stop")


CATALOG = {
    "id": "c",
    "name": "W11",
    "full_name": "W11",
    "folder": "",
    "provisioning_type": "MCS",
    "broken": False,
    "errors": [],
    "update_running": False,
    "image_update_status": None,
    "hosting_unit": "West",
}
CONNECTION = {
    "name": "xen",
    "plugin": "XenServerFactory",
    "in_maintenance_mode": False,
    "addresses": ["http://10.0.0.2"],
}


def of_site(named: list[dict[str, Any]], **more: Any) -> list[tuple[str, str, str]]:
    units = [{"name": "West", "connection": {**CONNECTION, **more.pop("connection", {})}}]
    site = {"message": "", "catalogs": [{**CATALOG, **more}], "hosting_units": units, "wanted": [], "of_pools": named}
    found = Rows("daas")
    pools = {"east": {"address": "10.0.0.1"}, "west": {"hosts": [{"address": "10.0.0.2"}]}}
    pool_catalogs.check(found, site, pools)
    catalogs.check(found, site, Estate(NOTHING, {}, {}, datetime(2026, 11, 28, tzinfo=timezone.utc), {}))
    return [(row.what, row.result, row.detail) for row in found.rows]


def test_the_catalogs_of_a_site_are_those_of_the_pools() -> None:
    ((what, result, detail),) = of_site([{"name": "W11", "pool": "west"}])
    assert (what, result) == ("catalog W11", "ok")
    assert "lives on west" in detail
    assert of_site([{"name": "W12", "pool": "west"}])[0][:2] == ("catalog W12", "stop")
    ((_what, result, detail),) = of_site([{"name": "W11", "pool": "east"}])
    assert result == "stop"
    assert "lives on west, not on east" in detail
    assert of_site([{"name": "W11", "pool": "west"}], provisioning_type="PVS")[0][1] == "stop"
    assert of_site([{"name": "W11", "pool": "west"}], connection={"in_maintenance_mode": True})[0][1] == "stop"
    assert of_site([{"name": "W11", "pool": "west"}], connection={"addresses": []})[0][1] == "ok"


def test_the_account_of_a_pool_that_gets_the_image() -> None:
    assert rows(lacking_rights=None)[-1] == ("west SR NFS", "ok")
    assert rows(lacking_rights=[])[-1] == ("west account", "ok")
    assert rows(lacking_rights=["VM.snapshot"])[-1] == ("west account", "stop")
