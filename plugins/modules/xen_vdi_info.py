#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: xen_vdi_info
short_description: Read virtual disks of a XenServer pool, and which one holds the image of a provisioning scheme
version_added: 1.0.0
description:
  - Reads virtual disks (VDIs) of a pool of XenServer or XCP-ng hosts through XAPI, with the disks that they stand on
    and the VMs that use the same data.
  - With O(scheme), returns the disks that Machine Creation Services (MCS) has published for a provisioning scheme. They
    are all called C(<scheme>-baseDisk), and several of them accumulate. On each storage repository (SR) the youngest is
    chosen. Its age is that of the file with its data, which XAPI does not tell. O(files) does.
  - A disk that MCS has published is empty as soon as there are machines. Its data is then in a hidden parent of another
    uuid, which RV(vdis[].data_uuid) names.
author:
  - The euc.nutanix_citrix engineers (@euc-nutanix-citrix)
notes:
  - The account needs the role C(read-only).
  - Machines that have not restarted since a publish stand on the disk before. So they do not tell which disk the scheme
    uses. A warning says where they stand on another disk than the one that was chosen.
options:
  scheme:
    description:
      - The name of a provisioning scheme, which is that of its catalog as a rule.
    type: str
  name:
    description:
      - Only the disks of this name. Names are not unique.
    type: str
  uuid:
    description:
      - Only the disk of this uuid. It is no error when the pool has none.
    type: str
  storage_repositories:
    description:
      - Only disks on these SRs, each given by its uuid, or by its name if only one SR has it. Default is all SRs.
    type: list
    elements: str
    default: []
  files:
    description:
      - The files in the directories of the SRs, one line for each, with the seconds since 1970 at which it was written
        and its path, as C(find -printf '%T@ %p\n') writes them on a control domain. The name of a file is the uuid of
        its disk.
      - Without them nothing is chosen where an SR has more than one disk of the scheme.
    type: list
    elements: str
    default: []
extends_documentation_fragment:
  - euc.nutanix_citrix.xenserver
  - euc.nutanix_citrix.attributes
  - euc.nutanix_citrix.attributes.info
seealso:
  - module: euc.nutanix_citrix.xen_pool_info
"""

EXAMPLES = r"""
# The Python of a control domain is too old for the modules of Ansible
- name: Look into the directory of the SR, in the control domain of a host that sees it
  ansible.builtin.raw: find /var/run/sr-mount/bd6798ad-1508-40d0-8aa3-a470569ceba0/ -name '*.vhd' -printf '%T@ %p\n'
  delegate_to: xs-east-1
  register: directory
  changed_when: false

- name: Find the disk with the image of a catalog
  euc.nutanix_citrix.xen_vdi_info:
    xenserver_host: xs-east.example.com
    xenserver_username: root
    xenserver_password: "{{ vault_xenserver_password }}"
    scheme: W11-Pool
    storage_repositories: [NFS-East]
    files: "{{ directory.stdout_lines }}"
  register: image

- name: Stop when it cannot be told
  ansible.builtin.assert:
    that: image.chosen | length == 1
    fail_msg: "{{ image.doubts | join('; ') }}"
"""

RETURN = r"""
vdis:
  description: The disks, those that were chosen first, then the younger ones first.
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
    description:
      description: Its description.
      type: str
      returned: always
    storage_repository:
      description: The name of its SR.
      type: str
      returned: always
    storage_repository_uuid:
      description: The uuid of its SR.
      type: str
      returned: always
    storage_repository_type:
      description: The type of its SR.
      type: str
      returned: always
    type:
      description: The type of the disk, for example V(user).
      type: str
      returned: always
    virtual_size_bytes:
      description: The size that a VM sees.
      type: int
      returned: always
    used_bytes:
      description: The space that it takes on its SR, without its parents.
      type: int
      returned: always
    managed:
      description: Whether XAPI lets clients use it. A base copy is not managed.
      type: bool
      returned: always
    read_only:
      description: Whether it cannot be attached for writing.
      type: bool
      returned: always
    missing:
      description: Whether its data was not there at the last scan.
      type: bool
      returned: always
    is_snapshot:
      description: Whether it belongs to a snapshot.
      type: bool
      returned: always
    parents:
      description: The uuids of the disks that it stands on, the nearest first.
      type: list
      elements: str
      returned: always
    data_uuid:
      description: The uuid of the disk that holds its data, itself or a parent. V(null) where XAPI does not tell, as on
        SRs without files.
      type: str
      returned: always
    data_layers:
      description: The number of disks in the chain that hold data. A file can be carried alone only when it is 1.
        V(null) on SRs without files.
      type: int
      returned: always
    machines:
      description: The names of the VMs with a disk that stands on the same data.
      type: list
      elements: str
      returned: always
    encrypted:
      description: Whether XenServer encrypts it or a disk that it stands on. Such a disk is brought nowhere, because
        another pool would need its key.
      type: bool
      returned: always
    other_config:
      description: The further entries of the disk, among them the marks of this collection.
      type: dict
      returned: always
    chosen:
      description: Whether it was chosen as the image of O(scheme).
      type: bool
      returned: always
    modified:
      description: When the file with its data was written. V(null) where O(files) does not tell.
      type: str
      returned: always
  sample:
    - uuid: 9082af8f-3a0c-4d0b-8d4e-6e4a41b1bb0d
      name: W11-Pool-baseDisk
      description: ""
      storage_repository: NFS-East
      storage_repository_uuid: bd6798ad-1508-40d0-8aa3-a470569ceba0
      storage_repository_type: nfs
      type: user
      virtual_size_bytes: 68719476736
      used_bytes: 67584
      managed: true
      read_only: false
      missing: false
      is_snapshot: false
      parents: [02fc6d44-6ed9-4e1a-a1fa-ee3866bba75b]
      data_uuid: 02fc6d44-6ed9-4e1a-a1fa-ee3866bba75b
      data_layers: 1
      machines: [W11-001, W11-002]
      encrypted: false
      other_config: {}
      chosen: true
      modified: "2026-11-20T10:00:00Z"
chosen:
  description: The uuids of the disks that were chosen, one for each SR where that can be told.
  returned: success
  type: list
  elements: str
  sample: [9082af8f-3a0c-4d0b-8d4e-6e4a41b1bb0d]
doubts:
  description: Why nothing was chosen, or not on every SR.
  returned: success
  type: list
  elements: str
  sample: []
"""

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import run_as_module
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.operations.xen_vdi_info import OPERATION


def main() -> None:
    run_as_module(OPERATION)


if __name__ == "__main__":
    main()
