#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: xen_vm_snapshot
short_description: Remove a snapshot that this collection took in a XenServer pool, with its disks
version_added: 1.0.0
description:
  - Removes a snapshot of a wrapper VM from a pool of XenServer or XCP-ng hosts through XAPI. The disks of the snapshot
    go with it, which XenServer itself would leave behind. The disk that the snapshot was taken of stays.
  - Removes only snapshots that bear the mark of this collection with their own uuid. Snapshots that somebody else took
    of a wrapper VM are foreign.
  - Does not know which catalogs use the snapshot. Look with M(euc.nutanix_citrix.citrix_image_usage_info) first.
author:
  - The euc.nutanix_citrix engineers (@euc-nutanix-citrix)
notes:
  - The account needs the role C(vm-admin).
options:
  uuid:
    description:
      - The uuid of the snapshot. It is no error when the pool has none.
    type: str
    required: true
  state:
    description:
      - Snapshots come into being by M(euc.nutanix_citrix.xen_vm_wrapper), here they only go.
    type: str
    choices: [absent]
    default: absent
extends_documentation_fragment:
  - euc.nutanix_citrix.xenserver
  - euc.nutanix_citrix.attributes
seealso:
  - module: euc.nutanix_citrix.xen_vm_wrapper
  - module: euc.nutanix_citrix.xen_vdi
"""

EXAMPLES = r"""
- name: Remove the snapshot of an image that no catalog uses any more
  euc.nutanix_citrix.xen_vm_snapshot:
    xenserver_host: xs-west.example.com
    xenserver_username: root
    xenserver_password: "{{ vault_xenserver_password }}"
    uuid: ad9ff059-77bd-474d-9612-df3187800fa7
    state: absent

- name: Remove several
  euc.nutanix_citrix.xen_vm_snapshot:
    uuid: "{{ item }}"
  loop: "{{ retired_snapshots }}"
"""

RETURN = r"""
snapshot:
  description: The snapshot that was removed, with C(uuid), C(name) and C(disks), the uuids of the disks that went with
    it. V(null) when there was none.
  returned: success
  type: dict
  sample:
    uuid: ad9ff059-77bd-474d-9612-df3187800fa7
    name: W11-Pool_2026-11-20-1
    disks: [4b32c3f3-76fe-4875-9337-7ebc90396b99]
"""

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import run_as_module
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.operations.xen_vm_snapshot import OPERATION


def main() -> None:
    run_as_module(OPERATION)


if __name__ == "__main__":
    main()
