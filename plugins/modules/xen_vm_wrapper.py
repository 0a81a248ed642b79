#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: xen_vm_wrapper
short_description: Make an image in a XenServer pool a master image for Citrix
version_added: 1.0.0
description:
  - Citrix takes a snapshot of a VM as master image. This module keeps a halted VM that holds an image as its only disk,
    the wrapper VM, gives it the disk of another image, and takes a snapshot of it.
  - The wrapper VM is found by a mark, and its snapshot by its name and its disk. A second run with the same disk and
    the same snapshot name changes nothing, also when the VM holds a later image by then.
  - Disks that the VM held before stay on their storage repository.
  - With O(state=absent), removes the VM. Its disk stays, and it is refused while it has snapshots.
author:
  - The euc.nutanix_citrix engineers (@euc-nutanix-citrix)
notes:
  - The account needs the role C(vm-power-admin).
  - Never start the wrapper VM. One that is not halted is refused, because its disk is no true copy of the image any
    more.
  - The VM has no network card. Machine Creation Services gives the machines of a catalog the cards of its hosting unit.
options:
  name:
    description:
      - The name of the wrapper VM, of letters, digits, dashes and underscores.
      - A VM of its own for each image keeps the path of the image the same for ever. In a VM that gets several images
        one after the other, each snapshot is below the one before, and its path changes when that one is removed.
      - Another VM of this name is an error, because Citrix finds a VM by its name.
    type: str
    required: true
  state:
    description:
      - Whether the VM is there with the snapshot, or not there.
    type: str
    choices: [present, absent]
    default: present
  vdi_uuid:
    description:
      - The uuid of the disk with the image, in this pool. Required with O(state=present).
    type: str
  snapshot:
    description:
      - The name of the snapshot, of letters, digits, dashes and underscores. Give each image a name of its own.
      - Required with O(state=present).
    type: str
  memory_mib:
    description:
      - The memory of a new wrapper VM in MiB. One that is there keeps what it has.
    type: int
    default: 4096
  vcpus:
    description:
      - The number of virtual processors of a new wrapper VM.
    type: int
    default: 2
  firmware:
    description:
      - The firmware of a new wrapper VM, the same as that of the VM that the image was made with.
    type: str
    choices: [bios, uefi]
    default: uefi
  wait_timeout:
    description:
      - The number of seconds to wait for the snapshot. After that the task fails with "still running" and cancels
        nothing.
    type: int
    default: 3600
extends_documentation_fragment:
  - euc.nutanix_citrix.xenserver
  - euc.nutanix_citrix.attributes
seealso:
  - module: euc.nutanix_citrix.xen_vdi_transfer
  - module: euc.nutanix_citrix.xen_vm_snapshot
  - module: euc.nutanix_citrix.citrix_catalog_image
"""

EXAMPLES = r"""
- name: Make the imported disk a master image
  euc.nutanix_citrix.xen_vm_wrapper:
    xenserver_host: xs-west.example.com
    xenserver_username: root
    xenserver_password: "{{ vault_xenserver_password }}"
    name: W11-Pool-image
    vdi_uuid: "{{ imported.vdi_uuid }}"
    snapshot: W11-Pool_2026-11-20-1
  register: wrapper

- name: Remove the VM of an image that is no longer used, when its snapshot is removed
  euc.nutanix_citrix.xen_vm_wrapper:
    name: W11-Pool_2026-10-16-1
    state: absent

- name: Show under which path Citrix finds it below its hosting unit
  ansible.builtin.debug:
    var: wrapper.snapshot.path
"""

RETURN = r"""
vm:
  description: The wrapper VM, with C(uuid), empty where it is only planned, and C(name).
  returned: success
  type: dict
  sample:
    uuid: 6a1c0b6e-6f3d-4d1a-8a52-1c3b7c4f9d10
    name: W11-Pool-image
snapshot:
  description: The snapshot, with C(uuid), empty where it is only planned, C(name), and C(path), under which Citrix
    finds it below its hosting unit. Not meant with O(state=absent).
  returned: success
  type: dict
  sample:
    uuid: ad9ff059-77bd-474d-9612-df3187800fa7
    name: W11-Pool_2026-11-20-1
    path: W11-Pool-image.vm\W11-Pool_2026-11-20-1.snapshot
timeline:
  description: When the work was done. Left out when there was none.
  returned: when work was done
  type: list
  elements: dict
  sample:
    - phase: image
      started: "2026-11-20T10:00:00.000Z"
      finished: "2026-11-20T10:00:04.000Z"
      failed: false
"""

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import run_as_module
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.operations.xen_vm_wrapper import OPERATION


def main() -> None:
    run_as_module(OPERATION)


if __name__ == "__main__":
    main()
