# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""ips_upload on Google Cloud: an image becomes an image of Compute Engine, and nothing stays in the bucket."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.uploads import MIB, Uploads, disk_image, killed, same_content
from lab.clouds.google import GIB, GoogleCloud, google_cloud

pytestmark = pytest.mark.newest

NAME = "w11-2026-11-20-1"
# Each part is begun with one, and goes on with others
PART = {"method": "POST", "match": "/upload/"}


@pytest.fixture(scope="session")
def _google(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GoogleCloud]:
    with google_cloud(tmp_path_factory.mktemp("google")) as cloud:
        yield cloud


@pytest.fixture
def google(_google: GoogleCloud) -> GoogleCloud:
    _google.reset()
    return _google


@pytest.fixture(scope="session")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """With data for three parts."""
    path = tmp_path_factory.mktemp("image") / "w11.vhdx"
    disk_image(path, size=40 * MIB, data=((0, 3), (9, 14), (36, 4)))
    return path


@pytest.fixture
def uploads(google: GoogleCloud, image: Path) -> Uploads:
    return Uploads("gcp", google.options, image.parent, keep_work_files=True)


def test_an_image_becomes_an_image_and_the_second_run_does_nothing(
    google: GoogleCloud, uploads: Uploads, image: Path
) -> None:
    raw = image.with_suffix(".content")
    assert uploads.upload(image, check=True)["changed"] is True
    assert (google.images, google.objects()) == ({}, [])
    first = uploads.upload(image, tags={"Cost-Centre": "A 4711"})
    assert same_content(raw, google.read(NAME))
    assert google.read(NAME).stat().st_size == GIB
    assert google.objects() == []
    assert first["sha256"] == hashlib.sha256(raw.read_bytes()).hexdigest()
    # Random bytes do not shrink, holes take no place
    assert 20 * MIB < first["sent_bytes"] < 22 * MIB
    (disk,) = uploads.disks(name=NAME)
    assert disk == first["disk"] == uploads.disks(id=disk["id"])[0] == uploads.disks()[0]
    # Labels know fewer signs; the description has all of them
    assert google.images[NAME]["labels"]["cost-centre"] == "a-4711"
    assert (disk["tags"]["release"], disk["tags"]["Cost-Centre"]) == ("2026.11.20-1", "A 4711")

    google.gate.forget()
    assert uploads.upload(image)["changed"] is False
    assert {entry[0] for entry in google.gate.record if entry[1] != "/token"} == {"GET"}

    assert "is no name of an image" in uploads.refused(image, name="W11")
    assert uploads.upload(image, state="absent")["changed"] is True
    assert google.images == {}
    google.write(NAME, raw, {"made_by": "euc.nutanix_citrix", "release": "2026.11.20-1"})
    assert "not made by an upload" in uploads.refused(image)
    assert uploads.upload(image, state="absent")["changed"] is False


@pytest.mark.bad_day
def test_an_upload_that_was_killed_goes_on_or_is_removed(google: GoogleCloud, uploads: Uploads, image: Path) -> None:
    killed(uploads.arguments(image, threads=1), google.gate, {**PART, "nth": 2})
    assert len(google.objects()) == 1
    assert uploads.disks(name=NAME)[0]["state"] == "unfinished"
    rest = uploads.upload(image, threads=1)
    assert (rest["resumed"], rest["sent_bytes"] < 13 * MIB) == (True, True)
    assert same_content(image.with_suffix(".content"), google.read(NAME))
    assert google.objects() == []

    # After the image was asked for, before anybody heard of it
    google.reset()
    killed(uploads.arguments(image), google.gate, {"method": "POST", "match": "/global/images"})
    assert uploads.upload(image)["disk"]["state"] == "complete"
    assert len(google.images) == 1

    google.reset()
    killed(uploads.arguments(image, threads=1), google.gate, {**PART, "nth": 3})
    assert uploads.upload(image, state="absent")["changed"] is True
    assert google.objects() == []


def test_throttling_costs_only_time_and_a_refusal_is_said(google: GoogleCloud, uploads: Uploads, image: Path) -> None:
    google.gate.rules = [
        {**PART, "nth": 2, "status": 429},
        {"method": "PUT", "match": "/upload/", "nth": 2, "status": 503},
    ]
    assert uploads.upload(image)["disk"]["state"] == "complete"
    assert same_content(image.with_suffix(".content"), google.read(NAME))
    google.reset()
    google.gate.rules = [
        {"method": "POST", "match": "/global/images", "status": 403, "body": '{"error": {"code": 403}}'}
    ]
    assert "was refused with 403" in uploads.refused(image)
    assert "is no key of a service account" in Uploads(
        "gcp", {**google.options, "service_account_key": "{}"}, image.parent
    ).refused(image)
