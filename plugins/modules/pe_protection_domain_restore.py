#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: pe_protection_domain_restore
short_description: Restore a golden VM from one exact protection domain snapshot
version_added: 1.0.0
description:
  - Restores a VM from a snapshot of a protection domain as a new, powered-off VM, through Prism Element, REST API v2.0.
    Run it on any cluster that holds the snapshot, either the cluster that took it or one that receives it.
  - The new VM is called C(<prefix><release>_<snapshot id>_<VM name>). No existing VM is ever replaced.
  - A VM of exactly this name is adopted, and a restore that is already running is waited for, so that an interrupted
    run can continue.
  - A restore whose answer was lost is never ordered a second time in the same run. The module looks for the VM and
    fails when it finds no trace of it.
author:
  - The euc.nutanix_citrix engineers (@euc-nutanix-citrix)
notes:
  - The account needs the role Cluster Admin on the cluster.
options:
  protection_domain:
    description:
      - The exact name of the protection domain.
    type: str
    required: true
  snapshot_id:
    description:
      - The id of the snapshot, as M(euc.nutanix_citrix.pe_protection_domain_snapshot) returned it, or as this cluster
        lists it with the site it came from.
      - May be empty only in check mode, for a snapshot that does not exist yet.
    type: str
  vm_name:
    description:
      - The exact name of the golden VM in the snapshot.
    type: str
    required: true
  vm_uuid:
    description:
      - The uuid of the golden VM in the snapshot. Required when the snapshot holds two VMs of this name.
    type: str
  release:
    description:
      - The id of the release, made of letters, digits, C(.), C(+) and C(-), for example V(2026.11.20-1).
    type: str
    required: true
  wait:
    description:
      - Whether to wait for the snapshot to arrive and for the restore to end. If V(false), a snapshot that has not
        arrived is an error.
    type: bool
    default: true
  wait_timeout:
    description:
      - The number of seconds to wait for both together. After that the task fails with "still running" and cancels
        nothing. Another run continues to wait.
    type: int
    default: 3600
extends_documentation_fragment:
  - euc.nutanix_citrix.prism_element
  - euc.nutanix_citrix.prefix
  - euc.nutanix_citrix.attributes
seealso:
  - module: euc.nutanix_citrix.pe_protection_domain_snapshot
  - module: euc.nutanix_citrix.pe_vm_snapshot
  - module: euc.nutanix_citrix.pe_vm
"""

EXAMPLES = r"""
- name: Restore the golden VM of a release on a receiving cluster, as soon as the snapshot is there
  euc.nutanix_citrix.pe_protection_domain_restore:
    nutanix_host: cluster-b.example.com
    nutanix_username: svc_ansible
    nutanix_password: "{{ vault_nutanix_password }}"
    protection_domain: PD-Gold
    snapshot_id: "{{ snapshot.snapshot_id }}"
    vm_name: Gold
    release: 2026.11.20-1
    wait_timeout: 14400
  register: restored

- name: Restore one of two VMs of the same name
  euc.nutanix_citrix.pe_protection_domain_restore:
    nutanix_host: cluster-b.example.com
    nutanix_username: svc_ansible
    nutanix_password: "{{ vault_nutanix_password }}"
    protection_domain: PD-Gold
    snapshot_id: "cluster-a:353902"
    vm_name: Gold
    vm_uuid: 1962edba-61fc-4782-9d3d-3190658d763f
    release: 2026.11.20-1
"""

RETURN = r"""
vm:
  description: The restored VM. Its C(uuid) is empty in check mode and with O(wait=false) as long as the VM does not
    exist.
  returned: success
  type: dict
  contains:
    uuid:
      description: The uuid of the VM.
      type: str
      returned: always
    name:
      description: The name of the VM.
      type: str
      returned: always
  sample:
    uuid: 8d1f2c3a-6a44-4f0e-9c1b-0f6b1f3f2d11
    name: ctx_2026.11.20-1_353902_Gold
snapshot_id:
  description: The id of the snapshot on this cluster, with the site it came from. Empty in check mode when it has not
    arrived yet.
  returned: success
  type: str
  sample: "cluster-a:353902"
adopted:
  description: Whether the VM existed already, or its restore was already running.
  returned: success
  type: bool
  sample: false
duplicates:
  description: Other VMs of exactly the same name, each with C(uuid) and C(name). They are copies that an interrupted
    run left behind.
  returned: success
  type: list
  elements: dict
  sample: []
timeline:
  description: The steps of the work, each with C(phase) (V(replicate) and V(restore)), C(started) and C(finished) in
    UTC, and C(failed).
  returned: when something was done
  type: list
  elements: dict
  sample:
    - phase: replicate
      started: "2026-11-20T23:33:00.125Z"
      finished: "2026-11-20T23:43:12.480Z"
      failed: false
"""

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import run_as_module
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.operations.pe_protection_domain_restore import (
    OPERATION,
)


def main() -> None:
    run_as_module(OPERATION)


if __name__ == "__main__":
    main()
