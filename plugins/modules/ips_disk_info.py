#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: ips_disk_info
short_description: Read disks, snapshots and images of a platform with their tags
version_added: 1.0.0
description:
  - Reads the disks, snapshots or images of a platform by their name or id. Without both it reads those that
    M(euc.nutanix_citrix.ips_upload) made.
  - Tells what has been uploaded already, and what a prepare of the Image Portability service left.
  - B(Experimental). The service itself was announced deprecated.
author:
  - The euc.nutanix_citrix engineers (@euc-nutanix-citrix)
options:
  name:
    description:
      - The name of the disk. All of this name are read, whoever made them.
    type: str
  id:
    description:
      - The id of the disk.
    type: str
extends_documentation_fragment:
  - euc.nutanix_citrix.disk_target
  - euc.nutanix_citrix.attributes
  - euc.nutanix_citrix.attributes.info
seealso:
  - module: euc.nutanix_citrix.ips_upload
"""

EXAMPLES = r"""
- name: Look whether the image of a release is there
  euc.nutanix_citrix.ips_disk_info:
    platform: aws
    aws:
      region: eu-central-1
    name: w11-2026-11-20-1
  register: uploaded

- name: Look what uploads have left
  euc.nutanix_citrix.ips_disk_info:
    platform: aws
    aws:
      region: eu-central-1
      access_key_id: "{{ vault_aws_access_key_id }}"
      secret_access_key: "{{ vault_aws_secret_access_key }}"
"""

RETURN = r"""
disks:
  description: The disks, sorted by name. Empty when there are none.
  returned: success
  type: list
  elements: dict
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
    - platform: aws
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
"""

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import run_as_module
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.operations.ips_disk_info import OPERATION


def main() -> None:
    run_as_module(OPERATION)


if __name__ == "__main__":
    main()
