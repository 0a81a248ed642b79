#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: pe_vm_snapshot_info
short_description: Read the AHV snapshots of a Prism Element cluster
version_added: 1.0.0
description:
  - Reads AHV snapshots of VMs, which Citrix uses as master images, through Prism Element, REST API v2.0. Read snapshots
    of protection domains with M(euc.nutanix_citrix.pe_protection_domain_info).
  - For each image whose name is that of a release image, reports the golden VM and the release of that name, and
    whether the image is verified as theirs. Anybody can use such a name. An image is verified when it was taken of the
    temporary VM of that release, under the uuid that M(euc.nutanix_citrix.pe_vm_snapshot) gives it, which follows from
    the cluster, the name of the image and the name of the VM.
  - Snapshots that the cluster has removed and not yet collected are left out.
author:
  - The euc.nutanix_citrix engineers (@euc-nutanix-citrix)
notes:
  - The account needs the role Viewer on the cluster.
options:
  name:
    description:
      - Only snapshots of exactly this name.
    type: str
  vm_uuid:
    description:
      - Only snapshots taken from this VM, which may no longer exist.
    type: str
  base_vm:
    description:
      - Only release images of the golden VM of exactly this name.
    type: str
  fail_in_doubt:
    description:
      - Whether to fail when O(name) may not mean the image of the release on this cluster. See RV(doubts).
    type: bool
    default: false
  include_true_copy:
    description:
      - Whether to ask for each verified image if somebody had switched on the temporary VM before it was taken. Its VM
        and the tasks of the cluster are read for that.
    type: bool
    default: false
extends_documentation_fragment:
  - euc.nutanix_citrix.prism_element
  - euc.nutanix_citrix.prefix
  - euc.nutanix_citrix.attributes
  - euc.nutanix_citrix.attributes.info
seealso:
  - module: euc.nutanix_citrix.pe_vm_snapshot
"""

EXAMPLES = r"""
- name: Read all images of a golden VM
  euc.nutanix_citrix.pe_vm_snapshot_info:
    nutanix_host: cluster-a.example.com
    nutanix_username: svc_ansible
    nutanix_password: "{{ vault_nutanix_password }}"
    base_vm: Gold
  register: images

- name: Read whether the image of a release is there
  euc.nutanix_citrix.pe_vm_snapshot_info:
    nutanix_host: cluster-b.example.com
    nutanix_username: svc_ansible
    nutanix_password: "{{ vault_nutanix_password }}"
    name: ctx_Gold_2026.11.20-1
    fail_in_doubt: true
  register: image
"""

RETURN = r"""
snapshots:
  description: The snapshots, oldest first.
  returned: success
  type: list
  elements: dict
  contains:
    uuid:
      description: The uuid of the snapshot.
      type: str
      returned: always
    name:
      description: The name of the snapshot.
      type: str
      returned: always
    created:
      description: When it was taken, in UTC.
      type: str
      returned: always
    vm_uuid:
      description: The uuid of the VM it was taken from, which may no longer exist.
      type: str
      returned: always
    source_vm_name:
      description: The name of that VM at the time.
      type: str
      returned: always
    true_copy:
      description:
        - Whether the image holds what its temporary VM was restored with. V(no) when a task of the cluster had changed
          the power state of the VM when it was taken, with a minute of tolerance.
        - V(yes) when the tasks reach back an hour before it and none had, or when the VM is gone. A release removes it
          only when it knows that the image is true.
        - V(unknown) when the VM is there, and the cluster does not remember as far back or the VM is not off.
        - Null for a snapshot that is no verified image.
      type: str
      returned: when O(include_true_copy=true)
    lineage:
      description: Where the image comes from. Null when its name is not that of a release image.
      type: dict
      returned: always
      contains:
        base_vm:
          description: The name of the golden VM.
          type: str
          returned: always
        release:
          description: The id of the release.
          type: str
          returned: always
        protection_domain_snapshot_id:
          description: The protection domain snapshot it was restored from. Null unless the image is verified, and
            when it comes from a recovery point.
          type: str
          returned: always
        recovery_point_id:
          description: The recovery point it was restored from, by the location-agnostic id that all its copies share.
            Null unless the image is verified, and when it comes from a protection domain snapshot.
          type: str
          returned: always
        proven:
          description: Whether it is verified that the collection made this image for this release.
          type: bool
          returned: always
        doubt:
          description: Why the image is not verified, as the end of a sentence about it. Empty when it is.
          type: str
          returned: always
  sample:
    - uuid: 87f5999b-acc1-4794-897a-5325deeb294f
      name: ctx_Gold_2026.11.20-1
      created: "2026-11-20T23:33:00Z"
      vm_uuid: 9ed3caab-2847-4db9-9ccc-7d74e56bb97d
      source_vm_name: ctx_2026.11.20-1_353902_Gold
      lineage:
        base_vm: Gold
        release: 2026.11.20-1
        protection_domain_snapshot_id: "353902"
        recovery_point_id: null
        proven: true
        doubt: ""
doubts:
  description:
    - Why O(name) may not mean the image of the release on this cluster. Possible reasons are several snapshots of this
      name, a snapshot of another origin, or one whose name differs only in case, which Citrix cannot tell apart.
    - Each has the uuid of the snapshot as C(id), which is empty when there are several, its C(name), and C(reason).
  returned: success and O(name) is given
  type: list
  elements: dict
  sample: []
"""

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import run_as_module
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.operations.pe_vm_snapshot_info import OPERATION


def main() -> None:
    run_as_module(OPERATION)


if __name__ == "__main__":
    main()
