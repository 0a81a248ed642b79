#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: pe_vm
short_description: Remove a VM from a Prism Element cluster or set its power state
version_added: 1.0.0
description:
  - Removes VMs or powers VMs on or off, through Prism Element, REST API v2.0.
  - Made for the temporary VMs that M(euc.nutanix_citrix.pe_protection_domain_restore) creates. Changing any other VM is
    an error unless O(force=true), and so is removing one that is or was switched on, as far as the tasks of the cluster
    tell.
  - The AHV snapshots of a removed VM are never removed with it.
author:
  - The euc.nutanix_citrix engineers (@euc-nutanix-citrix)
notes:
  - The account needs the role Cluster Admin on the cluster.
options:
  state:
    description:
      - V(absent) removes every VM of the name when all of them are temporary VMs of O(prefix), and nothing when one of
        them is not.
      - V(powered_on) and V(powered_off) need exactly one VM of the name, or accept many through O(uuids).
    type: str
    required: true
    choices: [absent, powered_on, powered_off]
  name:
    description:
      - The exact name of the VM. One of O(name), O(uuid) and O(uuids) is required.
    type: str
  uuid:
    description:
      - The uuid of the VM. If O(name) is set as well, both must match.
    type: str
  uuids:
    description:
      - The uuids of many VMs, which are powered on or off side by side. Cannot be combined with O(name) or O(uuid).
      - A VM that fails or does not exist does not hold up the others. At the end the task fails and lists them all in
        RV(failures).
      - With O(state=absent), a VM that does not exist counts as removed, and nothing is removed when one of them is not
        a temporary VM of O(prefix).
      - An empty uuid is an error. In check mode it is ignored, because an activation does not know the uuids yet.
    type: list
    elements: str
  force:
    description:
      - Whether to change a VM that is not a temporary VM of O(prefix), and to remove one that is switched on. The
        collection never starts temporary VMs, so one that is on is in use.
    type: bool
    default: false
  power_off:
    description:
      - How to power off. V(acpi) asks the guest to shut down, and switches the VM off when the guest has not done so
        within O(acpi_timeout) seconds. V(hard) switches it off at once.
    type: str
    choices: [acpi, hard]
    default: acpi
  acpi_timeout:
    description:
      - The number of seconds that the guest has to shut down.
    type: int
    default: 300
extends_documentation_fragment:
  - euc.nutanix_citrix.prism_element
  - euc.nutanix_citrix.prefix
  - euc.nutanix_citrix.waiting
  - euc.nutanix_citrix.attributes
seealso:
  - module: euc.nutanix_citrix.pe_vm_info
  - module: euc.nutanix_citrix.pe_protection_domain_restore
"""

EXAMPLES = r"""
- name: Remove the temporary VM of a release
  euc.nutanix_citrix.pe_vm:
    nutanix_host: cluster-b.example.com
    nutanix_username: svc_ansible
    nutanix_password: "{{ vault_nutanix_password }}"
    name: ctx_2026.11.20-1_353902_Gold
    state: absent

- name: Shut the golden VM down before its release
  euc.nutanix_citrix.pe_vm:
    nutanix_host: cluster-a.example.com
    nutanix_username: svc_ansible
    nutanix_password: "{{ vault_nutanix_password }}"
    name: Gold
    state: powered_off
    force: true

- name: Power on what a failover has moved
  euc.nutanix_citrix.pe_vm:
    nutanix_host: cluster-b.example.com
    nutanix_username: svc_ansible
    nutanix_password: "{{ vault_nutanix_password }}"
    uuids: "{{ moved.vms | map(attribute='uuid') }}"
    state: powered_on
    force: true
"""

RETURN = r"""
vms:
  description: The selected VMs as they are at the end, or would be in check mode. Empty after O(state=absent).
  returned: success
  type: list
  elements: dict
  contains:
    uuid:
      description: The uuid of the VM.
      type: str
      returned: always
    name:
      description: The name of the VM.
      type: str
      returned: always
    power_state:
      description: The power state of the VM.
      type: str
      returned: always
  sample:
    - uuid: 1962edba-61fc-4782-9d3d-3190658d763f
      name: Gold
      power_state: "off"
failures:
  description: The VMs of O(uuids) that failed, each with its uuid as C(id), C(name), which is empty when it is not
    there, and C(reason).
  returned: failure
  type: list
  elements: dict
  sample:
    - id: 1962edba-61fc-4782-9d3d-3190658d763f
      name: desk-017
      reason: "the task ended Failed: no host has enough memory"
removed:
  description: The uuids of the VMs that were removed, or would be in check mode.
  returned: success
  type: list
  elements: str
  sample: [8d1f2c3a-6a44-4f0e-9c1b-0f6b1f3f2d11]
timeline:
  description: The steps of the work, each with C(phase) (V(power) or V(remove)), C(started) and C(finished) in UTC, and
    C(failed).
  returned: when something was done
  type: list
  elements: dict
  sample:
    - phase: remove
      started: "2026-11-20T23:33:00.125Z"
      finished: "2026-11-20T23:43:12.480Z"
      failed: false
"""

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import run_as_module
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.operations.pe_vm import OPERATION


def main() -> None:
    run_as_module(OPERATION)


if __name__ == "__main__":
    main()
