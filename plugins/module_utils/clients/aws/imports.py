# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Objects of a bucket in parts, and the import of one as an EBS snapshot (contract image_portability 9)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.aws.client import Aws

NAME = "Name"
ENDED_WELL, ENDED_BADLY = "completed", ("deleting", "deleted")


@dataclass(frozen=True)
class ImportTask:
    """`status` is active, completed, deleting or deleted; `snapshot` is '' until it is there."""

    id: str
    status: str
    message: str
    snapshot: str
    tags: Mapping[str, str]


@dataclass(frozen=True)
class Begun:
    """A key of which parts were sent, and the upload that they belong to, or '' where the object is whole."""

    key: str
    upload: str


def begun_below(client: Aws, bucket: str, prefix: str) -> list[Begun]:
    """What is below a prefix, whole objects first."""
    with client.explained(f"the list of s3://{bucket}/{prefix}"):
        pages = client.s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
        whole = [Begun(entry["Key"], "") for page in pages for entry in page.get("Contents", [])]
        uploads = client.s3.get_paginator("list_multipart_uploads").paginate(Bucket=bucket, Prefix=prefix)
        halves = [Begun(entry["Key"], entry["UploadId"]) for page in uploads for entry in page.get("Uploads", [])]
    return whole + halves


def begin(client: Aws, bucket: str, key: str) -> str:
    with client.explained(f"the start of s3://{bucket}/{key}"):
        return str(client.s3.create_multipart_upload(Bucket=bucket, Key=key)["UploadId"])


def parts_of(client: Aws, bucket: str, begun: Begun) -> dict[int, str]:
    """Number -> ETag, which is the MD5 of the part unless the bucket encrypts with a key of KMS."""
    with client.explained(f"the parts of s3://{bucket}/{begun.key}"):
        pages = client.s3.get_paginator("list_parts").paginate(Bucket=bucket, Key=begun.key, UploadId=begun.upload)
        return {part["PartNumber"]: part["ETag"].strip('"') for page in pages for part in page.get("Parts", [])}


def put_part(client: Aws, bucket: str, begun: Begun, number: int, data: bytes) -> str:
    with client.explained(f"part {number} of s3://{bucket}/{begun.key}"):
        answer = client.s3.upload_part(
            Bucket=bucket, Key=begun.key, UploadId=begun.upload, PartNumber=number, Body=data
        )
    return str(answer["ETag"]).strip('"')


def join(client: Aws, bucket: str, begun: Begun, parts: Mapping[int, str]) -> None:
    listed = [{"PartNumber": number, "ETag": parts[number]} for number in sorted(parts)]
    with client.explained(f"the end of s3://{bucket}/{begun.key}"):
        client.s3.complete_multipart_upload(
            Bucket=bucket, Key=begun.key, UploadId=begun.upload, MultipartUpload={"Parts": listed}
        )


def discard(client: Aws, bucket: str, begun: Begun) -> None:
    with client.explained(f"the removal of s3://{bucket}/{begun.key}"):
        if begun.upload:
            client.s3.abort_multipart_upload(Bucket=bucket, Key=begun.key, UploadId=begun.upload)
        else:
            client.s3.delete_object(Bucket=bucket, Key=begun.key)


def import_tasks(client: Aws, marks: Mapping[str, str]) -> list[ImportTask]:
    """Those with all these tags. They stay for a while after their end."""
    with client.explained("the list of imports"):
        pages = client.ec2.get_paginator("describe_import_snapshot_tasks").paginate()
        tasks = [_task(entry) for page in pages for entry in page["ImportSnapshotTasks"]]
    return [task for task in tasks if marks.items() <= task.tags.items()]


def _task(entry: Mapping[str, Any]) -> ImportTask:
    detail = entry.get("SnapshotTaskDetail") or {}
    tags = {tag["Key"]: tag["Value"] for tag in entry.get("Tags") or []}
    status, message = str(detail.get("Status", "")), str(detail.get("StatusMessage", ""))
    return ImportTask(entry["ImportTaskId"], status, message, str(detail.get("SnapshotId") or ""), tags)


def start_import(
    client: Aws, bucket: str, key: str, marks: Mapping[str, str], token: str, options: Mapping[str, Any]
) -> str:
    """The id of the task. `options` {import_role, encrypted, kms_key_arn}. Two requests with one `token` are one."""
    more: dict[str, Any] = {"RoleName": options["import_role"]} if options["import_role"] else {}
    if options["encrypted"] or options["kms_key_arn"]:
        more["Encrypted"] = True
    if options["kms_key_arn"]:
        more["KmsKeyId"] = options["kms_key_arn"]
    with client.explained(f"the import of s3://{bucket}/{key}"):
        answer = client.ec2.import_snapshot(
            DiskContainer={"Format": "VHD", "UserBucket": {"S3Bucket": bucket, "S3Key": key}},
            ClientToken=token,
            TagSpecifications=[{"ResourceType": "import-snapshot-task", "Tags": tag_list(marks)}],
            **more,
        )
    return str(answer["ImportTaskId"])


def tag_list(tags: Mapping[str, str]) -> Sequence[dict[str, str]]:
    return [{"Key": key, "Value": tags[key]} for key in tags]
