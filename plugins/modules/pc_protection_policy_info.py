#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: pc_protection_policy_info
short_description: Read protection policies and how far their recovery points are
version_added: 1.0.0
description:
  - Reads the protection policies of a Prism Central, with their locations, clusters and schedules.
  - For the VM of O(vm_uuid) it also reads the newest recovery point at each location, and where the newest of all is.
  - Policies are read through REST API v4, or v3, where they are called protection rules. Both give the same result,
    except that v3 knows no labels of locations and their place in the list stands for them.
  - Recovery points do not tell which policy made them. All recovery points of the VM count, except those that bear the
    mark of the collection and O(prefix).
  - A Prism Central knows the recovery points of its own clusters. For locations under another one, run the module there
    as well.
author:
  - The euc.nutanix_citrix engineers (@euc-nutanix-citrix)
notes:
  - The account needs the role Prism Viewer.
options:
  name:
    description:
      - Only policies of exactly this name. If there is none, the task fails.
    type: str
  ext_id:
    description:
      - Only the policy with this id. If there is none, the task fails.
    type: str
  vm_uuid:
    description:
      - The uuid of a VM. Without O(name) and O(ext_id), only the policy that protects this VM is returned, or none.
    type: str
  through:
    description:
      - Which version of the API to read policies through. V(auto) is v4, and v3 where v4 does not have them.
    type: str
    choices: [auto, v4, v3]
    default: auto
extends_documentation_fragment:
  - euc.nutanix_citrix.prism_central
  - euc.nutanix_citrix.prefix
  - euc.nutanix_citrix.attributes
  - euc.nutanix_citrix.attributes.info
seealso:
  - module: euc.nutanix_citrix.pc_recovery_point_info
"""

EXAMPLES = r"""
- name: Read the policy of the golden VM
  euc.nutanix_citrix.pc_protection_policy_info:
    nutanix_host: pc-east.example.com
    nutanix_username: svc_ansible
    nutanix_password: "{{ vault_nutanix_password }}"
    vm_uuid: 1962edba-61fc-4782-9d3d-3190658d763f
  register: protection

- name: Stop when its newest recovery point has not arrived everywhere
  ansible.builtin.assert:
    that: policy.copies | rejectattr('state', 'eq', 'there') | list | length == 0
  loop: "{{ protection.protection_policies }}"
  loop_control:
    loop_var: policy
"""

RETURN = r"""
protection_policies:
  description: The policies, sorted by name.
  returned: success
  type: list
  elements: dict
  contains:
    ext_id:
      description: The id of the policy.
      type: str
      returned: always
    name:
      description: The name of the policy.
      type: str
      returned: always
    categories:
      description: The categories whose VMs are protected, as key/value.
      type: list
      elements: str
      returned: always
    locations:
      description: The places that hold recovery points, the primary one first.
      type: list
      elements: dict
      returned: always
      contains:
        label:
          description: The label of the location.
          type: str
          returned: always
        central_uuid:
          description: The uuid of its Prism Central.
          type: str
          returned: always
        cluster_uuids:
          description: The uuids of its clusters. Empty when all clusters of that Prism Central are meant.
          type: list
          elements: str
          returned: always
        primary:
          description: Whether it is the primary location.
          type: bool
          returned: always
        here:
          description: Whether it is under the Prism Central that was asked.
          type: bool
          returned: always
    schedules:
      description: How often recovery points are made and where they are sent.
      type: list
      elements: dict
      returned: always
      contains:
        source:
          description: The label of the location where they are made.
          type: str
          returned: always
        target:
          description: The label of the location that they are sent to. Empty when they stay.
          type: str
          returned: always
        kind:
          description: V(crash_consistent) or V(application_consistent). Empty where the policy does not say.
          type: str
          returned: always
        every_seconds:
          description: The interval. V(0) is synchronous replication.
          type: int
          returned: always
        keep_local:
          description: How many stay at the source. V(null) when older ones are thinned out instead.
          type: int
          returned: always
        keep_remote:
          description: How many stay at the target. V(null) when older ones are thinned out instead.
          type: int
          returned: always
        rollup:
          description: Whether older ones are thinned out.
          type: bool
          returned: always
    newest_at:
      description: The newest recovery point of the VM at each cluster of each location.
      type: list
      elements: dict
      returned: with O(vm_uuid)
      contains:
        label:
          description: The label of the location.
          type: str
          returned: always
        central_uuid:
          description: The uuid of its Prism Central.
          type: str
          returned: always
        cluster_uuid:
          description: The uuid of the cluster. Empty for all clusters of another Prism Central.
          type: str
          returned: always
        known:
          description: Whether the Prism Central that was asked can tell.
          type: bool
          returned: always
        recovery_point:
          description: The recovery point, as M(euc.nutanix_citrix.pc_recovery_point_info) returns it. V(null) when
            there is none.
          type: dict
          returned: always
    newest:
      description: The newest of them, as M(euc.nutanix_citrix.pc_recovery_point_info) returns it. V(null) when there is
        none.
      type: dict
      returned: with O(vm_uuid)
    copies:
      description: Where copies of RV(protection_policies[].newest) are. Empty when there is none.
      type: list
      elements: dict
      returned: with O(vm_uuid)
      contains:
        label:
          description: The label of the location.
          type: str
          returned: always
        central_uuid:
          description: The uuid of its Prism Central.
          type: str
          returned: always
        cluster_uuid:
          description: The uuid of the cluster. Empty for all clusters of another Prism Central.
          type: str
          returned: always
        state:
          description: V(there), V(under_way) when a replication of it is running, V(missing), or V(not_known) when only
            another Prism Central can tell. A running replication does not tell its target, so it counts for each place
            without a copy.
          type: str
          returned: always
        ext_id:
          description: The id of the copy. Empty when it is not there.
          type: str
          returned: always
        percent:
          description: How far the replication is. V(null) when none is running.
          type: int
          returned: always
  sample:
    - ext_id: e6a4b6f2-7b2a-4b7e-9d33-0a5bb6d0c511
      name: Citrix-Images
      categories: [App/Gold]
      locations:
        - label: east
          central_uuid: 18553f0f-7b41-4115-bf42-2f698fbe7117
          cluster_uuids: [00061fa4-ef93-7dd8-185b-ac1f6b6f97e2]
          primary: true
          here: true
      schedules:
        - source: east
          target: ""
          kind: crash_consistent
          every_seconds: 3600
          keep_local: 4
          keep_remote: null
          rollup: false
"""

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import run_as_module
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.operations.pc_protection_policy_info import OPERATION


def main() -> None:
    run_as_module(OPERATION)


if __name__ == "__main__":
    main()
