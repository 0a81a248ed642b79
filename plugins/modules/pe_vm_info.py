#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: pe_vm_info
short_description: Read the VMs of a Prism Element cluster
version_added: 1.0.0
description:
  - Reads all VMs of a cluster, those of one exact name, or one by its uuid, through Prism Element, REST API v2.0.
  - Names are not unique on a cluster, so one name can return several VMs. A name or uuid that does not exist returns an
    empty list.
author:
  - The euc.nutanix_citrix engineers (@euc-nutanix-citrix)
notes:
  - The account needs the role Viewer on the cluster.
options:
  name:
    description:
      - Only VMs of exactly this name. Case matters.
    type: str
  uuid:
    description:
      - Only the VM with this uuid.
    type: str
  include_disks:
    description:
      - Whether to read the disks as well.
    type: bool
    default: false
  made_since:
    description:
      - The moment at which the VM was made, or an earlier one, such as that of the snapshot that it was restored from.
        Then the tasks of the cluster are read as well, and each VM has RV(vms[].started).
    type: str
  copied_at:
    description:
      - The moment at which an image or a template was made of the temporary VM O(uuid), which may be gone. Then the
        tasks of the cluster are read as well, and RV(true_copy) is returned.
    type: str
extends_documentation_fragment:
  - euc.nutanix_citrix.prism_element
  - euc.nutanix_citrix.attributes
  - euc.nutanix_citrix.attributes.info
seealso:
  - module: euc.nutanix_citrix.pe_vm
"""

EXAMPLES = r"""
- name: Read the golden VM with its disks
  euc.nutanix_citrix.pe_vm_info:
    nutanix_host: cluster-a.example.com
    nutanix_username: svc_ansible
    nutanix_password: "{{ vault_nutanix_password }}"
    name: Gold
    include_disks: true
  register: golden

- name: Stop when it is running
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
      description: The uuid of the VM. Citrix calls it the hosted machine id.
      type: str
      returned: always
    name:
      description: The name of the VM.
      type: str
      returned: always
    power_state:
      description: The power state in lower case, V(on), V(off) or one of the states between.
      type: str
      returned: always
    description:
      description: The description of the VM. Empty when it has none.
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
    started:
      description:
        - Whether the VM was ever switched on. V(yes) when it is not off, or when a task of the cluster has changed its
          power state, V(no) when the tasks reach back to O(made_since) and none has.
        - V(unknown) when the cluster does not remember as far back. It keeps only recent tasks.
      type: str
      returned: when O(made_since) is given
    not_protectable_because:
      description: Why the VM cannot take part in replication. Empty when it can.
      type: str
      returned: always
    disks:
      description: The disks, without CD drives.
      type: list
      elements: dict
      returned: when O(include_disks=true)
      contains:
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
  sample:
    - uuid: 1962edba-61fc-4782-9d3d-3190658d763f
      name: Gold
      power_state: "off"
      description: Windows 11 golden image
      vcpus: 2
      memory_mib: 4096
      not_protectable_because: ""
      disks:
        - label: scsi.0
          bytes: 107374182400
          storage_container_uuid: 64a76b64-eeb8-4bec-8e29-f39bfec00776
true_copy:
  description:
    - Whether an image or a template that was made of the VM at O(copied_at) holds what the VM was restored with. V(no)
      when a task had changed the power state of the VM by then, with an hour of tolerance.
    - V(yes) when the tasks reach back an hour before O(copied_at) and none had, or when the VM is gone. A release
      removes it only when it knows that the copy is true.
    - V(unknown) when the VM is there, and the cluster does not remember as far back or the VM is not off.
  returned: when O(copied_at) is given
  type: str
  sample: "yes"
"""

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import run_as_module
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.operations.pe_vm_info import OPERATION


def main() -> None:
    run_as_module(OPERATION)


if __name__ == "__main__":
    main()
