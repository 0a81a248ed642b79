#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: pe_vm_snapshot
short_description: Make or remove an AHV snapshot of a VM
version_added: 1.0.0
description:
  - Makes an AHV snapshot under an exact name, which Citrix then uses as a master image, or removes one, through Prism
    Element, REST API v2.0.
  - An existing snapshot of that name is kept as it is when it was taken of the selected VM. A snapshot of another VM is
    an error. Two snapshots of one name are an error that lists both. A snapshot whose name differs only in case is an
    error too, because Citrix cannot tell the two apart.
  - The snapshot is ordered under a uuid that follows from its name and its VM. A repeated run therefore does not make a
    second snapshot after a run that was killed or lost an answer.
  - Of the temporary VM of a release none is taken when it is not powered off, or when a task of the cluster tells that
    it was switched on before. Then it is no true copy of its golden VM any more. When somebody switches it on while
    the snapshot is taken, the snapshot is removed again, see O(take_back).
author:
  - The euc.nutanix_citrix engineers (@euc-nutanix-citrix)
notes:
  - The account needs the role Cluster Admin on the cluster.
options:
  state:
    description:
      - Whether the snapshot must exist.
    type: str
    choices: [present, absent]
    default: present
  name:
    description:
      - The exact name of the snapshot. Required for O(state=present). One of O(name) and O(uuid) is required for
        O(state=absent).
    type: str
  uuid:
    description:
      - The uuid of the snapshot to remove. If O(name) is set as well, both must match.
    type: str
  vm_uuid:
    description:
      - The uuid of the VM to take the snapshot of.
      - Not required when the snapshot exists already. May be empty in check mode, where the VM may not exist yet.
    type: str
  vm_name:
    description:
      - The exact name of the VM to take the snapshot of. It must be unique on the cluster. If O(vm_uuid) is set as
        well, both must match.
    type: str
  force:
    description:
      - Whether to remove a snapshot that is not verified as an image that the collection made with O(prefix). Without
        it, removing such a snapshot is an error. See
        RV(euc.nutanix_citrix.pe_vm_snapshot_info#module:snapshots[].lineage).
    type: bool
    default: false
  take_back:
    description:
      - Whether to remove the new snapshot of a temporary VM that somebody has switched on while it was taken. In either
        case the task fails. The cluster does not know whether a catalog uses the snapshot already. Set this to V(false)
        to ask the sites first, and to remove it then.
    type: bool
    default: true
extends_documentation_fragment:
  - euc.nutanix_citrix.prism_element
  - euc.nutanix_citrix.prefix
  - euc.nutanix_citrix.waiting
  - euc.nutanix_citrix.attributes
seealso:
  - module: euc.nutanix_citrix.pe_vm_snapshot_info
"""

EXAMPLES = r"""
- name: Make the image of a release from its temporary VM
  euc.nutanix_citrix.pe_vm_snapshot:
    nutanix_host: cluster-b.example.com
    nutanix_username: svc_ansible
    nutanix_password: "{{ vault_nutanix_password }}"
    name: ctx_Gold_2026.11.20-1
    vm_uuid: "{{ restored.vm.uuid }}"

- name: Remove an image that no catalog uses any more
  euc.nutanix_citrix.pe_vm_snapshot:
    nutanix_host: cluster-b.example.com
    nutanix_username: svc_ansible
    nutanix_password: "{{ vault_nutanix_password }}"
    name: ctx_Gold_2026.01.15-1
    state: absent
"""

RETURN = r"""
snapshot:
  description: The snapshot. Null after O(state=absent). In check mode a snapshot that would be made has an empty uuid.
  returned: success
  type: dict
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
      description: When it was taken, in UTC. Null when it does not exist yet.
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
    lineage:
      description: Where the image comes from, as in M(euc.nutanix_citrix.pe_vm_snapshot_info). Null when its name is
        not that of a release image.
      type: dict
      returned: always
  sample:
    uuid: 87f5999b-acc1-4794-897a-5325deeb294f
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
untrue_image:
  description: The uuid of the new snapshot of a VM that was switched on meanwhile, and that O(take_back) left there.
  returned: when there is one
  type: str
  sample: 87f5999b-acc1-4794-897a-5325deeb294f
timeline:
  description: The steps of the work, each with C(phase) (V(image)), C(started) and C(finished) in UTC, and C(failed).
  returned: when something was done
  type: list
  elements: dict
  sample:
    - phase: image
      started: "2026-11-20T23:33:00.125Z"
      finished: "2026-11-20T23:43:12.480Z"
      failed: false
"""

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import run_as_module
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.operations.pe_vm_snapshot import OPERATION


def main() -> None:
    run_as_module(OPERATION)


if __name__ == "__main__":
    main()
