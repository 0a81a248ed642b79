# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""xen_vdi_transfer: an image leaves one pool and comes into another, whole or not at all."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from ansible.module_utils.common.arg_spec import ModuleArgumentSpecValidator

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import execute
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.reporter import Reporter
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.operations.xen_vdi_transfer import OPERATION
from harness.pools import Pools
from lab.xenserver.state import vhd

MIB = 1024 * 1024
SR_SIZE = 1024 * 1024 * MIB  # what the lab gives one by default


def current(pools: Pools) -> str:
    """The disk that MCS has published last."""
    uuid: str = pools.state("master")["schemes"]["W11"]["NFS"]
    return uuid


def content(pools: Pools, pool: str, sr: str, uuid: str) -> str:
    """The hash of what a VM would read from a disk, by the files of its chain."""
    path = Path(pools.state(pool)["srs"][sr]["directory"]) / f"{uuid}.vhd"
    return hashlib.sha256(vhd.payload(vhd.read(path).size, vhd.flattened(path))).hexdigest()


@pytest.fixture
def image(tmp_path: Path) -> Path:
    return tmp_path / "images" / "W11.vhd"


def exported(pools: Pools, image: Path, **more: Any) -> dict[str, Any]:
    options = {"state": "exported", "vdi_uuid": current(pools), "path": str(image), **more}
    return pools.master("xen_vdi_transfer", **options)


def arguments(image: Path, **more: Any) -> dict[str, Any]:
    return {
        "state": "imported",
        "path": str(image),
        "storage_repository": "NFS",
        "name": "W11-1",
        "release": "1",
        **more,
    }


def tasks(pools: Pools) -> list[Any]:
    return [*pools.state("master")["tasks"], *pools.state("slave")["tasks"]]


@pytest.mark.parametrize("storage", ["NFS", "LVM"])
def test_an_image_comes_to_another_pool_byte_for_byte(pools: Pools, image: Path, storage: str) -> None:
    before = pools.state("master")
    out = exported(pools, image)
    assert (out["changed"], out["size_bytes"], out["virtual_size_bytes"]) == (True, image.stat().st_size, 8 * MIB)
    assert vhd.problem_with(image) == ""
    assert pools.state("master")["vdis"] == before["vdis"]
    into = pools.slave("xen_vdi_transfer", **arguments(image, storage_repository=storage))
    assert (into["changed"], into["transferred_bytes"], into["sha256"]) == (True, out["size_bytes"], out["sha256"])
    assert content(pools, "slave", storage, into["vdi_uuid"]) == content(pools, "master", "NFS", current(pools))
    (disk,) = pools.vdis("slave", name_label="W11-1")
    assert (disk["managed"], disk["read_only"], disk["virtual_size"]) == (True, False, 8 * MIB)
    assert tasks(pools) == []

    pools.lab.forget()
    again = pools.slave("xen_vdi_transfer", **arguments(image, storage_repository=storage))
    assert (again["changed"], again["transferred_bytes"], again["vdi_uuid"]) == (False, 0, into["vdi_uuid"])
    assert exported(pools, image)["changed"] is False
    assert pools.writes() == []
    assert {path.name for path in image.parent.iterdir()} == {"W11.vhd", "W11.vhd.json"}


def test_check_mode_writes_nothing(pools: Pools, image: Path) -> None:
    options = {"state": "exported", "vdi_uuid": current(pools), "path": str(image)}
    assert pools.master("xen_vdi_transfer", check=True, **options)["changed"] is True
    assert not image.parent.exists()
    # The file is to come from the export that is only planned as well
    assert pools.slave("xen_vdi_transfer", check=True, **arguments(image))["changed"] is True
    exported(pools, image)
    pools.lab.forget()
    assert pools.slave("xen_vdi_transfer", check=True, **arguments(image))["changed"] is True
    assert pools.writes() == []


def test_a_file_that_another_run_is_writing_is_left_to_that(pools: Pools, image: Path) -> None:
    image.parent.mkdir(parents=True)
    part = image.with_name(f"{image.name}.part")
    options = {"state": "exported", "vdi_uuid": current(pools), "path": str(image)}
    with part.open("wb") as other:
        other.write(b"half")
        other.flush()
        fcntl.flock(other, fcntl.LOCK_EX)
        assert "another run is writing" in pools.master.fails("xen_vdi_transfer", **options)
        assert part.read_bytes() == b"half"
    # Left behind by a run that was killed
    assert exported(pools, image)["changed"] is True
    assert vhd.problem_with(image) == ""


def test_another_image_is_another_disk_and_the_old_one_stays(pools: Pools, image: Path) -> None:
    exported(pools, image)
    old = pools.slave("xen_vdi_transfer", **arguments(image))["vdi_uuid"]
    before = content(pools, "slave", "NFS", old)
    pools.change("master", "scheme", name="W11", srs=["NFS"], size_mib=8, data_mib=2)
    assert exported(pools, image)["changed"] is True
    new = pools.slave("xen_vdi_transfer", **arguments(image, name="W11-2"))["vdi_uuid"]
    assert new != old
    assert content(pools, "slave", "NFS", old) == before != content(pools, "slave", "NFS", new)


def test_a_copy_of_our_disk_is_not_ours(pools: Pools, image: Path) -> None:
    """XenServer copies the marks as well."""
    exported(pools, image)
    ours = pools.slave("xen_vdi_transfer", **arguments(image))["vdi_uuid"]
    (disk,) = pools.vdis("slave", uuid=ours)
    pools.change("slave", "vdi", name="copy", sr="NFS", size_mib=8, other_config=disk["other_config"])
    assert pools.slave("xen_vdi_transfer", **arguments(image))["vdi_uuid"] == ours


@pytest.mark.parametrize(
    "then",
    [{"fail_task": "no space"}, {"drop": "after"}, {"drop": "before"}, {"status": 500}],
    ids=["task", "lost", "cut", "error"],
)
def test_a_failed_import_leaves_no_disk(pools: Pools, image: Path, then: dict[str, Any]) -> None:
    exported(pools, image)
    before = len(pools.state("slave")["vdis"])
    pools.lab.faults([{"endpoint": "slave", "path": "import_raw_vdi", "times": 1, "then": then}])
    assert pools.slave.fails("xen_vdi_transfer", **arguments(image))
    assert len(pools.state("slave")["vdis"]) == before
    pools.slave("xen_vdi_transfer", **arguments(image))
    assert len(pools.state("slave")["vdis"]) == before + 1


def test_what_a_killed_import_left_is_removed(pools: Pools, image: Path) -> None:
    """Neither the transfer nor the removal came to their end, as after a kill."""
    exported(pools, image)
    before = len(pools.state("slave")["vdis"])
    pools.lab.faults(
        [{"endpoint": "slave", "path": path, "then": {"drop": "before"}} for path in ("import_raw", "VDI.destroy")]
    )
    pools.slave.fails("xen_vdi_transfer", **arguments(image))
    assert len(pools.state("slave")["vdis"]) == before + 1
    pools.lab.clear_faults()
    pools.slave("xen_vdi_transfer", **arguments(image))
    assert len(pools.state("slave")["vdis"]) == before + 1


def leave(pools: Pools, sr: str, size: int) -> Path:
    """Let others have taken all of an SR but so many bytes; returns what they have put there."""
    state = pools.state("slave")["srs"][sr]
    filler = Path(state["directory"]) / "others"
    filler.touch()
    filler_size = SR_SIZE - sum(path.stat().st_size for path in filler.parent.iterdir()) - size
    os.truncate(filler, filler_size)
    return filler


@dataclass(frozen=True)
class Meanwhile(Reporter):
    """Something happens when a phase begins."""

    happens: Callable[[], object] = lambda: None

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        self.happens()
        with super().phase(name):
            yield


@pytest.mark.parametrize("then", [{}, {"fail_task": 'Unix.Unix_error(Unix.ENOSPC, "write", "")'}], ids=["44", "unix"])
def test_an_sr_that_is_full_is_told_before_and_while_a_byte_travels(
    pools: Pools, image: Path, then: dict[str, Any]
) -> None:
    exported(pools, image)
    before = pools.state("slave")["vdis"]
    filler = leave(pools, "NFS", MIB)
    message = pools.slave.fails("xen_vdi_transfer", **arguments(image))
    assert "the SR 'NFS' has 1.0 MiB left, and the image takes" in message
    assert pools.state("slave")["vdis"] == before
    filler.unlink()
    if then:
        pools.lab.faults([{"endpoint": "slave", "path": "import_raw_vdi", "times": 1, "then": then}])
    options = {**pools.slave.options, **arguments(image)}
    validated = ModuleArgumentSpecValidator(dict(OPERATION.arguments), **OPERATION.rules()).validate(options)
    # The disk is made, and its data has not come yet
    filled = Meanwhile(happens=lambda: leave(pools, "NFS", MIB))
    result = execute(OPERATION, validated.validated_parameters, filled, show_diff=False)
    assert "Make room on this SR" in result["msg"]
    assert pools.state("slave")["vdis"] == before
    filler.unlink()
    assert pools.slave("xen_vdi_transfer", **arguments(image))["changed"] is True


@pytest.mark.parametrize(
    "then", [{"fail_task": "gone"}, {"drop": "after"}, {"garbage": "<html></html>"}], ids=["task", "lost", "page"]
)
def test_a_failed_export_leaves_no_file(pools: Pools, image: Path, then: dict[str, Any]) -> None:
    pools.lab.faults([{"endpoint": "master", "path": "export_raw_vdi", "then": then}])
    options = {"state": "exported", "vdi_uuid": current(pools), "path": str(image)}
    assert pools.master.fails("xen_vdi_transfer", **options)
    assert list(image.parent.iterdir()) == []
    pools.lab.clear_faults()
    assert exported(pools, image)["changed"] is True


@pytest.mark.parametrize("switch", [{"export_length": False}, {"redirect_transfers": True}, {"failed_import": "error"}])
def test_every_plausible_pool_is_understood(pools: Pools, image: Path, switch: dict[str, Any]) -> None:
    for pool in ("master", "slave"):
        pools.change(pool, "behaviour", **switch)
    exported(pools, image)
    into = pools.slave("xen_vdi_transfer", **arguments(image))
    assert content(pools, "slave", "NFS", into["vdi_uuid"]) == content(pools, "master", "NFS", current(pools))


def test_a_local_disk_comes_from_the_host_that_has_it(pools: Pools, image: Path) -> None:
    (local,) = pools.vdis("master", name_label="Gold 0")
    exported(pools, image, vdi_uuid=local["uuid"])
    asked = [entry["endpoint"] for entry in pools.lab.requests() if entry["path"] == "/export_raw_vdi"]
    assert asked == ["master", "master-2"]


def test_a_session_goes_to_hosts_of_the_pool_only(pools: Pools, image: Path) -> None:
    elsewhere = {"status": 302, "headers": {"Location": "https://127.0.0.1:1/export_raw_vdi"}, "body": ""}
    pools.lab.faults([{"endpoint": "master", "path": "export_raw_vdi", "then": elsewhere}])
    options = {"state": "exported", "vdi_uuid": current(pools), "path": str(image)}
    assert "which is no host of the pool" in pools.master.fails("xen_vdi_transfer", **options)


def test_a_file_that_was_changed_is_not_imported(pools: Pools, image: Path) -> None:
    assert "no whole image with a record" in pools.slave.fails("xen_vdi_transfer", **arguments(image))
    exported(pools, image)
    with image.open("r+b") as file:
        file.seek(4 * MIB)
        file.write(b"changed")
    assert "another hash" in pools.slave.fails("xen_vdi_transfer", **arguments(image))
    with image.open("r+b") as file:
        file.truncate(image.stat().st_size - 512)
    assert "no whole image" in pools.slave.fails("xen_vdi_transfer", **arguments(image))
    assert pools.vdis("slave", name_label="W11-1") == []


def test_what_cannot_be_transferred_is_refused_before(pools: Pools, image: Path) -> None:
    (busy,) = pools.vdis("slave", name_label="busy 0")
    options = {"state": "exported", "path": str(image)}
    message = pools.slave.fails("xen_vdi_transfer", vdi_uuid=busy["uuid"], **options)
    assert "is being written by the running VM 'busy'" in message
    base = next(vdi for vdi in pools.state("master")["vdis"] if vdi["name_label"] == "base copy")
    assert "it is a base copy" in pools.master.fails("xen_vdi_transfer", vdi_uuid=base["uuid"], **options)
    assert "has no disk nobody" in pools.master.fails("xen_vdi_transfer", vdi_uuid="nobody", **options)
    locked = pools.change("master", "vdi", name="locked", sr="NFS", size_mib=8, encrypted=True)["uuid"]
    assert "is encrypted" in pools.master.fails("xen_vdi_transfer", vdi_uuid=locked, **options)
    exported(pools, image)
    pools.change("slave", "pbd", sr="NFS", host="slave-1", attached=False)
    assert "no host sees the SR 'NFS'" in pools.slave.fails("xen_vdi_transfer", **arguments(image))


def test_neither_session_nor_password_is_written_down(pools: Pools, image: Path) -> None:
    result = exported(pools, image)
    written = json.dumps(result) + image.with_name("W11.vhd.json").read_text(encoding="utf-8")
    assert "OpaqueRef" not in written
    assert str(pools.master.options["xenserver_password"]) not in written


def test_memory_does_not_grow_with_the_disk() -> None:
    """What goes through the meter is read piece by piece; the lab, which shares this process, holds whole disks."""
    from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.sent_file import Meter

    meter = Meter("all", lambda line: None)
    tracemalloc.start()
    for _number in range(256):
        meter.note(bytes(MIB))
    _size, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert meter.count == 256 * MIB
    assert peak < 4 * MIB
