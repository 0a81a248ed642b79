# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ips_upload on AHV: an image becomes an image of a cluster's image service."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from harness.modules import Site, hosts_of, writes
from harness.uploads import MIB, Uploads, disk_image, same_content
from lab.prism_element.endpoint import ClusterEndpoint
from lab.running import RunningLab

NAME = "w11-2026-11-20-1"


def images(lab: RunningLab) -> list[Any]:
    endpoint = lab.estate.endpoint("cluster-a")
    assert isinstance(endpoint, ClusterEndpoint)
    return list(endpoint.cluster.image_service)


def test_an_image_becomes_an_image_and_the_second_run_does_nothing(lab: RunningLab, tmp_path: Path) -> None:
    image = tmp_path / "w11.vhdx"
    raw = disk_image(image, size=25 * MIB + 512, data=((0, 3), (21, 4)))
    site: Site = hosts_of(lab)["cluster-a"]
    wrong = Uploads("ahv", {**site.options, "storage_container": "nowhere"}, tmp_path)
    assert "no storage container 'nowhere'" in wrong.refused(image)
    uploads = Uploads("ahv", {**site.options, "storage_container": "default-container"}, tmp_path)
    assert uploads.upload(image, check=True)["changed"] is True
    assert writes(lab) == []

    # The first one breaks off, and leaves what the next one removes
    lab.faults([{"method": "PUT", "path": "/upload", "nth": 1, "then": {"drop": "before"}}])
    uploads.refused(image)
    assert [disk["state"] for disk in uploads.disks(name=NAME)] == ["unfinished"]
    first = uploads.upload(image)
    (disk,) = uploads.disks(name=NAME)
    assert disk == first["disk"] == uploads.disks(id=disk["id"])[0] == uploads.disks()[0]
    assert (disk["kind"], disk["size_bytes"], disk["tags"]["release"]) == ("image", 25 * MIB + 512, "2026.11.20-1")
    # What is sent leaves out holes
    assert first["sent_bytes"] < 9 * MIB
    (there,) = images(lab)
    assert same_content(raw, Path(there.path))
    assert first["md5"] == hashlib.md5(raw.read_bytes(), usedforsecurity=False).hexdigest()

    lab.forget()
    assert uploads.upload(image)["changed"] is False
    assert writes(lab) == []
    assert "not made by an upload of release 2" in uploads.refused(image, release="2")
    assert uploads.upload(image, state="absent")["changed"] is True
    assert images(lab) == []
