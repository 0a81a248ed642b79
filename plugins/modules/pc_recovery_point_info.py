#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: pc_recovery_point_info
short_description: Read the recovery points of a VM
version_added: 1.0.0
description:
  - Reads the recovery points of one VM, all copies of one recovery point, or one copy, through Prism Central, REST API
    v4, newest first.
  - Prism Central is asked for just these and never lists all recovery points.
  - A Prism Central lists the copies that its own clusters hold. Whether it also lists copies under paired Prism
    Centrals depends on the release. RV(recovery_points[].cluster_uuids) tells where each copy is.
author:
  - The euc.nutanix_citrix engineers (@euc-nutanix-citrix)
notes:
  - The account needs the role Prism Viewer.
options:
  vm_uuid:
    description:
      - The uuid of the VM. It stays that of the source VM in copies on other clusters, and after the VM is gone. One of
        O(vm_uuid), O(location_agnostic_id), O(location_agnostic_ids), O(ext_id) and O(name) is required.
    type: str
  location_agnostic_id:
    description:
      - The id that all copies of a recovery point share.
    type: str
  location_agnostic_ids:
    description:
      - Such ids of several recovery points, whose copies are read together.
    type: list
    elements: str
  ext_id:
    description:
      - The id of one copy.
    type: str
  name:
    description:
      - Only recovery points of exactly this name. For O(vm_uuid), or alone for those of any VM.
    type: str
  cluster_uuid:
    description:
      - Only copies that the cluster with this uuid holds. For O(vm_uuid) and O(location_agnostic_id).
    type: str
  since:
    description:
      - Only recovery points that were made at this moment or later, for example V(2026-11-20T23:33:00Z). For
        O(vm_uuid).
    type: str
  newest_only:
    description:
      - Whether to read only the newest one. For O(vm_uuid).
    type: bool
    default: false
extends_documentation_fragment:
  - euc.nutanix_citrix.prism_central
  - euc.nutanix_citrix.prefix
  - euc.nutanix_citrix.attributes
  - euc.nutanix_citrix.attributes.info
seealso:
  - module: euc.nutanix_citrix.pc_recovery_point
"""

EXAMPLES = r"""
- name: Read the newest recovery point of the golden VM that cluster B holds
  euc.nutanix_citrix.pc_recovery_point_info:
    nutanix_host: pc-east.example.com
    nutanix_username: svc_ansible
    nutanix_password: "{{ vault_nutanix_password }}"
    vm_uuid: 1962edba-61fc-4782-9d3d-3190658d763f
    cluster_uuid: 00061d4b-9e3c-2a10-0000-000000026b3f
    newest_only: true
  register: newest

- name: Find its copies on another Prism Central
  euc.nutanix_citrix.pc_recovery_point_info:
    nutanix_host: pc-west.example.com
    nutanix_username: svc_ansible
    nutanix_password: "{{ vault_nutanix_password }}"
    location_agnostic_id: "{{ newest.recovery_points[0].location_agnostic_id }}"
  when: newest.recovery_points | length > 0
"""

RETURN = r"""
recovery_points:
  description: The copies, newest first.
  returned: success
  type: list
  elements: dict
  contains:
    ext_id:
      description: The id of this copy.
      type: str
      returned: always
    location_agnostic_id:
      description: The id that all copies of the recovery point share, on all clusters and Prism Centrals.
      type: str
      returned: always
    name:
      description: The name of the recovery point.
      type: str
      returned: always
    created:
      description: When it was made, in UTC.
      type: str
      returned: always
    expires:
      description: When it expires, in UTC. V(null) when it never does.
      type: str
      returned: always
    kind:
      description: V(crash_consistent) or V(application_consistent).
      type: str
      returned: always
    cluster_uuids:
      description: The clusters that hold this copy, nearly always one.
      type: list
      elements: str
      returned: always
    vms:
      description: The VMs in it, each with C(uuid), which stays that of the source VM in every copy, C(ext_id), the id
        of the VM in this copy, and C(location_agnostic_id).
      type: list
      elements: dict
      returned: always
    ours:
      description: Whether it bears the mark of the collection and O(prefix), or that of a copy that the collection has
        ordered of somebody else's.
      type: bool
      returned: always
  sample:
    - ext_id: 1ca2963d-77b6-453a-ae23-2c19e7a954a3
      location_agnostic_id: 4c1f1f2e-9d5c-4c3e-8a77-5d6c2c9f0b11
      name: ctx_Gold_2026.11.20-1
      created: "2026-11-20T23:33:00Z"
      expires: "2026-12-21T04:10:25Z"
      kind: crash_consistent
      cluster_uuids: [00061fa4-ef93-7dd8-185b-ac1f6b6f97e2]
      vms:
        - ext_id: 522670d7-e92d-45c5-9139-76ccff6813c2
          uuid: 1962edba-61fc-4782-9d3d-3190658d763f
          location_agnostic_id: 9a1d7c50-2b3e-4f7c-8a0a-6a4b3b2a1c10
      ours: true
"""

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import run_as_module
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.operations.pc_recovery_point_info import OPERATION


def main() -> None:
    run_as_module(OPERATION)


if __name__ == "__main__":
    main()
