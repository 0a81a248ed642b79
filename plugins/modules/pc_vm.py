#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: pc_vm
short_description: Remove a VM through Prism Central or set its power state
version_added: 1.0.0
description:
  - Removes a VM or powers it on or off, through Prism Central, REST API v4.
  - Made for the temporary VMs that the collection restores from recovery points. Such a VM is known by its name and by
    the mark in its description. Changing any other VM is an error unless O(force=true).
  - Each order shows the version of the VM that it was decided on. When somebody else changes the VM at the same time,
    it is read again and the order is repeated a few times.
author:
  - The euc.nutanix_citrix engineers (@euc-nutanix-citrix)
notes:
  - The account needs a role that may operate and delete VMs, for example Prism Admin.
options:
  state:
    description:
      - V(absent) removes the VM. One that does not exist counts as removed.
      - V(powered_on) and V(powered_off) need a VM that exists.
    type: str
    required: true
    choices: [absent, powered_on, powered_off]
  name:
    description:
      - The exact name of the VM. One of O(name) and O(uuid) is required.
      - When several VMs have this name, on one cluster or on several, the task fails and lists their uuids.
    type: str
  uuid:
    description:
      - The uuid of the VM. If O(name) or O(cluster_uuid) is set as well, all must match.
    type: str
  cluster_uuid:
    description:
      - The uuid of the cluster whose VM is meant.
    type: str
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
  - euc.nutanix_citrix.prism_central
  - euc.nutanix_citrix.prefix
  - euc.nutanix_citrix.waiting
  - euc.nutanix_citrix.attributes
seealso:
  - module: euc.nutanix_citrix.pc_vm_info
  - module: euc.nutanix_citrix.pe_vm
"""

EXAMPLES = r"""
- name: Remove the temporary VM of a release
  euc.nutanix_citrix.pc_vm:
    nutanix_host: pc-east.example.com
    nutanix_username: svc_ansible
    nutanix_password: "{{ vault_nutanix_password }}"
    name: ctx_2026.11.20-1_4c1f1f2e-9d5c-4c3e-8a77-5d6c2c9f0b11_Gold
    cluster_uuid: 00061fa4-ef93-7dd8-185b-ac1f6b6f97e2
    state: absent

- name: Shut the golden VM down before its release
  euc.nutanix_citrix.pc_vm:
    nutanix_host: pc-east.example.com
    nutanix_api_key: "{{ vault_nutanix_api_key }}"
    uuid: 1962edba-61fc-4782-9d3d-3190658d763f
    state: powered_off
    force: true
"""

RETURN = r"""
vms:
  description: The VM as it is at the end, or would be in check mode. Empty after O(state=absent).
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
    cluster_uuid:
      description: The uuid of the cluster that the VM is on.
      type: str
      returned: always
    power_state:
      description: The power state of the VM.
      type: str
      returned: always
  sample:
    - uuid: 1962edba-61fc-4782-9d3d-3190658d763f
      name: Gold
      cluster_uuid: 00061fa4-ef93-7dd8-185b-ac1f6b6f97e2
      power_state: "off"
removed:
  description: The uuid of the VM that was removed, or would be in check mode.
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
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.operations.pc_vm import OPERATION


def main() -> None:
    run_as_module(OPERATION)


if __name__ == "__main__":
    main()
