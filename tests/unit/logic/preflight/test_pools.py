# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.preflight.estate import ReleaseRequest
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.preflight.judging import judge

NOTHING = ReleaseRequest(base_vm="", protection_domain="", source="", prefix="ctx_", space_factor=1.0)
GIB = 1024**3
DISK = {"uuid": "d", "chosen": True, "virtual_size_bytes": 40 * GIB}
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
