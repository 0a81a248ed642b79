#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: pc_recovery_point
short_description: Make a recovery point of a VM through Prism Central, or remove one
version_added: 1.0.0
description:
  - Makes a recovery point of one VM on the cluster that the VM is on, through Prism Central, REST API v4, and returns
    its id as the task that made it reports it.
  - A recovery point of this name that the collection made of this VM before is adopted, also one that an interrupted
    run had only begun. It is recognised by its mark, which is the moment at which it expires. So the retention is up to
    19 hours longer than asked for.
  - A recovery point of this name without the mark was made by somebody else. It is never adopted, and the task fails.
  - Recovery points that the collection makes always expire. One that is adopted and has less than half of O(retention)
    left gets the full time again.
author:
  - The euc.nutanix_citrix engineers (@euc-nutanix-citrix)
notes:
  - The account needs a role that may make and delete recovery points, for example Prism Admin.
  - The clock of the Prism Central counts for the expiry.
options:
  state:
    description:
      - V(present) makes the recovery point or adopts it.
      - V(absent) removes the copy of O(ext_id), or those of O(ext_ids). One that does not exist counts as removed.
        Copies on other clusters stay.
    type: str
    choices: [present, absent]
    default: present
  name:
    description:
      - The name of the recovery point, which must begin with O(prefix). Required for O(state=present) without
        O(ext_id).
      - With O(state=absent), each recovery point must be called so.
    type: str
  vm_uuid:
    description:
      - The uuid of the VM. One of O(vm_uuid), O(vm_name) and O(ext_id) is required for O(state=present). It may be
        empty only in check mode, for a VM that is yet to be made.
      - If O(name) is that of a temporary VM, which its cluster may have restored a moment ago, the task waits two
        minutes at most until Prism Central knows the VM. If several runs make such recovery points at once, the oldest
        of this name is returned.
    type: str
  vm_name:
    description:
      - The exact name of the VM. When several VMs have it, on one cluster or on several, the task fails and lists their
        uuids. If O(vm_uuid) is set as well, both must match.
    type: str
  cluster_uuid:
    description:
      - The uuid of the cluster whose VM is meant. If O(vm_uuid) is set as well, one is made only of a VM on this
        cluster.
    type: str
  ext_id:
    description:
      - The id of the copy to remove. One of O(ext_id) and O(ext_ids) is required for O(state=absent).
      - With O(state=present), the recovery point that is there and is to live on, instead of O(name), O(vm_uuid) and
        O(vm_name). It is given its full time again as one that is adopted. None is made, and one that does not bear the
        mark of the collection is refused.
    type: str
  ext_ids:
    description:
      - The ids of several copies to remove, side by side. One that cannot be removed makes the task fail when all
        others are removed.
    type: list
    elements: str
  kind:
    description:
      - Whether the guest is asked to bring its applications to rest first. This needs Nutanix Guest Tools.
      - A recovery point that is adopted is left as it is. A warning says when it is of the other kind, also when the
        guest did not do what it was asked to.
    type: str
    choices: [crash_consistent, application_consistent]
    default: crash_consistent
  retention:
    description:
      - The number of seconds after which the recovery point expires.
    type: int
    default: 2592000
  require_powered_off:
    description:
      - Whether to make one only of a VM that is powered off.
    type: bool
    default: false
  force:
    description:
      - Whether to remove a recovery point that does not bear the mark of the collection.
    type: bool
    default: false
  wait_timeout:
    description:
      - The number of seconds to wait. After that the task fails with "still running" and cancels nothing. Another run
        continues to wait.
    type: int
    default: 3600
extends_documentation_fragment:
  - euc.nutanix_citrix.prism_central
  - euc.nutanix_citrix.prefix
  - euc.nutanix_citrix.attributes
seealso:
  - module: euc.nutanix_citrix.pc_recovery_point_info
"""

EXAMPLES = r"""
- name: Make the recovery point of a release
  euc.nutanix_citrix.pc_recovery_point:
    nutanix_host: pc-east.example.com
    nutanix_username: svc_ansible
    nutanix_password: "{{ vault_nutanix_password }}"
    vm_name: Gold
    name: ctx_Gold_2026.11.20-1
    retention: 604800
    require_powered_off: true
  register: made

- name: Remove it when every cluster has its image
  euc.nutanix_citrix.pc_recovery_point:
    nutanix_host: pc-east.example.com
    nutanix_username: svc_ansible
    nutanix_password: "{{ vault_nutanix_password }}"
    ext_id: "{{ made.recovery_point.ext_id }}"
    state: absent
"""

RETURN = r"""
removed:
  description: The ids of the copies that were removed, or would be in check mode.
  returned: with O(state=absent)
  type: list
  elements: str
  sample: [0b6b8d2c-3f0e-4b7a-9a55-6b1f9c2f7d10]
recovery_point:
  description: The recovery point as it is at the end, or would be in check mode. V(null) after O(state=absent).
  returned: success
  type: dict
  contains:
    ext_id:
      description: The id of this copy. Empty in check mode when it is yet to be made.
      type: str
      returned: always
    location_agnostic_id:
      description: The id that all copies of the recovery point share, on all clusters and Prism Centrals. Empty in
        check mode when it is yet to be made.
      type: str
      returned: always
    name:
      description: The name of the recovery point.
      type: str
      returned: always
    created:
      description: When it was made, in UTC. V(null) in check mode when it is yet to be made.
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
    ext_id: 1ca2963d-77b6-453a-ae23-2c19e7a954a3
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
timeline:
  description: The steps of the work, each with C(phase) (V(recovery_point), V(expiry) or V(remove)), C(started) and
    C(finished) in UTC, and C(failed).
  returned: when something was done
  type: list
  elements: dict
  sample:
    - phase: recovery_point
      started: "2026-11-20T23:33:00.125Z"
      finished: "2026-11-20T23:33:12.480Z"
      failed: false
"""

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import run_as_module
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.operations.pc_recovery_point import OPERATION


def main() -> None:
    run_as_module(OPERATION)


if __name__ == "__main__":
    main()
