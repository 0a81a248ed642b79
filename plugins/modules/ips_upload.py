#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: ips_upload
short_description: Bring an image into a cloud, a cluster or a pool as a disk there
version_added: 1.0.0
description:
  - Uploads the content of a VHD, VHDX or raw file as a disk, snapshot or image of a platform, or removes it again. This
    is the upload stage of the workflows of the Citrix Image Portability service, and needs no service.
  - The image is converted and hashed once with C(qemu-img). Only blocks that hold data are sent, several at a time. The
    memory that this takes does not depend on the size of the image.
  - What is made bears the release and the hash of its content. A second run finds it by its name and these marks, and
    reads nothing of the image. A disk of this name that lacks them is never touched.
  - An upload that was interrupted goes on with the blocks that are missing.
  - B(Experimental). No one here had an account of a cloud to try it on. It was tried on emulators of other people, and
    the few calls that they lack on the lab.
author:
  - The euc.nutanix_citrix engineers (@euc-nutanix-citrix)
notes:
  - A release has one image. To upload another one, give a new release and a new name.
  - Throttled requests are repeated by the library of the platform.
  - C(qemu-img) must be installed where the module runs, unless the file is raw.
options:
  state:
    description:
      - V(present) uploads the image, V(absent) removes what an upload of this name and release made, finished or not.
    type: str
    choices: [present, absent]
    default: present
  name:
    description:
      - The name of the disk, snapshot or image on the platform.
    type: str
    required: true
  release:
    description:
      - The release that the image belongs to.
    type: str
    required: true
  sha256:
    description:
      - The SHA-256 that the raw content of the image must have, from M(euc.nutanix_citrix.ips_image_file_info) for
        example. The upload of any other is refused.
    type: str
  tags:
    description:
      - More tags for the disk. The marks of the upload itself stand over them.
    type: dict
    default: {}
  work_directory:
    description:
      - Where the image is converted. It needs room for the data of the image, and for that of the file as well if this
        comes from a share. Required with O(state=present).
      - Several uploads of one image may share it. It must outlive the run for an interrupted upload to go on.
    type: path
  keep_work_files:
    description:
      - Whether to keep the converted image after the upload, for further uploads.
    type: bool
    default: false
  threads:
    description:
      - The number of blocks to send at a time, 1 to 64.
    type: int
    default: 8
  wait_timeout:
    description:
      - The number of seconds to wait for the platform after the last block. After that the module fails with "still
        running" and cancels nothing.
    type: int
    default: 86400
extends_documentation_fragment:
  - euc.nutanix_citrix.disk_target
  - euc.nutanix_citrix.image_source
  - euc.nutanix_citrix.attributes
seealso:
  - module: euc.nutanix_citrix.ips_disk_info
  - module: euc.nutanix_citrix.ips_image_file_info
"""

EXAMPLES = r"""
- name: Upload an image to AWS
  euc.nutanix_citrix.ips_upload:
    platform: aws
    aws:
      region: eu-central-1
      access_key_id: "{{ vault_aws_access_key_id }}"
      secret_access_key: "{{ vault_aws_secret_access_key }}"
    name: w11-2026-11-20-1
    release: 2026.11.20-1
    source:
      path: /mnt/images/w11-2026-11-20-1
    work_directory: /var/lib/images
  register: uploaded

- name: Remove what an upload made
  euc.nutanix_citrix.ips_upload:
    platform: aws
    aws:
      region: eu-central-1
    name: w11-2026-11-20-1
    release: 2026.11.20-1
    state: absent
"""

RETURN = r"""
disk:
  description: What is there. Null where the upload is only planned, or with O(state=absent).
  returned: success
  type: dict
  contains:
    platform:
      description: The platform.
      type: str
    id:
      description: What the platform calls it.
      type: str
    name:
      description: What people call it.
      type: str
    kind:
      description: V(disk), V(snapshot) or V(image).
      type: str
    size_bytes:
      description: The size of the disk.
      type: int
    state:
      description: V(complete), V(unfinished) or V(failed).
      type: str
    ours:
      description: Whether an upload made it.
      type: bool
    tags:
      description: Tags, labels or marks.
      type: dict
  sample:
    platform: aws
    id: snap-0123456789abcdef0
    name: w11-2026-11-20-1
    kind: snapshot
    size_bytes: 42949672960
    state: complete
    ours: true
    tags:
      made_by: euc.nutanix_citrix
      release: 2026.11.20-1
      content: complete
sha256:
  description: The SHA-256 of the raw content of the image. Empty where it is not known.
  returned: success
  type: str
  sample: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
md5:
  description:
    - The MD5 of the content as the platform has it, for the check of a prepare. Empty where the platform fills up the
      disk with zeros to whole GiB, and where it is only planned.
  returned: success
  type: str
  sample: d41d8cd98f00b204e9800998ecf8427e
virtual_size_bytes:
  description: The size of the disk.
  returned: success
  type: int
  sample: 42949672960
data_bytes:
  description: How much of the image is data. 0 when nothing was to do.
  returned: success
  type: int
  sample: 17179869184
sent_bytes:
  description: How much this run has sent. 0 when nothing was to do.
  returned: success
  type: int
  sample: 17179869184
resumed:
  description: Whether this run went on with what an earlier one had begun.
  returned: success
  type: bool
  sample: false
timeline:
  description: When the work was done. Left out when there was none.
  returned: when work was done
  type: list
  elements: dict
  sample:
    - phase: upload
      started: "2026-11-20T10:00:00.000Z"
      finished: "2026-11-20T10:12:04.000Z"
      failed: false
"""

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import run_as_module
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.operations.ips_upload import OPERATION


def main() -> None:
    run_as_module(OPERATION)


if __name__ == "__main__":
    main()
