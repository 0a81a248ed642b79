# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""ips_upload on Azure: an image becomes a managed disk, and nobody is left with access to it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.portability import SOURCES, Portability
from harness.uploads import MIB, Uploads, disk_image, killed, same_content
from lab.clouds.azure import GROUP, SECRET, AzureCloud, azure_cloud
from lab.image_portability.endpoint import PortabilityEndpoint
from lab.image_portability.stores import PREPARED_AT, PREPARED_LENGTH, prepared_for

pytestmark = pytest.mark.newest

NAME = "w11-2026-11-20-1"
PAGE = {"method": "PUT", "match": "comp=page"}


@pytest.fixture(scope="session")
def _azure(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AzureCloud]:
    with azure_cloud(tmp_path_factory.mktemp("azure")) as cloud:
        yield cloud


@pytest.fixture
def azure(_azure: AzureCloud) -> AzureCloud:
    _azure.reset()
    return _azure


@pytest.fixture(scope="session")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """With an odd size, and a piece of data in its last page."""
    path = tmp_path_factory.mktemp("image") / "w11.vhdx"
    disk_image(path, size=26 * MIB + 1024, data=((0, 3), (9, 4), (24, 2)))
    return path


@pytest.fixture
def uploads(azure: AzureCloud, image: Path) -> Uploads:
    return Uploads("azure", azure.options, image.parent, keep_work_files=True)


def access(azure: AzureCloud) -> list[str]:
    return [disk["access"] for disk in azure.disks.values() if disk["access"]]


def test_an_image_becomes_a_disk_and_the_second_run_does_nothing(
    azure: AzureCloud, uploads: Uploads, image: Path, tmp_path: Path
) -> None:
    raw = image.with_suffix(".content")
    assert uploads.upload(image, check=True)["changed"] is True
    assert azure.disks == {}
    first = uploads.upload(image, tags={"cost-centre": "4711"})
    assert same_content(raw, azure.read(NAME))
    assert azure.disks[NAME]["size"] == 27 * MIB
    content = raw.read_bytes()
    assert first["sha256"] == hashlib.sha256(content).hexdigest()
    assert first["md5"] == hashlib.md5(content.ljust(27 * MIB, b"\0"), usedforsecurity=False).hexdigest()
    # 4 of 7 pages, of which the last one is shorter, and the footer
    assert first["sent_bytes"] == 15 * MIB + 512
    assert azure.footer(NAME).startswith(b"conectix")
    assert (access(azure), azure.disks[NAME]["state"]) == ([], "Unattached")
    (disk,) = uploads.disks(name=NAME)
    assert disk == first["disk"] == uploads.disks(id=disk["id"])[0] == uploads.disks()[0]
    assert (disk["tags"]["content"], disk["tags"]["cost-centre"]) == ("complete", "4711")

    azure.gate.forget()
    again = uploads.upload(image)
    assert (again["changed"], again["md5"]) == (False, first["md5"])
    assert {entry[0] for entry in azure.gate.record if "/oauth2/" not in entry[1]} == {"GET"}

    assert uploads.upload(image, state="absent")["changed"] is True
    assert azure.disks == {}
    azure.write(NAME, raw, {"made_by": "euc.nutanix_citrix", "release": "2026.11.20-1"})
    assert "not made by an upload" in uploads.refused(image)
    assert uploads.upload(image, state="absent")["changed"] is False
    assert list(azure.disks) == [NAME]

    small = tmp_path / "small.raw"
    disk_image(small, size=12 * MIB)
    assert "Azure takes disks of 20 MiB" in uploads.refused(small, name="small")


@pytest.mark.parametrize("tells_pages", [True, False])
def test_an_upload_that_was_killed_goes_on(azure: AzureCloud, uploads: Uploads, image: Path, tells_pages: bool) -> None:
    azure.tells_pages = tells_pages
    killed(uploads.arguments(image, threads=1), azure.storage, {**PAGE, "nth": 4})
    assert (uploads.disks()[0]["state"], len(access(azure))) == ("unfinished", 1)
    rest = uploads.upload(image, threads=1)
    assert rest["resumed"] is True
    assert rest["sent_bytes"] <= 4 * MIB + 512
    assert same_content(image.with_suffix(".content"), azure.read(NAME))
    assert access(azure) == []


def test_a_disk_that_takes_no_more_is_begun_anew(azure: AzureCloud, uploads: Uploads, image: Path) -> None:
    azure.grants_again = False
    killed(uploads.arguments(image, threads=1), azure.storage, {**PAGE, "nth": 3})
    uploads.upload(image)
    assert same_content(image.with_suffix(".content"), azure.read(NAME))
    assert access(azure) == []


def test_throttling_costs_only_time_and_a_failure_leaves_no_access(
    azure: AzureCloud, uploads: Uploads, image: Path
) -> None:
    # As Azure says that it has too much to do, and the management that it was asked too often
    azure.storage.rules = [{**PAGE, "nth": 2, "status": 503}]
    azure.gate.rules = [{"method": "PUT", "status": 429, "headers": {"Retry-After": "0"}}]
    assert uploads.upload(image)["disk"]["state"] == "complete"
    assert same_content(image.with_suffix(".content"), azure.read(NAME))

    azure.reset()
    azure.storage.rules = [{**PAGE, "nth": 2, "times": 99, "status": 403}]
    assert "was refused with 403" in uploads.refused(image)
    assert (access(azure), uploads.disks()[0]["state"]) == ([], "unfinished")
    azure.storage.forget()
    uploads.upload(image)
    assert same_content(image.with_suffix(".content"), azure.read(NAME))


def test_a_wrong_secret_is_named_and_not_shown(azure: AzureCloud, image: Path, tmp_path: Path) -> None:
    wrong = Uploads("azure", {**azure.options, "client_secret": "not-the-secret"}, tmp_path)
    message = wrong.refused(image)
    assert "the log-in was refused" in message
    assert GROUP in message
    assert "not-the-secret" not in message
    assert SECRET not in message


def test_a_job_prepares_the_very_disk_that_was_uploaded(
    azure: AzureCloud, uploads: Uploads, image: Path, portability: Portability
) -> None:
    endpoint = portability.lab.estate.endpoint("ips")
    assert isinstance(endpoint, PortabilityEndpoint)
    endpoint.service.stores["azure"] = azure
    uploaded = uploads.upload(image)
    source = {**SOURCES["azure"], "disk": NAME}
    result = portability.prepare(platform="azure", azure=source, name="W11", md5_hash=uploaded["md5"])
    assert result["output"] == {"name": "w11-prepared", "kind": "disk"}
    before, after = (bytearray(azure.read(name).read_bytes()) for name in (NAME, "w11-prepared"))
    assert prepared_for(azure.read("w11-prepared")) == "azure Mcs"
    for content in (before, after):
        del content[PREPARED_AT : PREPARED_AT + PREPARED_LENGTH]
    assert before == after
    # A job made it, with the release on it, and no upload: it is seen and not removed
    (disk,) = uploads.disks(name="w11-prepared")
    assert (disk["ours"], disk["state"], disk["tags"]["job"]) == (False, "complete", "prepare")
    assert uploads.upload(image, name="w11-prepared", state="absent")["changed"] is False
