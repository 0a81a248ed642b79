# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ips_upload on AHV: an image becomes an image of a cluster's image service."""

from __future__ import annotations

import hashlib
import resource
from pathlib import Path
from typing import Any

import pytest

from harness.modules import Site, hosts_of, writes
from harness.uploads import MIB, Uploads, disk_image, killed_by_lab, same_content
from lab.prism_element.endpoint import ClusterEndpoint
from lab.running import RunningLab

pytestmark = pytest.mark.newest

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


@pytest.mark.parametrize("drop", ["before", "after"])
@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_an_upload_that_was_killed_leaves_one_image(lab: RunningLab, tmp_path: Path, method: str, drop: str) -> None:
    """Killed at the order of the image, and at that of its content."""
    image = tmp_path / "w11.vhdx"
    raw = disk_image(image, size=25 * MIB, data=((0, 3), (21, 4)))
    options = hosts_of(lab)["cluster-a"].options
    uploads = Uploads("ahv", {**options, "storage_container": "default-container"}, tmp_path)
    killed_by_lab(uploads.arguments(image), lab, {"method": method, "path": "/images"}, drop)
    assert uploads.upload(image)["disk"]["state"] == "complete"
    (there,) = images(lab)
    assert same_content(raw, Path(there.path))
    assert uploads.upload(image)["changed"] is False


def test_a_storage_container_that_is_full_is_told_and_the_next_run_begins_anew(lab: RunningLab, tmp_path: Path) -> None:
    image = tmp_path / "w11.vhdx"
    disk_image(image)
    options = hosts_of(lab)["cluster-a"].options
    uploads = Uploads("ahv", {**options, "storage_container": "default-container"}, tmp_path)
    full = "Storage container default-container has no space left"
    lab.faults([{"method": "PUT", "path": "/upload", "nth": 1, "then": {"fail_task": full}}])
    assert full in uploads.refused(image)
    assert uploads.upload(image)["disk"]["state"] == "complete"
    assert len(images(lab)) == 1


def test_a_work_directory_that_fills_up_is_told_and_leaves_nothing_half(lab: RunningLab, tmp_path: Path) -> None:
    """A limit on the size of files stands for the full disk: writing fails half-way as well."""
    image = tmp_path / "w11.vhdx"
    disk_image(image)
    options = hosts_of(lab)["cluster-a"].options
    uploads = Uploads("ahv", {**options, "storage_container": "default-container"}, tmp_path)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (8 * MIB, limits[1]))
    try:
        told = uploads.refused(image)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert "qemu-img" in told
    assert (images(lab), [path.suffix for path in uploads.work.iterdir()]) == ([], [".lock"])
    assert uploads.upload(image)["disk"]["state"] == "complete"
