# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""xen_vm_wrapper_info tells which images are master images in a pool, and xen_vm_wrapper removes a VM that holds none
any more."""

from __future__ import annotations

from multiprocessing import get_context
from pathlib import Path
from typing import Any

from harness.pools import Pools, bring_image


def image(pools: Pools, directory: Path, release: str, wrapper: str) -> dict[str, Any]:
    """A release in the slave pool; it comes from another disk each time."""
    source = pools.change("master", "vdi", name=f"of {release}", sr="NFS", size_mib=8, data_mib=2)["uuid"]
    path = str(directory / f"{release}.vhd")
    pools.master("xen_vdi_transfer", state="exported", vdi_uuid=source, path=path)
    into = {"storage_repository": "NFS", "name": f"W11_{release}", "release": release}
    disk = pools.slave("xen_vdi_transfer", state="imported", path=path, **into)["vdi_uuid"]
    made = pools.slave("xen_vm_wrapper", name=wrapper, vdi_uuid=disk, snapshot=f"W11_{release}")
    return {**made, "disk": disk, "source": source}


def attachment(vm: str, disk: str) -> dict[str, Any]:
    texts = {"userdevice": "7", "mode": "RO", "type": "Disk", "qos_algorithm_type": ""}
    maps: dict[str, Any] = {"other_config": {}, "qos_algorithm_params": {}}
    return {"VM": vm, "VDI": disk, **texts, **maps, "bootable": False, "unpluggable": True, "empty": False}


def test_only_what_is_ours_is_told(pools: Pools, tmp_path: Path) -> None:
    assert pools.slave("xen_vm_wrapper_info")["wrappers"] == []
    made = image(pools, tmp_path, "1", "W11_1")
    state = pools.state("slave")
    marks = next(vm["other_config"] for vm in state["vms"] if vm["uuid"] == made["vm"]["uuid"])
    pools.change("slave", "vm", name="copy", other_config=marks, snapshots=["of somebody"])
    pools.lab.forget()
    (told,) = pools.slave("xen_vm_wrapper_info")["wrappers"]
    assert (told["name"], told["uuid"], told["disks"]) == ("W11_1", made["vm"]["uuid"], [made["disk"]])
    (snapshot,) = told["snapshots"]
    assert snapshot.pop("taken").startswith("20")
    assert len(snapshot.pop("sha256")) == 64
    assert snapshot == {
        **made["snapshot"],
        "vdi_uuid": made["disk"],
        "release": "1",
        "source_vdi_uuid": made["source"],
    }
    assert pools.writes() == []


def test_what_somebody_else_does_with_an_image_is_told(pools: Pools, tmp_path: Path) -> None:
    made = image(pools, tmp_path, "1", "W11_1_NFS")
    assert [one["users"] for one in pools.slave("xen_vm_wrapper_info")["wrappers"]] == [[]]
    with pools.session("slave") as xapi:
        disk, vm = xapi.VDI.get_by_uuid(made["disk"]), xapi.VM.get_by_uuid(made["vm"]["uuid"])
        other = pools.change("slave", "vm", name="of somebody")["uuid"]
        xapi.VBD.create(attachment(xapi.VM.get_by_uuid(other), disk))
        xapi.VM.snapshot(vm, "before my test")
    (told,) = pools.slave("xen_vm_wrapper_info")["wrappers"]
    assert told["users"] == ["'of somebody' holds its disk", "somebody took the snapshot 'before my test' of it"]
    pools.change("slave", "vm_power", name="W11_1_NFS", state="Running")
    (told,) = pools.slave("xen_vm_wrapper_info")["wrappers"]
    assert "'W11_1_NFS' is Running" in told["users"]


def test_two_images_of_one_disk_are_no_users_of_each_other(pools: Pools, tmp_path: Path) -> None:
    made = image(pools, tmp_path, "1", "W11_1_NFS")
    pools.slave("xen_vm_wrapper", name="W11_2_NFS", vdi_uuid=made["disk"], snapshot="W11_2")
    told = pools.slave("xen_vm_wrapper_info")["wrappers"]
    assert [(one["name"], one["disks"], one["users"]) for one in told] == [
        ("W11_1_NFS", [made["disk"]], []),
        ("W11_2_NFS", [made["disk"]], []),
    ]


def test_a_name_that_somebody_else_has_is_told(pools: Pools, tmp_path: Path) -> None:
    image(pools, tmp_path, "1", "W11_1")
    uuid = pools.change("slave", "vm", name="W11_2")["uuid"]
    told = pools.slave("xen_vm_wrapper_info", names=["W11_1", "W11_2", "W11_3"])["namesakes"]
    assert told == [{"name": "W11_2", "uuid": uuid}]
    assert pools.slave("xen_vm_wrapper_info")["namesakes"] == []


def test_two_runs_at_once_make_one_disk_and_one_vm(pools: Pools, tmp_path: Path) -> None:
    source = pools.change("master", "vdi", name="image", sr="NFS", size_mib=8, data_mib=2)["uuid"]
    path = str(tmp_path / "1.vhd")
    pools.master("xen_vdi_transfer", state="exported", vdi_uuid=source, path=path)

    runs = [get_context("spawn").Process(target=bring_image, args=(pools.slave, path)) for _run in range(2)]
    for run in runs:
        run.start()
    for run in runs:
        run.join()
    assert [run.exitcode for run in runs] == [0, 0]
    assert len(pools.vdis("slave", name_label="W11_1", is_a_snapshot=False)) == 1
    assert [vm["name"] for vm in pools.slave("xen_vm_wrapper_info")["wrappers"]] == ["W11_1_NFS"]


def test_in_one_vm_each_image_is_below_the_one_before(pools: Pools, tmp_path: Path) -> None:
    first, second = (image(pools, tmp_path, release, "W11-image") for release in ("1", "2"))
    assert second["snapshot"]["path"] == "W11-image.vm\\W11_1.snapshot\\W11_2.snapshot"
    pools.slave("xen_vm_snapshot", uuid=first["snapshot"]["uuid"])
    (told,) = pools.slave("xen_vm_wrapper_info")["wrappers"]
    assert [one["path"] for one in told["snapshots"]] == ["W11-image.vm\\W11_2.snapshot"]


def test_the_vm_goes_after_its_snapshot_and_before_its_disk(pools: Pools, tmp_path: Path) -> None:
    made = image(pools, tmp_path, "1", "W11_1")
    assert "has snapshots" in pools.slave.fails("xen_vm_wrapper", name="W11_1", state="absent")
    pools.slave("xen_vm_snapshot", uuid=made["snapshot"]["uuid"])
    pools.lab.forget()
    assert pools.slave("xen_vm_wrapper", name="W11_1", state="absent", check=True)["changed"] is True
    assert pools.writes() == []
    assert pools.slave("xen_vm_wrapper", name="W11_1", state="absent")["changed"] is True
    assert pools.slave("xen_vm_wrapper", name="W11_1", state="absent")["changed"] is False
    assert pools.slave("xen_vdi", uuid=made["disk"])["changed"] is True
    pools.change("slave", "vm", name="W11_1")
    assert "has another VM called" in pools.slave.fails("xen_vm_wrapper", name="W11_1", state="absent")
