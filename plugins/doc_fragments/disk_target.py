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
    choices: [aws, azure, gcp, ahv, xenserver]
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
      encrypted:
        description:
          - Whether an upload makes an encrypted snapshot. Otherwise the account decides. An upload refuses to go on
            with one of its own that is not encrypted.
        type: bool
        default: false
      kms_key_arn:
        description:
          - The ARN of the KMS key to encrypt with, which includes O(aws.encrypted). By default it is the key that the
            account has for EBS. The account needs C(kms:GenerateDataKeyWithoutPlaintext), C(kms:Decrypt),
            C(kms:DescribeKey) and C(kms:ReEncrypt*) on it.
        type: str
      s3_bucket:
        description:
          - A bucket in the region of the snapshot. The image is sent there as a VHD, imported, and removed from the
            bucket, instead of being written by the EBS direct APIs. Takes disks of 2040 GiB at most.
          - Instead of the C(ebs) permissions the account needs C(s3:PutObject), C(s3:DeleteObject), C(s3:ListBucket),
            C(s3:ListBucketMultipartUploads), C(s3:ListMultipartUploadParts), C(s3:AbortMultipartUpload),
            C(ec2:ImportSnapshot) and C(ec2:DescribeImportSnapshotTasks).
        type: str
      import_role:
        description:
          - The service role that may read O(aws.s3_bucket). By default it is C(vmimport).
        type: str
      endpoint_url:
        description:
          - Another address than that of AWS, such as that of a VPC endpoint.
        type: str
      ca_path:
        description:
          - A file with the certificates of the authorities to trust instead of the system's.
        type: path
  azure:
    description:
      - A resource group of an Azure subscription. The image becomes a managed disk. Access to it is revoked at the end
        of each run, also of one that failed.
      - The service principal needs C(Microsoft.Compute/disks/read), C(write), C(delete), C(beginGetAccess/action) and
        C(endGetAccess/action) on the resource group.
    type: dict
    suboptions:
      subscription_id:
        description:
          - The subscription. If not set, the environment variable E(AZURE_SUBSCRIPTION_ID) is used.
        type: str
        required: true
      resource_group:
        description:
          - The resource group of the disk.
        type: str
        required: true
      location:
        description:
          - The region of the disk. Required for an upload.
        type: str
      storage_type:
        description:
          - The type of storage of the disk.
        type: str
        choices: [Standard_LRS, Premium_LRS, StandardSSD_LRS, Premium_ZRS, StandardSSD_ZRS]
        default: Premium_LRS
      hyper_v_generation:
        description:
          - The generation of the VMs that boot from the disk, V(V2) for UEFI.
        type: str
        choices: [V1, V2]
        default: V2
      tenant_id:
        description:
          - The tenant of the service principal. If not set, the environment variable E(AZURE_TENANT) or
            E(AZURE_TENANT_ID) is used.
        type: str
        required: true
      client_id:
        description:
          - The service principal. If not set, the environment variable E(AZURE_CLIENT_ID) is used.
        type: str
        required: true
      client_secret:
        description:
          - The secret of the service principal. If not set, the environment variable E(AZURE_SECRET) or
            E(AZURE_CLIENT_SECRET) is used.
        type: str
        required: true
      management_endpoint:
        description:
          - The address of Azure Resource Manager, another one in sovereign clouds.
        type: str
        default: https://management.azure.com
      authority:
        description:
          - The address of Microsoft Entra ID, another one in sovereign clouds.
        type: str
        default: https://login.microsoftonline.com
      ca_path:
        description:
          - A file with the certificates of the authorities to trust instead of the system's.
        type: path
  gcp:
    description:
      - A Google Cloud project. The image becomes an image of Compute Engine, through an archive in a bucket that is
        removed at the end.
      - The service account needs C(compute.images.create), C(get), C(list), C(delete), C(compute.globalOperations.get),
        and on the bucket C(storage.objects.create), C(get), C(list) and C(delete).
    type: dict
    suboptions:
      project:
        description:
          - The project. If not set, the environment variable E(GCP_PROJECT) or E(GOOGLE_CLOUD_PROJECT) is used.
        type: str
        required: true
      service_account_key:
        description:
          - The content of the key file of a service account, or its path. If not set, the environment variable
            E(GCP_SERVICE_ACCOUNT_CONTENTS) or E(GCP_SERVICE_ACCOUNT_FILE) is used.
        type: str
        required: true
      bucket:
        description:
          - A bucket for the archive. Required for an upload, and to remove what an interrupted one left there.
        type: str
      storage_location:
        description:
          - The region or multi-region of the image. By default that which Google chooses.
        type: str
      guest_os_features:
        description:
          - What the operating system in the image can do.
        type: list
        elements: str
        default: [WINDOWS, UEFI_COMPATIBLE, VIRTIO_SCSI_MULTIQUEUE]
      storage_endpoint:
        description:
          - Another address of Cloud Storage, such as a private one.
        type: str
      compute_endpoint:
        description:
          - Another address of Compute Engine, such as a private one.
        type: str
  ahv:
    description:
      - A Prism Element cluster. The image becomes an image of its image service. An interrupted upload is begun anew.
    type: dict
    suboptions:
      nutanix_host:
        description:
          - The address of the cluster. If not set, the environment variable E(NUTANIX_HOST) is used.
        type: str
        required: true
      nutanix_port:
        description:
          - The port of Prism Element. If not set, the environment variable E(NUTANIX_PORT) is used.
        type: int
        default: 9440
      nutanix_username:
        description:
          - The account to log in with. If not set, the environment variable E(NUTANIX_USERNAME) is used.
        type: str
        required: true
      nutanix_password:
        description:
          - The password of the account. If not set, the environment variable E(NUTANIX_PASSWORD) is used.
        type: str
        required: true
      validate_certs:
        description:
          - Whether to require a trusted TLS certificate. If not set, the environment variable E(VALIDATE_CERTS) is
            used.
        type: bool
        default: true
      ca_path:
        description:
          - A file with the certificates of the authorities to trust instead of the system's. If not set, the
            environment variable E(NUTANIX_CA_PATH) is used.
        type: path
      read_timeout:
        description:
          - The number of seconds to wait for the answer to one request. If not set, the environment variable
            E(NUTANIX_READ_TIMEOUT) is used.
        type: int
        default: 60
      storage_container:
        description:
          - The storage container, by its name or uuid. Required for an upload.
        type: str
  xenserver:
    description:
      - A XenServer pool. The image becomes a virtual disk (VDI), through XAPI's own import. An interrupted upload is
        begun anew, because XAPI cannot go on with one.
    type: dict
    suboptions:
      xenserver_host:
        description:
          - The address of the pool. If not set, the environment variable E(XENSERVER_HOST) is used.
        type: str
        required: true
      xenserver_port:
        description:
          - The port of XAPI. If not set, the environment variable E(XENSERVER_PORT) is used.
        type: int
        default: 443
      xenserver_username:
        description:
          - The account to log in with. If not set, the environment variable E(XENSERVER_USERNAME) is used.
        type: str
        required: true
      xenserver_password:
        description:
          - The password of the account. If not set, the environment variable E(XENSERVER_PASSWORD) is used.
        type: str
        required: true
      validate_certs:
        description:
          - Whether to require a trusted TLS certificate. If not set, the environment variable E(VALIDATE_CERTS) is
            used.
        type: bool
        default: true
      ca_path:
        description:
          - A file with the certificates of the authorities to trust instead of the system's. If not set, the
            environment variable E(XENSERVER_CA_PATH) is used.
        type: path
      read_timeout:
        description:
          - The number of seconds to wait for the answer to one request. If not set, the environment variable
            E(XENSERVER_READ_TIMEOUT) is used.
        type: int
        default: 60
      storage_repository:
        description:
          - The storage repository, by its uuid, or by its name if only one has it. Required for an upload.
        type: str
requirements:
  - requests >= 2.31
  - boto3 (with O(platform=aws))
  - google-cloud-compute, google-cloud-storage, and GNU C(tar) and C(gzip) (with O(platform=gcp))
  - XenAPI >= 24.11 (with O(platform=xenserver))
  - azure-identity, azure-mgmt-compute, azure-storage-blob (with O(platform=azure))
"""
