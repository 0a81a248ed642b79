#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: citrix_machine_info
short_description: Read machines with their power, registration and image state
version_added: 1.0.0
description:
  - Reads all machines of a Citrix DaaS or CVAD site, page by page, and counts them.
  - After an image update, a gate can use the counts, for example that no machine is out of date and all are registered.
author:
  - The euc.nutanix_citrix engineers (@euc-nutanix-citrix)
options:
  catalogs:
    description:
      - The machine catalogs whose machines to read. Defaults to all machines of the site.
  delivery_groups:
    description:
      - Return only machines of these delivery groups.
    type: list
    elements: str
  names:
    description:
      - Return only these machines, each as V(DOMAIN\\HOST) or V(HOST). Names must be whole; case does not matter. A
        machine that does not exist is an error.
    type: list
    elements: str
notes:
  - The account needs the role Read Only Administrator.
seealso:
  - module: euc.nutanix_citrix.citrix_catalog_info
extends_documentation_fragment:
  - euc.nutanix_citrix.citrix
  - euc.nutanix_citrix.citrix.catalogs
  - euc.nutanix_citrix.attributes
  - euc.nutanix_citrix.attributes.info
"""

EXAMPLES = r"""
- name: Read the machines of a catalog
  euc.nutanix_citrix.citrix_machine_info:
    catalogs:
      - name: W11-Pool
        folder: Prod
  register: pool

- name: Insist that all have taken up the image
  ansible.builtin.assert:
    that:
      - pool.summary.image_out_of_date == 0
      - pool.summary.registered == pool.summary.total

- name: Read two machines
  euc.nutanix_citrix.citrix_machine_info:
    names:
      - CORP\W11-001
      - CORP\W11-002
  register: two
"""

RETURN = r"""
machines:
  description: The machines, sorted by name.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: Id of the machine.
      type: str
      returned: always
    name:
      description: Its name as DOMAIN\HOST.
      type: str
      returned: always
    dns_name:
      description: Its DNS name.
      type: str
      returned: always
    catalog:
      description: Name of its catalog.
      type: str
      returned: always
    catalog_id:
      description: Id of its catalog.
      type: str
      returned: always
    delivery_group:
      description: The name of its delivery group. Empty when it is in none.
      type: str
      returned: always
    provisioning_type:
      description: V(MCS), V(Manual), V(PVS) and so on.
      type: str
      returned: always
    power_state:
      description: V(On), V(Off), V(Unknown) and so on.
      type: str
      returned: always
    registration_state:
      description: V(Registered), V(Unregistered) and so on.
      type: str
      returned: always
    fault_state:
      description: V(None), V(Unregistered), V(VirtualMachineNotFound) and so on.
      type: str
      returned: always
    maintenance_mode:
      description: Whether it is in maintenance mode.
      type: bool
      returned: always
    image_out_of_date:
      description: Whether it needs a restart to take a new image.
      type: bool
      returned: always
    hosted_machine_id:
      description: The id of its VM on the hypervisor. Empty when it has none.
      type: str
      returned: always
    hosted_machine_name:
      description: Name of its VM.
      type: str
      returned: always
    hypervisor_connection:
      description: The name of the hypervisor connection that leads to its VM.
      type: str
      returned: always
    agent_version:
      description: Version of its VDA.
      type: str
      returned: always
    sessions:
      description: The number of its sessions.
      type: int
      returned: always
    scheduled_reboot:
      description: V(None), V(Pending), V(Draining), V(InProgress) or V(Natural).
      type: str
      returned: always
    maintenance_reason:
      description: Why it is in maintenance mode, V(None), V(Administrator) or V(MaxFailedRegistrations).
      type: str
      returned: always
    delivery_group_id:
      description: The id of its delivery group. Empty when it is in none.
      type: str
      returned: always
    hosting_updated:
      description: When the site last updated what it knows about its VM. Empty when the site does not report it.
      type: str
      returned: always
    last_deregistration:
      description: When its VDA last deregistered. Empty when the site does not report it.
      type: str
      returned: always
    last_connection:
      description: When a user last connected to it. Empty when the site does not report it.
      type: str
      returned: always
  sample:
    - id: 4b9d0000-0000-4000-8000-000000000001
      name: CORP\W11-001
      dns_name: w11-001.corp.example
      catalog: W11-Pool
      catalog_id: c0ffee00-0000-4000-8000-000000000001
      delivery_group: W11
      provisioning_type: MCS
      power_state: "On"
      registration_state: Registered
      fault_state: None
      maintenance_mode: false
      image_out_of_date: false
      hosted_machine_id: 6f0c3a52-0000-4000-8000-000000000001
      hosted_machine_name: W11-001
      hypervisor_connection: AHV-01-conn
      agent_version: 2402.0.0.0
      sessions: 0
      scheduled_reboot: None
      maintenance_reason: None
      delivery_group_id: d1500000-0000-4000-8000-000000000005
      last_deregistration: "2026-11-20T02:14:00Z"
      last_connection: "2026-11-20T08:31:12Z"
summary:
  description: The counts of the machines.
  returned: success
  type: dict
  contains:
    total:
      description: The number of machines.
      type: int
      returned: always
    registered:
      description: The number of machines that are registered.
      type: int
      returned: always
    image_out_of_date:
      description: The number of machines that need a restart to take a new image.
      type: int
      returned: always
    maintenance_mode:
      description: The number of machines in maintenance mode.
      type: int
      returned: always
    with_sessions:
      description: The number of machines with a session.
      type: int
      returned: always
    by_power_state:
      description: The number of machines in each power state.
      type: dict
      returned: always
    by_fault_state:
      description: The number of machines with each fault. Empty when none has a fault.
      type: dict
      returned: always
  sample:
    total: 20
    registered: 19
    image_out_of_date: 4
    maintenance_mode: 0
    with_sessions: 12
    by_power_state:
      "On": 19
      "Off": 1
    by_fault_state: {}
"""

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import run_as_module
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.operations.citrix_machine_info import OPERATION


def main() -> None:
    run_as_module(OPERATION)


if __name__ == "__main__":
    main()
