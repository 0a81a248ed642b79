# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""ips_upload and ips_disk_info on AWS: an image becomes an EBS snapshot, whatever happens on the way."""

from __future__ import annotations

import fcntl
import hashlib
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from harness.uploads import MIB, Uploads, disk_image, killed, same_content, started
from lab.clouds.aws import AwsCloud, aws_cloud

pytestmark = pytest.mark.newest

BLOCK = "/snapshots/.*/blocks/"


@pytest.fixture(scope="session")
def _aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AwsCloud]:
    with aws_cloud(tmp_path_factory.mktemp("aws")) as cloud:
        yield cloud


@pytest.fixture
def aws(_aws: AwsCloud) -> AwsCloud:
    _aws.reset()
    return _aws


@pytest.fixture(scope="session")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One image for all that happens on the way, which is converted once."""
    path = tmp_path_factory.mktemp("image") / "w11.vhd"
    disk_image(path)
    return path


@pytest.fixture
def kept(aws: AwsCloud, image: Path) -> Uploads:
    return Uploads("aws", aws.options, image.parent, keep_work_files=True)


@pytest.fixture
def uploads(aws: AwsCloud, tmp_path: Path) -> Uploads:
    return Uploads("aws", aws.options, tmp_path)


def test_an_image_becomes_a_snapshot_and_the_second_run_does_nothing(
    aws: AwsCloud, uploads: Uploads, tmp_path: Path
) -> None:
    image = tmp_path / "w11.vhdx"
    raw = disk_image(image)
    assert uploads.upload(image, check=True)["changed"] is True
    assert (aws.snapshots(), uploads.work.exists()) == ([], False)

    # Without the extension, as the service names files
    first = uploads.upload(image.with_suffix(""), tags={"cost-centre": "4711"})
    assert first["changed"] is True
    assert first["sha256"] == hashlib.sha256(raw.read_bytes()).hexdigest()
    # AWS has whole GiB, and what it has is not hashed
    assert first["md5"] == ""
    assert (first["virtual_size_bytes"], first["resumed"]) == (24 * MIB, False)
    # 3 MiB and 4 MiB in blocks of 512 KiB
    assert first["sent_bytes"] == 7 * MIB
    assert "filled up" in first["warnings"][0]
    assert same_content(raw, aws.read(first["disk"]["id"]))
    assert list(uploads.work.iterdir()) == []

    (disk,) = uploads.disks(name="w11-2026-11-20-1")
    assert disk == first["disk"]
    assert (disk["kind"], disk["state"], disk["ours"]) == ("snapshot", "complete", True)
    assert disk["tags"]["cost-centre"] == "4711"
    assert uploads.disks(id="snap-00000000000000000") == []

    aws.gate.forget()
    image.unlink()
    again = uploads.upload(image, sha256=first["sha256"])
    assert (again["changed"], again["disk"], again["sent_bytes"]) == (False, disk, 0)
    assert again["md5"] == first["md5"]
    assert aws.gate.count("POST", "/snapshots") + aws.gate.count("PUT") == 0

    assert "holds another image" in uploads.refused(image, sha256="0" * 64)
    assert "not made by an upload of release 2" in uploads.refused(image, release="2")
    assert uploads.upload(image, state="absent", release="2")["changed"] is False
    assert uploads.upload(image, state="absent")["changed"] is True
    assert uploads.disks() == []
    assert uploads.upload(image, state="absent")["changed"] is False


@pytest.mark.bad_day
def test_an_upload_that_was_killed_goes_on(aws: AwsCloud, kept: Uploads, image: Path) -> None:
    killed(kept.arguments(image, threads=1), aws.gate, {"method": "PUT", "match": BLOCK, "nth": 13})
    (half,) = kept.disks()
    assert half["state"] == "unfinished"
    rest = kept.upload(image, threads=1)
    assert (rest["resumed"], rest["disk"]["id"]) == (True, half["id"])
    # 14 blocks, of which 12 or 13 had been noted
    assert rest["sent_bytes"] <= MIB
    assert same_content(image.with_suffix(".content"), aws.read(half["id"]))
    assert len(aws.snapshots()) == 1

    # Killed between the end of the snapshot and its last mark
    aws.reset()
    killed(kept.arguments(image), aws.gate, {"method": "POST", "match": "/snapshots/completion"})
    done = kept.upload(image)
    assert (done["resumed"], done["sent_bytes"], len(aws.snapshots())) == (True, 0, 1)
    assert done["disk"]["state"] == "complete"


@pytest.mark.bad_day
def test_a_snapshot_is_encrypted_where_that_is_asked_for(aws: AwsCloud, kept: Uploads, image: Path) -> None:
    kept.upload(image)
    own = {"encrypted": True}
    assert "is not encrypted" in kept.refused(image, aws={**aws.options, **own})
    assert kept.upload(image, state="absent", aws={**aws.options, **own})["changed"] is True
    key = {"kms_key_arn": "arn:aws:kms:eu-central-1:123456789012:key/1b3f"}
    for options in (own, key):
        told = kept.upload(image, aws={**aws.options, **options})
        assert [one["Encrypted"] for one in aws.snapshots()] == [True]
        assert kept.upload(image, aws={**aws.options, **options})["changed"] is False
        assert same_content(image.with_suffix(".content"), aws.read(told["disk"]["id"]))
        kept.upload(image, state="absent")


@pytest.mark.bad_day
def test_two_runs_at_once_upload_once(aws: AwsCloud, kept: Uploads, image: Path) -> None:
    kept.upload(image)
    (lock,) = kept.work.glob("*.upload")
    aws.reset()
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with started(kept.arguments(image)) as second:
            # It has seen that nothing is there
            while not aws.gate.count("POST") and second.poll() is None:
                time.sleep(0.05)
            marks = {"made_by": "euc.nutanix_citrix", "release": "2026.11.20-1", "content": "complete"}
            first = aws.write("w11-2026-11-20-1", image.with_suffix(".content"), marks)
            fcntl.flock(held, fcntl.LOCK_UN)
    assert (second.returncode, [snapshot["SnapshotId"] for snapshot in aws.snapshots()]) == (0, [first])
    assert aws.gate.count("PUT", BLOCK) == 0


def test_another_image_under_the_same_release_starts_over(aws: AwsCloud, kept: Uploads, image: Path) -> None:
    marks = {"made_by": "euc.nutanix_citrix", "release": "2026.11.20-1", "sha256": "0" * 64, "content": "unfinished"}
    old = aws.write("w11-2026-11-20-1", image, marks)
    result = kept.upload(image)
    assert result["resumed"] is False
    assert [snapshot["SnapshotId"] for snapshot in aws.snapshots()] == [result["disk"]["id"]] != [old]


def test_throttling_and_a_lost_answer_cost_only_time(aws: AwsCloud, kept: Uploads, image: Path) -> None:
    throttled = '{"__type": "RequestThrottledException", "Message": "slow down", "Reason": "ACCOUNT_THROTTLED"}'
    headers = {"x-amzn-ErrorType": "RequestThrottledException", "Content-Type": "application/json"}
    aws.gate.rules = [
        {"method": "PUT", "match": BLOCK, "nth": 3, "times": 2, "status": 400, "body": throttled, "headers": headers},
        {"method": "PUT", "match": BLOCK, "nth": 6, "drop": True},
    ]
    assert kept.upload(image)["disk"]["state"] == "complete"
    assert aws.gate.count("PUT", BLOCK) >= 16


def test_what_cannot_be_uploaded_is_said_before_anything_is_sent(
    aws: AwsCloud, uploads: Uploads, tmp_path: Path
) -> None:
    image = tmp_path / "w11.vhdx"
    disk_image(image)
    aws.write("w11-2026-11-20-1", image, {"made_by": "euc.nutanix_citrix", "release": "2026.11.20-1"})
    assert "not made by an upload" in uploads.refused(image)
    assert "There is no image" in uploads.refused(tmp_path / "missing", name="other")
    whole = image.read_bytes()
    image.write_bytes(whole[: len(whole) - MIB])
    assert "its end is missing" in uploads.refused(image, name="other")
    image.write_bytes(whole)
    assert "has the SHA-256" in uploads.refused(image, name="other", sha256="0" * 64)
    denied = "<Response><Errors><Error><Code>AuthFailure</Code><Message>no</Message></Error></Errors></Response>"
    aws.gate.rules = [{"method": "POST", "status": 401, "body": denied}]
    assert "refused with AuthFailure" in uploads.refused(image, name="other")
    assert len(aws.snapshots()) == 1


BUCKET = "lab-images"


@pytest.fixture
def by_bucket(aws: AwsCloud, image: Path) -> Uploads:
    location = {"LocationConstraint": aws.options["region"]}
    aws.client("s3").create_bucket(Bucket=BUCKET, CreateBucketConfiguration=location)
    return Uploads("aws", {**aws.options, "s3_bucket": BUCKET}, image.parent, keep_work_files=True)


def in_bucket(aws: AwsCloud) -> list[str]:
    """Objects, and what was begun of them."""
    s3 = aws.client("s3")
    whole = s3.list_objects_v2(Bucket=BUCKET).get("Contents", [])
    return [each["Key"] for each in (*whole, *s3.list_multipart_uploads(Bucket=BUCKET).get("Uploads", []))]


def test_an_image_is_imported_by_way_of_a_bucket_where_nothing_stays(
    aws: AwsCloud, by_bucket: Uploads, image: Path
) -> None:
    raw = image.with_suffix(".content")
    assert by_bucket.upload(image, check=True)["changed"] is True
    assert (aws.snapshots(), in_bucket(aws)) == ([], [])
    first = by_bucket.upload(image, tags={"cost-centre": "4711"}, aws={**by_bucket.platform["aws"], "encrypted": True})
    assert first["disk"]["tags"]["cost-centre"] == "4711"
    assert same_content(raw, aws.read(first["disk"]["id"]))
    # Holes are left out
    assert 7 * MIB < first["sent_bytes"] < 11 * MIB
    assert ([one["Encrypted"] for one in aws.snapshots()], in_bucket(aws)) == ([True], [])
    aws.gate.forget()
    assert by_bucket.upload(image)["changed"] is False
    assert aws.gate.writes == []


@pytest.mark.parametrize(
    "rule",
    [
        pytest.param({"method": "PUT", "match": "partNumber=1"}, marks=pytest.mark.night),
        pytest.param({"method": "POST", "match": "uploadId"}, marks=pytest.mark.night),
        pytest.param({"method": "POST", "match": "Action=ImportSnapshot"}, marks=pytest.mark.bad_day),
        {"method": "POST", "match": "Action=CreateTags"},
        pytest.param({"method": "DELETE", "match": BUCKET}, marks=pytest.mark.night),
    ],
    ids=["part", "end of the object", "import", "marks", "removal of the object"],
)
def test_an_import_that_was_killed_goes_on(
    aws: AwsCloud, by_bucket: Uploads, image: Path, rule: dict[str, Any]
) -> None:
    killed(by_bucket.arguments(image, threads=1), aws.gate, rule)
    rest = by_bucket.upload(image, threads=1)
    assert rest["disk"]["state"] == "complete"
    assert same_content(image.with_suffix(".content"), aws.read(rest["disk"]["id"]))
    assert (len(aws.snapshots()), in_bucket(aws)) == (1, [])
    # No part was sent twice, nothing imported twice
    assert aws.gate.count("PUT", "partNumber=1") == 0
    assert by_bucket.upload(image)["changed"] is False


@pytest.mark.bad_day
def test_an_unfinished_import_is_removed_and_a_failed_one_is_told(
    aws: AwsCloud, by_bucket: Uploads, image: Path
) -> None:
    killed(by_bucket.arguments(image, threads=1), aws.gate, {"method": "PUT", "match": "partNumber=1"})
    assert [disk["state"] for disk in by_bucket.disks(name="w11-2026-11-20-1")] == ["unfinished"]
    assert by_bucket.upload(image, state="absent")["changed"] is True
    assert in_bucket(aws) == []

    # Somebody takes the object away before AWS has read it
    killed(by_bucket.arguments(image), aws.gate, {"method": "POST", "match": "Action=ImportSnapshot"})
    (key,) = in_bucket(aws)
    aws.client("s3").delete_object(Bucket=BUCKET, Key=key)
    assert "Disk validation failed" in by_bucket.refused(image)
    assert by_bucket.upload(image)["disk"]["state"] == "complete"
    assert in_bucket(aws) == []
