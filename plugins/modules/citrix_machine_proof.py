#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: citrix_machine_proof
short_description: Prove that re-hosted machines are power-managed and registered
version_added: 0.1.0
description:
  - Looks at machines of a Citrix DaaS or CVAD site until every one has the wanted hosting and a power state that is
    known, and enough of them are on and registered; or until the time is over.
  - The terms hold for all machines together, and figures are told for each catalog.
  - Where no machine is registered nothing is proven, unless O(registered_at_least=0). A machine that the site does not
    have any more is told and left out.
  - Reads only. In check mode it looks once and never fails for what is not so yet.
author:
  - The euc.nutanix_citrix engineers (@euc-nutanix-citrix)
options:
  machines:
    description:
      - The machines with the hosting that they must have, as
        RV(euc.nutanix_citrix.citrix_machine_hosting#module:machines). Of each are needed C(id), C(name), C(catalog_id),
        C(hosted_machine_id) (the uuid of its VM) and C(hypervisor_connection) (the name of its connection). C(catalog)
        is shown; other keys are not looked at.
      - In check mode C(hosted_machine_id) may be empty, for a VM that does not exist yet. It is not compared then.
      - An empty list is proven.
    type: list
    elements: dict
    required: true
  registered_percent:
    description:
      - How many percent of the machines that are on must be registered.
    type: int
    default: 90
  registered_at_least:
    description:
      - How many machines must be registered, so that a set of which everything is off proves nothing. A set with fewer
        machines must have all registered. V(0) lets a set without running machines pass.
    type: int
    default: 1
  powered_on_percent:
    description:
      - How many percent of all machines must be on.
    type: int
    default: 0
  heartbeat_lag:
    description:
      - For how many seconds the site may go on calling a machine registered whose VDA died with its old VM. A
        registration from before proves nothing, and the API does not say when a machine registered.
      - Such a machine counts when it was not registered when it was re-hosted, when it has deregistered since, when it
        is seen to register while it is waited, or once this time is over since its hosting was changed, by the site's
        clock. Until then it is RV(doubtful).
      - V(0) takes every registration at its word.
    type: int
    default: 600
  fail:
    description:
      - Whether the task fails when the machines are not proven. Otherwise only RV(proven) tells.
    type: bool
    default: true
  wait:
    description:
      - Whether to wait until they are proven. Otherwise one look decides.
    type: bool
    default: true
  wait_timeout:
    description:
      - How many seconds to wait at most.
    type: int
    default: 1800
notes:
  - The account needs the role Read Only Administrator.
  - Each look costs one request for each catalog that is not well yet, and one more for each further thousand of its
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
  description: Whether the machines are proven.
  returned: when the site could be asked
  type: bool
reason:
  description: Why not; V(no machines were given) when there are none, which proves nothing.
  returned: when the site could be asked
  type: str
  sample: 17 of 20 machines that are on are registered, 90 % are wanted (not CORP\W11-003, CORP\W11-007, CORP\W11-011)
counts:
  description: All machines counted.
  returned: when the site could be asked
  type: dict
  contains:
    machines:
      description: Number of machines.
      type: int
      returned: always
    "on":
      description: Number of those that are on, or on their way up or down.
      type: int
      returned: always
    "off":
      description: Number of those that are off or suspended.
      type: int
      returned: always
    registered:
      description: Number of those on that are registered.
      type: int
      returned: always
    registered_percent:
      description: The same in percent, rounded down, 100 when none is on.
      type: int
      returned: always
    unregistered:
      description: Number of those on that are not registered.
      type: int
      returned: always
    doubtful:
      description: Number of those on that may be registered only because nobody has missed them yet; they do not count
        as registered.
      type: int
      returned: always
    maintenance_mode:
      description: Number of those in maintenance mode.
      type: int
      returned: always
    wrong_hosting:
      description: Number of those whose hosting is not as wanted.
      type: int
      returned: always
    power_unknown:
      description: Number of those whose power state is not known.
      type: int
      returned: always
    vm_not_found:
      description: Number of those whose VM the hypervisor does not know.
      type: int
      returned: always
    gone:
      description: Number of those that the site does not have any more.
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
  description: The machines of each catalog counted, sorted by its name.
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
    machines:
      description: Number of machines.
      type: int
      returned: always
    "on":
      description: Number of those that are on, or on their way up or down.
      type: int
      returned: always
    "off":
      description: Number of those that are off or suspended.
      type: int
      returned: always
    registered:
      description: Number of those on that are registered.
      type: int
      returned: always
    registered_percent:
      description: The same in percent, rounded down, 100 when none is on.
      type: int
      returned: always
    unregistered:
      description: Number of those on that are not registered.
      type: int
      returned: always
    doubtful:
      description: Number of those on that may be registered only because nobody has missed them yet; they do not count
        as registered.
      type: int
      returned: always
    maintenance_mode:
      description: Number of those in maintenance mode.
      type: int
      returned: always
    wrong_hosting:
      description: Number of those whose hosting is not as wanted.
      type: int
      returned: always
    power_unknown:
      description: Number of those whose power state is not known.
      type: int
      returned: always
    vm_not_found:
      description: Number of those whose VM the hypervisor does not know.
      type: int
      returned: always
    gone:
      description: Number of those that the site does not have any more.
      type: int
      returned: always
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
  description: The machines whose hosting is not as wanted.
  returned: when the site could be asked
  type: list
  elements: dict
  contains:
    name:
      description: Name of the machine.
      type: str
      returned: always
    hosted_machine_id:
      description: Id of the VM that it is said to be.
      type: str
      returned: always
    hypervisor_connection:
      description: Name of the connection that it has.
      type: str
      returned: always
    wanted_hosted_machine_id:
      description: Id of the VM that it must be.
      type: str
      returned: always
    wanted_hypervisor_connection:
      description: Name of the connection that it must have.
      type: str
      returned: always
  sample: []
power_unknown:
  description: Names of the machines whose power state is not known, or that the site does not manage the power of.
  returned: when the site could be asked
  type: list
  elements: str
  sample: []
vm_not_found:
  description: Names of the machines whose VM the hypervisor does not know.
  returned: when the site could be asked
  type: list
  elements: str
  sample: []
unregistered:
  description: Names of the machines that are on and not registered.
  returned: when the site could be asked
  type: list
  elements: str
  sample: ['CORP\W11-003', 'CORP\W11-007', 'CORP\W11-011']
doubtful:
  description: Names of the machines that may be registered only because nobody has missed them yet, see
    O(heartbeat_lag).
  returned: when the site could be asked
  type: list
  elements: str
  sample: []
"off":
  description: Names of the machines that are off.
  returned: when the site could be asked
  type: list
  elements: str
  sample: []
gone:
  description: Names of the machines that the site does not have any more.
  returned: when the site could be asked
  type: list
  elements: str
  sample: []
in_maintenance:
  description: Names of the machines that are in maintenance mode, which proves nothing against them.
  returned: when the site could be asked
  type: list
  elements: str
  sample: []
seconds:
  description: How long it was waited, V(0) for one look.
  returned: when the site could be asked
  type: float
  sample: 212.4
timeline:
  description: When it was waited.
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
