# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""ips_upload on XenServer: an image becomes a VDI by XAPI's own import."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from harness.pools import Pools
from harness.uploads import MIB, Uploads, disk_image, killed_by_lab
from lab.xenserver.state import vhd

pytestmark = pytest.mark.newest

NAME = "w11-2026-11-20-1"


def test_an_image_becomes_a_disk_and_the_second_run_does_nothing(pools: Pools, tmp_path: Path) -> None:
    image = tmp_path / "w11.vhdx"
    raw = disk_image(image, size=25 * MIB, data=((0, 3), (21, 4)))
    uploads = Uploads("xenserver", {**pools.slave.options, "storage_repository": "NFS"}, tmp_path)
    assert uploads.upload(image, check=True)["changed"] is True
    assert pools.writes() == []

    # The first one breaks off, and leaves what the next one removes
    pools.lab.faults([{"method": "PUT", "nth": 1, "then": {"drop": "before"}}])
    assert "import" in uploads.refused(image)
    assert uploads.disks(name=NAME)[0]["state"] == "unfinished"
    first = uploads.upload(image)
    (disk,) = uploads.disks(name=NAME)
    assert disk == first["disk"] == uploads.disks()[0]
    assert (disk["state"], disk["ours"], disk["size_bytes"]) == ("complete", True, 26 * MIB)
    assert first["sent_bytes"] < 11 * MIB
    path = Path(pools.state("slave")["srs"]["NFS"]["directory"]) / f"{disk['id']}.vhd"
    content = raw.read_bytes()
    payload = vhd.payload(vhd.read(path).size, vhd.flattened(path))
    assert hashlib.sha256(payload).hexdigest() in {
        hashlib.sha256(content.ljust(size * MIB, b"\0")).hexdigest() for size in (25, 26)
    }
    assert first["md5"] == hashlib.md5(content.ljust(26 * MIB, b"\0"), usedforsecurity=False).hexdigest()

    pools.lab.forget()
    assert uploads.upload(image)["changed"] is False
    assert pools.writes() == []
    # A copy that somebody made of it bears the marks, and is not ours
    (vdi,) = pools.vdis("slave", uuid=disk["id"])
    pools.change("slave", "vdi", name=NAME, sr="NFS", size_mib=8, other_config=vdi["other_config"])
    assert "not made by an upload" in uploads.refused(image)
    assert uploads.upload(image, state="absent")["changed"] is True
    assert [(entry["id"] != disk["id"], entry["ours"]) for entry in uploads.disks(name=NAME)] == [(True, False)]


@pytest.mark.parametrize("drop", ["before", "after"])
@pytest.mark.parametrize("path", ["/Async.VDI.create|/VDI.create", "/import_raw_vdi"])
def test_an_upload_that_was_killed_leaves_one_disk(pools: Pools, tmp_path: Path, path: str, drop: str) -> None:
    """Killed at the order of the disk, and at that of its content."""
    image = tmp_path / "w11.vhdx"
    disk_image(image, size=26 * MIB, data=((0, 3), (21, 4)))
    uploads = Uploads("xenserver", {**pools.slave.options, "storage_repository": "NFS"}, tmp_path)
    killed_by_lab(uploads.arguments(image), pools.lab, {"path": path}, drop)
    assert uploads.upload(image)["disk"]["state"] == "complete"
    assert len(uploads.disks(name=NAME)) == 1
    assert uploads.upload(image)["changed"] is False
