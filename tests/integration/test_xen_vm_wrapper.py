# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""xen_vm_wrapper makes an image a master image; xen_vm_snapshot and xen_vdi take both away again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from harness.pools import Pools

NAME = "W11-image"


@pytest.fixture
def disk(pools: Pools, tmp_path: Path) -> str:
    """An image that was brought to the slave pool."""
    return brought(pools, tmp_path / "1.vhd", pools.vdis("master", name_label="Gold 0")[0]["uuid"])


def brought(pools: Pools, path: Path, source: str) -> str:
    pools.master("xen_vdi_transfer", state="exported", vdi_uuid=source, path=str(path))
    into = {"storage_repository": "NFS", "name": path.stem}
    uuid: str = pools.slave("xen_vdi_transfer", state="imported", path=str(path), **into)["vdi_uuid"]
    pools.lab.forget()
    return uuid


def wrapped(pools: Pools, disk: str, snapshot: str = "v1", **more: Any) -> dict[str, Any]:
    return pools.slave("xen_vm_wrapper", name=NAME, vdi_uuid=disk, snapshot=snapshot, **more)


def wrappers(pools: Pools) -> list[dict[str, Any]]:
    return [vm for vm in pools.state("slave")["vms"] if vm["name_label"] == NAME]


def disks_of(pools: Pools, vm: str) -> list[str]:
    state = pools.state("slave")
    uuids = {vdi["ref"]: vdi["uuid"] for vdi in state["vdis"]}
    ref = next(one["ref"] for one in state["vms"] if one["uuid"] == vm)
    return [uuids[vbd["VDI"]] for vbd in state["vbds"] if vbd["VM"] == ref]


def test_an_image_becomes_a_master_image(pools: Pools, disk: str) -> None:
    made = wrapped(pools, disk, memory_mib=2048, firmware="bios")
    assert (made["changed"], made["snapshot"]["path"]) == (True, "W11-image.vm\\v1.snapshot")
    (vm,) = wrappers(pools)
    assert (vm["uuid"], vm["power_state"], vm["is_a_template"]) == (made["vm"]["uuid"], "Halted", False)
    assert (vm["memory_static_max"], vm["HVM_boot_params"]["firmware"]) == (2048 * 1024 * 1024, "bios")
    assert disks_of(pools, vm["uuid"]) == [disk]
    (frozen,) = disks_of(pools, made["snapshot"]["uuid"])
    assert frozen != disk

    pools.lab.forget()
    again = wrapped(pools, disk)
    assert (again["changed"], again["vm"], again["snapshot"]) == (False, made["vm"], made["snapshot"])
    assert pools.writes() == []


def test_the_next_image_takes_the_place_of_the_last(pools: Pools, disk: str, tmp_path: Path) -> None:
    first = wrapped(pools, disk)
    scheme = pools.state("master")["schemes"]["W11"]["NFS"]
    other = brought(pools, tmp_path / "2.vhd", scheme)
    second = wrapped(pools, other, "v2")
    assert second["vm"] == first["vm"]
    assert disks_of(pools, second["vm"]["uuid"]) == [other]
    assert len(pools.vdis("slave", uuid=disk)) == 1
    pools.lab.forget()
    # The image before is as it should be, though the VM holds another one by now.
    assert wrapped(pools, disk)["changed"] is False
    assert pools.writes() == []


def test_check_mode_writes_nothing(pools: Pools, disk: str) -> None:
    planned = wrapped(pools, disk, check=True)
    assert (planned["changed"], planned["vm"]["uuid"]) == (True, "")
    assert pools.writes() == []


@pytest.mark.parametrize("order", ["VM.create", "VM.add_to_other_config", "VBD.create", "Async.VM.snapshot"])
@pytest.mark.parametrize("drop", ["before", "after"])
def test_whatever_answer_is_lost_the_next_run_makes_it_whole(pools: Pools, disk: str, order: str, drop: str) -> None:
    pools.lab.faults([{"endpoint": "slave", "path": f"/{order}", "nth": 1, "then": {"drop": drop}}])
    pools.slave.fails("xen_vm_wrapper", name=NAME, vdi_uuid=disk, snapshot="v1")
    pools.lab.skip(10)
    made = wrapped(pools, disk)
    assert [vm["uuid"] for vm in wrappers(pools)] == [made["vm"]["uuid"]]
    snapshots = [vm for vm in pools.state("slave")["vms"] if vm["name_label"] == "v1"]
    assert [vm["uuid"] for vm in snapshots] == [made["snapshot"]["uuid"]]
    assert wrapped(pools, disk)["changed"] is False


def test_names_that_citrix_cannot_find_are_refused(pools: Pools, disk: str) -> None:
    for name, snapshot in (("W11.image", "v1"), (NAME, "v 1"), (NAME, "v\\1"), ("", "v1")):
        options = {"name": name, "snapshot": snapshot, "vdi_uuid": disk}
        assert "cannot find by its path" in pools.slave.fails("xen_vm_wrapper", **options)
    pools.change("slave", "vm", name=NAME)
    assert "has another VM called" in pools.slave.fails("xen_vm_wrapper", name=NAME, vdi_uuid=disk, snapshot="v1")
    assert pools.writes() == []


def test_a_wrapper_that_was_started_is_no_true_copy(pools: Pools, disk: str) -> None:
    wrapped(pools, disk)
    pools.change("slave", "vm_power", name=NAME, state="Running")
    message = pools.slave.fails("xen_vm_wrapper", name=NAME, vdi_uuid=disk, snapshot="v2")
    assert "is Running, so that its disk is no true copy" in message


def test_a_snapshot_name_stands_for_one_image(pools: Pools, disk: str) -> None:
    wrapped(pools, disk)
    (foreign,) = pools.vdis("slave", name_label="foreign")
    message = pools.slave.fails("xen_vm_wrapper", name=NAME, vdi_uuid=foreign["uuid"], snapshot="v1")
    assert "is of another disk" in message


def test_both_go_again_in_their_order(pools: Pools, disk: str, tmp_path: Path) -> None:
    made = wrapped(pools, disk)
    other = brought(pools, tmp_path / "2.vhd", pools.state("master")["schemes"]["W11"]["NFS"])
    assert "is used by 'W11-image'" in pools.slave.fails("xen_vdi", uuid=disk)
    wrapped(pools, other, "v2")
    assert "snapshots of '1'" in pools.slave.fails("xen_vdi", uuid=disk)
    (frozen,) = disks_of(pools, made["snapshot"]["uuid"])
    pools.lab.forget()
    planned = pools.slave("xen_vm_snapshot", check=True, uuid=made["snapshot"]["uuid"])
    assert (planned["changed"], planned["snapshot"]["disks"]) == (True, [frozen])
    assert pools.writes() == []
    assert pools.slave("xen_vm_snapshot", uuid=made["snapshot"]["uuid"])["changed"] is True
    assert pools.vdis("slave", uuid=frozen) == []
    gone = pools.slave("xen_vdi", uuid=disk)
    assert (gone["changed"], gone["vdi"]["uuid"]) == (True, disk)
    assert pools.slave("xen_vdi", uuid=disk) == {
        "changed": False,
        "vdi": None,
        "diff": {"before": {"vdi": None}, "after": {"vdi": None}},
    }
    assert pools.slave("xen_vm_snapshot", uuid=made["snapshot"]["uuid"])["changed"] is False


def test_what_somebody_else_made_is_never_removed(pools: Pools, disk: str) -> None:
    made = wrapped(pools, disk)
    (foreign,) = pools.vdis("slave", name_label="foreign")
    assert "bears no mark" in pools.slave.fails("xen_vdi", uuid=foreign["uuid"])
    (ours,) = pools.vdis("slave", uuid=disk)
    copy = pools.change("slave", "vdi", name="copy", sr="NFS", size_mib=8, other_config=ours["other_config"])["uuid"]
    assert "bears no mark" in pools.slave.fails("xen_vdi", uuid=copy)
    (frozen,) = disks_of(pools, made["snapshot"]["uuid"])
    assert pools.slave.fails("xen_vdi", uuid=frozen)
    assert "is no snapshot" in pools.slave.fails("xen_vm_snapshot", uuid=made["vm"]["uuid"])
