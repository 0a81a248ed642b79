#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: pc_vm_info
short_description: Read the VMs that a Prism Central knows
version_added: 1.0.0
description:
  - Reads all VMs of all clusters of a Prism Central, those of one exact name, or one by its uuid, through REST API v4.
  - Names are not unique, neither on a cluster nor between clusters, so one name can return several VMs. A name or uuid
    that does not exist returns an empty list.
author:
  - The euc.nutanix_citrix engineers (@euc-nutanix-citrix)
notes:
  - The account needs the role Prism Viewer.
options:
  name:
    description:
      - Only VMs of exactly this name. Case matters.
    type: str
  uuid:
    description:
      - Only the VM with this uuid. It is the same on Prism Central and on the cluster.
    type: str
  cluster_uuid:
    description:
      - Only VMs of the cluster with this uuid.
    type: str
extends_documentation_fragment:
  - euc.nutanix_citrix.prism_central
  - euc.nutanix_citrix.attributes
  - euc.nutanix_citrix.attributes.info
seealso:
  - module: euc.nutanix_citrix.pc_vm
  - module: euc.nutanix_citrix.pe_vm_info
"""

EXAMPLES = r"""
- name: Read the golden VM
  euc.nutanix_citrix.pc_vm_info:
    nutanix_host: pc-east.example.com
    nutanix_username: svc_ansible
    nutanix_password: "{{ vault_nutanix_password }}"
    name: Gold
  register: golden

- name: Stop when there are several, or when it is running
  ansible.builtin.assert:
    that: golden.vms | map(attribute='power_state') | list == ['off']
    fail_msg: There must be one VM called Gold, and it must be powered off.
"""

RETURN = r"""
vms:
  description: The VMs, sorted by name and uuid.
  returned: success
  type: list
  elements: dict
  contains:
    uuid:
      description: The uuid of the VM, on Prism Central, on its cluster and in Citrix.
      type: str
      returned: always
    name:
      description: The name of the VM.
      type: str
      returned: always
    power_state:
      description: The power state in lower case, V(on), V(off), V(paused) or V(undetermined).
      type: str
      returned: always
    description:
      description: The description of the VM. Empty when it has none.
      type: str
      returned: always
    cluster_uuid:
      description: The uuid of the cluster that the VM is on.
      type: str
      returned: always
    vcpus:
      description: The number of virtual processors, all cores together.
      type: int
      returned: always
    memory_mib:
      description: The memory in MiB.
      type: int
      returned: always
    created:
      description: When the VM was made, in UTC. V(null) where Prism Central does not know.
      type: str
      returned: always
    disks:
      description: The disks, without CD drives.
      type: list
      elements: dict
      returned: always
      contains:
        uuid:
          description: The uuid of the disk.
          type: str
          returned: always
        label:
          description: The bus and index of the disk.
          type: str
          returned: always
        bytes:
          description: The size in bytes.
          type: int
          returned: always
        storage_container_uuid:
          description: The uuid of the storage container of the disk.
          type: str
          returned: always
        migrating:
          description: Whether the disk is moving to another storage container.
          type: bool
          returned: always
    nics:
      description: The ids of the network cards.
      type: list
      elements: str
      returned: always
    category_ext_ids:
      description: The ids of the categories of the VM.
      type: list
      elements: str
      returned: always
    policy_ext_id:
      description: The id of the protection policy that protects the VM. Empty when none does.
      type: str
      returned: always
  sample:
    - uuid: 1962edba-61fc-4782-9d3d-3190658d763f
      name: Gold
      power_state: "off"
      description: Windows 11 golden image
      cluster_uuid: 00061fa4-ef93-7dd8-185b-ac1f6b6f97e2
      vcpus: 2
      memory_mib: 4096
      created: "2026-11-01T08:00:00Z"
      disks:
        - uuid: f4de1a35-3e2d-4d4f-8f3c-1b2d1d5f7a10
          label: scsi.0
          bytes: 107374182400
          storage_container_uuid: 64a76b64-eeb8-4bec-8e29-f39bfec00776
          migrating: false
      nics: [0d4a6b0e-0b0e-4b0e-8b0e-0b0e0b0e0b0e]
      category_ext_ids: []
      policy_ext_id: ""
"""

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import run_as_module
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.operations.pc_vm_info import OPERATION


def main() -> None:
    run_as_module(OPERATION)


if __name__ == "__main__":
    main()
