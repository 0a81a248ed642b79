#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: xen_vm_wrapper_info
short_description: Read the images that this collection has made master images of in a XenServer pool
version_added: 1.0.0
description:
  - Reads the wrapper VMs of M(euc.nutanix_citrix.xen_vm_wrapper) in a pool of XenServer or XCP-ng hosts through XAPI,
    their snapshots, and which release each snapshot holds.
  - Returns only what bears the mark of this collection with its own uuid. Copies and snapshots that somebody made of
    them are left out.
options:
  names:
    description:
      - Names that wrapper VMs are to have. Other VMs with one of them are returned as RV(namesakes), because Citrix
        finds a VM by its name.
    type: list
    elements: str
    default: []
author:
  - The euc.nutanix_citrix engineers (@euc-nutanix-citrix)
notes:
  - The account needs the role C(read-only).
extends_documentation_fragment:
  - euc.nutanix_citrix.xenserver
  - euc.nutanix_citrix.attributes
  - euc.nutanix_citrix.attributes.info
seealso:
  - module: euc.nutanix_citrix.xen_vm_wrapper
  - module: euc.nutanix_citrix.xen_vm_snapshot
"""

EXAMPLES = r"""
- name: Read the images of a pool
  euc.nutanix_citrix.xen_vm_wrapper_info:
    xenserver_host: xs-west.example.com
    xenserver_username: root
    xenserver_password: "{{ vault_xenserver_password }}"
  register: images

- name: Show which releases are there
  ansible.builtin.debug:
    msg: "{{ images.wrappers | map(attribute='snapshots') | flatten | map(attribute='release') }}"
"""

RETURN = r"""
wrappers:
  description: The wrapper VMs, sorted by name.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: The name of the VM.
      type: str
      returned: always
    uuid:
      description: Its uuid.
      type: str
      returned: always
    disks:
      description: The uuids of the disks that it holds now.
      type: list
      elements: str
      returned: always
    snapshots:
      description: Its snapshots, the oldest first.
      type: list
      elements: dict
      returned: always
      contains:
        uuid:
          description: The uuid of the snapshot.
          type: str
          returned: always
        name:
          description: Its name.
          type: str
          returned: always
        path:
          description: The path below the hosting unit by which Citrix finds it.
          type: str
          returned: always
        taken:
          description: When it was taken.
          type: str
          returned: always
        vdi_uuid:
          description: The uuid of the disk that it was taken of. Empty when the pool has that no longer.
          type: str
          returned: always
        release:
          description: The release that this disk is marked with. Empty where there is none.
          type: str
          returned: always
        sha256:
          description: The hash of the image that this disk was imported from.
          type: str
          returned: always
        source_vdi_uuid:
          description: The uuid of the disk that the image came from.
          type: str
          returned: always
    users:
      description: What somebody else does with the VM or its disks, so that they have to stay, each in words.
      type: list
      elements: str
      returned: always
  sample:
    - name: W11-Pool_2026-11-20-1_NFS-West
      uuid: 6a1c0b6e-6f3d-4d1a-8a52-1c3b7c4f9d10
      disks: [9082af8f-3a0c-4d0b-8d4e-6e4a41b1bb0d]
      snapshots:
        - uuid: ad9ff059-77bd-474d-9612-df3187800fa7
          name: W11-Pool_2026-11-20-1
          path: W11-Pool_2026-11-20-1_NFS-West.vm\W11-Pool_2026-11-20-1.snapshot
          taken: "2026-11-20T10:00:00Z"
          vdi_uuid: 9082af8f-3a0c-4d0b-8d4e-6e4a41b1bb0d
          release: 2026.11.20-1
          sha256: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
          source_vdi_uuid: 02fc6d44-6ed9-4e1a-a1fa-ee3866bba75b
      users: ["'Gold' holds its disk"]
namesakes:
  description: VMs that this collection has not made, with a name of O(names).
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: The name of the VM.
      type: str
      returned: always
    uuid:
      description: Its uuid.
      type: str
      returned: always
  sample: []
disks:
  description: The disks that this collection has made and that no VM holds and no snapshot was taken of.
  returned: success
  type: list
  elements: dict
  contains:
    uuid:
      description: The uuid of the disk.
      type: str
      returned: always
    name:
      description: Its name.
      type: str
      returned: always
    release:
      description: The release that it is marked with. Empty where there is none.
      type: str
      returned: always
    storage_repository:
      description: The name of its storage repository.
      type: str
      returned: always
    complete:
      description: Whether its import came to its end.
      type: bool
      returned: always
  sample: []
"""

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import run_as_module
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.operations.xen_vm_wrapper_info import OPERATION


def main() -> None:
    run_as_module(OPERATION)


if __name__ == "__main__":
    main()
