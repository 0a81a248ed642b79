#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: xen_vdi_transfer
short_description: Carry a virtual disk from one XenServer pool to others through a file
version_added: 1.0.0
description:
  - Exports a virtual disk (VDI) of a pool of XenServer or XCP-ng hosts into a VHD file on the host where the module
    runs, or imports such a file into a pool, both through XAPI. Needs no SSH and works for every type of storage
    repository (SR).
  - The disk is streamed, so that memory does not grow with it. The file gets its name when it is complete and checked.
    Beside it stands a record, C(<path>.json), with its source and its hash.
  - What XAPI exports is flat. So a disk that stands on a hidden parent, as every disk of a provisioning scheme does, is
    exported whole.
  - An imported disk bears marks with its source and its hash. A second run finds it by these and transfers nothing. The
    rest of an interrupted import is removed first.
author:
  - The euc.nutanix_citrix engineers (@euc-nutanix-citrix)
notes:
  - The account needs the role C(vm-admin).
  - Nothing on the pool that the disk comes from is changed, apart from the task of the export, which is removed.
  - A file that is there is not compared with its disk again. When the disk has changed since, remove the file.
  - An export is a whole image each time. There is no delta.
options:
  state:
    description:
      - V(exported) writes the disk O(vdi_uuid) into the file, V(imported) brings the file into the pool as a new disk.
    type: str
    choices: [exported, imported]
    required: true
  path:
    description:
      - The file. Give each image a path of its own. An export replaces the file of another disk.
    type: path
    required: true
  vdi_uuid:
    description:
      - The disk to export. Required with O(state=exported).
      - A disk that a running VM writes to is refused, and an encrypted one, because another pool would need its key.
    type: str
  storage_repository:
    description:
      - The SR for the new disk, by its uuid, or by its name if only one SR has it. Required with O(state=imported).
    type: str
  name:
    description:
      - The name of the new disk. Required with O(state=imported).
    type: str
  release:
    description:
      - The release that the image belongs to, for the mark and the description of the new disk.
    type: str
    default: ""
  wait_timeout:
    description:
      - The number of seconds to wait for the task of a transfer after its last byte. After that the module fails with
        "still running" and cancels nothing.
    type: int
    default: 14400
extends_documentation_fragment:
  - euc.nutanix_citrix.xenserver
  - euc.nutanix_citrix.attributes
seealso:
  - module: euc.nutanix_citrix.xen_vdi_info
  - module: euc.nutanix_citrix.xen_vm_wrapper
"""

EXAMPLES = r"""
- name: Export the image once
  euc.nutanix_citrix.xen_vdi_transfer:
    xenserver_host: xs-east.example.com
    xenserver_username: root
    xenserver_password: "{{ vault_xenserver_password }}"
    state: exported
    vdi_uuid: "{{ image.chosen[0] }}"
    path: /var/lib/images/W11-Pool_2026-11-20-1.vhd

- name: Import it into another pool
  euc.nutanix_citrix.xen_vdi_transfer:
    xenserver_host: xs-west.example.com
    xenserver_username: root
    xenserver_password: "{{ vault_xenserver_password }}"
    state: imported
    path: /var/lib/images/W11-Pool_2026-11-20-1.vhd
    storage_repository: iSCSI-West
    name: W11-Pool_2026-11-20-1
    release: 2026.11.20-1
  register: imported
"""

RETURN = r"""
image_path:
  description: The file.
  returned: success
  type: str
  sample: /var/lib/images/W11-Pool_2026-11-20-1.vhd
vdi_uuid:
  description: The disk that was exported, or the one that the image is in this pool. Empty where it is only planned.
  returned: success
  type: str
  sample: 9082af8f-3a0c-4d0b-8d4e-6e4a41b1bb0d
source_vdi_uuid:
  description: The disk that the image was exported from.
  returned: success
  type: str
  sample: 02fc6d44-6ed9-4e1a-a1fa-ee3866bba75b
source_pool_uuid:
  description: The pool of this disk. Empty where the export is only planned.
  returned: success
  type: str
  sample: 0d6ff7ac-1df5-0d92-9b7c-9a0ae91e5c8b
sha256:
  description: The hash of the file. Empty where the export is only planned.
  returned: success
  type: str
  sample: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
size_bytes:
  description: The size of the file. 0 where the export is only planned.
  returned: success
  type: int
  sample: 8589934592
virtual_size_bytes:
  description: The size of the disk as a VM sees it. 0 where the export is only planned.
  returned: success
  type: int
  sample: 42949672960
transferred_bytes:
  description: How much this run has transferred. 0 when nothing was to do.
  returned: success
  type: int
  sample: 8589934592
timeline:
  description: When the work was done. Left out when there was none.
  returned: when work was done
  type: list
  elements: dict
  sample:
    - phase: export
      started: "2026-11-20T10:00:00.000Z"
      finished: "2026-11-20T10:12:04.000Z"
      failed: false
"""

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import run_as_module
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.operations.xen_vdi_transfer import OPERATION


def main() -> None:
    run_as_module(OPERATION)


if __name__ == "__main__":
    main()
