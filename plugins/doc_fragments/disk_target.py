# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """Where disks go; mirrors procedures/disk_targets.py ARGUMENTS."""

    DOCUMENTATION = r"""
options:
  platform:
    description:
      - Where the disk is. The option of the same name is required.
    type: str
    choices: [aws]
    required: true
  aws:
    description:
      - An AWS account in one region. The image becomes an EBS snapshot, through the EBS direct APIs.
      - Without O(aws.access_key_id) the credentials are those that boto3 finds, such as those of an instance profile.
      - The account needs C(ebs:StartSnapshot), C(ebs:PutSnapshotBlock), C(ebs:CompleteSnapshot),
        C(ebs:ListSnapshotBlocks), C(ec2:DescribeSnapshots), C(ec2:CreateTags) and C(ec2:DeleteSnapshot).
    type: dict
    suboptions:
      region:
        description:
          - The region. If not set, the environment variable E(AWS_REGION) or E(AWS_DEFAULT_REGION) is used.
        type: str
        required: true
      access_key_id:
        description:
          - The id of the access key.
        type: str
      secret_access_key:
        description:
          - The secret of the access key.
        type: str
      session_token:
        description:
          - The token of temporary credentials.
        type: str
      endpoint_url:
        description:
          - Another address than that of AWS, such as that of a VPC endpoint.
        type: str
      ca_path:
        description:
          - A file with the certificates of the authorities to trust instead of the system's.
        type: path
requirements:
  - requests >= 2.31
  - boto3 (with O(platform=aws))
"""
