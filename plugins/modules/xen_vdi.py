#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: xen_vdi
short_description: Remove a virtual disk that this collection brought to a XenServer pool
version_added: 1.0.0
description:
  - Removes a virtual disk (VDI) from a pool of XenServer or XCP-ng hosts through XAPI, with its data.
  - Removes only disks that bear the mark of this collection with their own uuid, and what an interrupted import left
    behind. Copies and snapshots that somebody made of them are foreign.
  - Refuses while a VM holds the disk, while disks of machines stand on the same data, and while there is a snapshot of
    it, which a catalog may use.
author:
  - The euc.nutanix_citrix engineers (@euc-nutanix-citrix)
notes:
  - The account needs the role C(vm-admin).
options:
  uuid:
    description:
      - The uuid of the disk. It is no error when the pool has none.
    type: str
    required: true
  state:
    description:
      - Disks come into being by M(euc.nutanix_citrix.xen_vdi_transfer), here they only go.
    type: str
    choices: [absent]
    default: absent
extends_documentation_fragment:
  - euc.nutanix_citrix.xenserver
  - euc.nutanix_citrix.attributes
seealso:
  - module: euc.nutanix_citrix.xen_vdi_transfer
  - module: euc.nutanix_citrix.xen_vm_snapshot
"""

EXAMPLES = r"""
- name: Remove an image that no catalog uses any more
  euc.nutanix_citrix.xen_vdi:
    xenserver_host: xs-west.example.com
    xenserver_username: root
    xenserver_password: "{{ vault_xenserver_password }}"
    uuid: 9082af8f-3a0c-4d0b-8d4e-6e4a41b1bb0d
    state: absent

- name: Show what would be removed
  euc.nutanix_citrix.xen_vdi:
    uuid: "{{ retired_disk }}"
  check_mode: true
  diff: true
"""

RETURN = r"""
vdi:
  description: The disk that was removed, as M(euc.nutanix_citrix.xen_vdi_info) returns it, without C(chosen) and
    C(modified). V(null) when there was none.
  returned: success
  type: dict
  sample:
    uuid: 9082af8f-3a0c-4d0b-8d4e-6e4a41b1bb0d
    name: W11-Pool-baseDisk
"""

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import run_as_module
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.operations.xen_vdi import OPERATION


def main() -> None:
    run_as_module(OPERATION)


if __name__ == "__main__":
    main()
