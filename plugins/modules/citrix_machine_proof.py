#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: citrix_machine_proof
short_description: Verify that re-hosted machines are power-managed and registered
version_added: 1.0.0
description:
  - Watches machines of a Citrix DaaS or CVAD site until every machine has the expected hosting and a known power state,
    and enough of them are on and registered, or until the time is over.
  - The thresholds apply to all machines together. Counts are returned for each catalog as well.
  - When no machine is registered, nothing is verified, unless O(registered_at_least=0). A machine that the site no
    longer has is reported and not counted.
  - Reads only. In check mode it looks once and never fails because a threshold is not reached yet.
author:
  - The euc.nutanix_citrix engineers (@euc-nutanix-citrix)
options:
  machines:
    description:
      - The machines with the hosting that they must have, as
        RV(euc.nutanix_citrix.citrix_machine_hosting#module:machines). Each needs C(id), C(name), C(catalog_id),
        C(hosted_machine_id) (the uuid of its VM) and C(hypervisor_connection) (the name of its connection). C(catalog)
        is displayed; other keys are ignored.
      - In check mode C(hosted_machine_id) may be empty for a VM that does not exist yet. It is then not compared.
      - An empty list verifies nothing. The task then fails unless O(fail=false).
    type: list
    elements: dict
    required: true
  registered_percent:
    description:
      - The percentage of the machines that are on that must be registered.
    type: int
    default: 90
  registered_at_least:
    description:
      - The number of machines that must be registered, so that a selection whose machines are all off verifies nothing.
        In a selection with fewer machines, all of them must be registered. V(0) accepts a selection without running
        machines.
    type: int
    default: 1
  powered_on_percent:
    description:
      - The percentage of all machines that must be on.
    type: int
    default: 0
  heartbeat_lag:
    description:
      - The number of seconds for which the site may still report a machine as registered after its VDA died with its
        old VM. An earlier registration therefore verifies nothing, and the API does not tell when a machine registered.
      - Such a machine counts when it was not registered when it was re-hosted, when it has deregistered since, when it
        registers while the task waits, or once this time has passed since its hosting was changed, by the clock of the
        site. Until then it is reported in RV(doubtful).
      - V(0) trusts every registration.
    type: int
    default: 600
  fail:
    description:
      - Whether the task fails when the machines are not verified. If V(false), only RV(proven) reports it.
    type: bool
    default: true
  wait:
    description:
      - Whether to wait until they are verified. If V(false), the present state decides.
    type: bool
    default: true
  wait_timeout:
    description:
      - The number of seconds to wait.
    type: int
    default: 1800
notes:
  - The account needs the role Read Only Administrator.
  - Each look takes one request for each catalog that is not verified yet, and one more for each further thousand of its
    machines.
seealso:
  - module: euc.nutanix_citrix.citrix_machine_hosting
  - module: euc.nutanix_citrix.citrix_hosting_connection_reset
extends_documentation_fragment:
  - euc.nutanix_citrix.citrix
  - euc.nutanix_citrix.attributes
  - euc.nutanix_citrix.attributes.info
"""

EXAMPLES = r"""
- name: Prove that all machines that were re-hosted are back
  euc.nutanix_citrix.citrix_machine_proof:
    machines: "{{ hosting.machines }}"
    registered_percent: 95
    wait_timeout: 1200

- name: Look once whether two machines have the right VM, whether they are on or not
  euc.nutanix_citrix.citrix_machine_proof:
    machines:
      - id: 4b9d0000-0000-4000-8000-000000000001
        name: CORP\W11-001
        catalog: W11-Persistent
        catalog_id: c0ffee00-0000-4000-8000-000000000001
        hosted_machine_id: 6f0c3a52-0000-4000-8000-000000000001
        hypervisor_connection: AHV-DR-conn
    registered_at_least: 0
    registered_percent: 0
    wait: false
    fail: false
  register: look
"""

RETURN = r"""
proven:
  description: Whether the machines are verified.
  returned: when the site could be asked
  type: bool
reason:
  description: Why they are not verified. V(no machines were given) when O(machines) is empty.
  returned: when the site could be asked
  type: str
  sample: 17 of 20 machines that are on are registered, 90 % are wanted (not CORP\W11-003, CORP\W11-007, CORP\W11-011)
counts:
  description: The counts of all machines.
  returned: when the site could be asked
  type: dict
  contains: &counts
    machines:
      description: The number of machines.
      type: int
      returned: always
    "on":
      description: The number of machines that are on, starting or stopping.
      type: int
      returned: always
    "off":
      description: The number of machines that are off or suspended.
      type: int
      returned: always
    registered:
      description: The number of machines that are on and registered.
      type: int
      returned: always
    registered_percent:
      description: The percentage of the machines that are on that are registered, rounded down. 100 when none is on.
      type: int
      returned: always
    unregistered:
      description: The number of machines that are on and not registered.
      type: int
      returned: always
    doubtful:
      description: The number of machines that are on and may be reported as registered although their VDA died. They do
        not count as registered.
      type: int
      returned: always
    maintenance_mode:
      description: The number of machines in maintenance mode.
      type: int
      returned: always
    wrong_hosting:
      description: The number of machines whose hosting is not as expected.
      type: int
      returned: always
    power_unknown:
      description: The number of machines whose power state is unknown.
      type: int
      returned: always
    vm_not_found:
      description: The number of machines whose VM the hypervisor does not know.
      type: int
      returned: always
    gone:
      description: The number of machines that the site no longer has.
      type: int
      returned: always
  sample:
    machines: 20
    "on": 20
    "off": 0
    registered: 17
    registered_percent: 85
    unregistered: 3
    doubtful: 0
    maintenance_mode: 0
    wrong_hosting: 0
    power_unknown: 0
    vm_not_found: 0
    gone: 0
catalogs:
  description: The counts of the machines of each catalog, sorted by its name.
  returned: when the site could be asked
  type: list
  elements: dict
  contains:
    id:
      description: Id of the catalog.
      type: str
      returned: always
    name:
      description: Name of the catalog.
      type: str
      returned: always
    <<: *counts
  sample:
    - id: c0ffee00-0000-4000-8000-000000000001
      name: W11-Persistent
      machines: 20
      "on": 20
      "off": 0
      registered: 17
      registered_percent: 85
      unregistered: 3
      doubtful: 0
      maintenance_mode: 0
      wrong_hosting: 0
      power_unknown: 0
      vm_not_found: 0
      gone: 0
wrong_hosting:
  description: The machines whose hosting is not as expected.
  returned: when the site could be asked
  type: list
  elements: dict
  contains:
    name:
      description: Name of the machine.
      type: str
      returned: always
    hosted_machine_id:
      description: The id of its present VM.
      type: str
      returned: always
    hypervisor_connection:
      description: The name of its present connection.
      type: str
      returned: always
    wanted_hosted_machine_id:
      description: The id of the VM that it must have.
      type: str
      returned: always
    wanted_hypervisor_connection:
      description: The name of the connection that it must have.
      type: str
      returned: always
  sample: []
power_unknown:
  description: The names of the machines whose power state is unknown, or whose power the site does not manage.
  returned: when the site could be asked
  type: list
  elements: str
  sample: []
vm_not_found:
  description: The names of the machines whose VM the hypervisor does not know.
  returned: when the site could be asked
  type: list
  elements: str
  sample: []
unregistered:
  description: The names of the machines that are on and not registered.
  returned: when the site could be asked
  type: list
  elements: str
  sample: ['CORP\W11-003', 'CORP\W11-007', 'CORP\W11-011']
doubtful:
  description: The names of the machines that may be reported as registered although their VDA died. See
    O(heartbeat_lag).
  returned: when the site could be asked
  type: list
  elements: str
  sample: []
"off":
  description: The names of the machines that are off.
  returned: when the site could be asked
  type: list
  elements: str
  sample: []
gone:
  description: The names of the machines that the site no longer has.
  returned: when the site could be asked
  type: list
  elements: str
  sample: []
in_maintenance:
  description: The names of the machines that are in maintenance mode. This does not count against them.
  returned: when the site could be asked
  type: list
  elements: str
  sample: []
seconds:
  description: The number of seconds that the task waited. V(0) when it looked once.
  returned: when the site could be asked
  type: float
  sample: 212.4
timeline:
  description: The steps of the work.
  returned: when O(wait=true) and not in check mode
  type: list
  elements: dict
  sample:
    - phase: proof
      started: "2026-11-20T23:33:00.125Z"
      finished: "2026-11-20T23:36:32.500Z"
      failed: false
"""

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import run_as_module
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.operations.citrix_machine_proof import OPERATION


def main() -> None:
    run_as_module(OPERATION)


if __name__ == "__main__":
    main()
