#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: citrix_machine_maintenance
short_description: Drain machines before their VMs are moved, and release them afterwards
version_added: 1.0.0
description:
  - Switches maintenance mode of machines of a Citrix DaaS or CVAD site on and waits until they have no sessions left,
    or switches it off again.
  - Changes thousands of machines in a few requests where the site accepts batches, and reads them back.
  - The module logs nobody off and ends no session.
  - Machines that are in maintenance mode already are left as they are. With O(saved_path), the task records which
    machines it switched on, so that only these are released, and none that an administrator had put into maintenance
    mode before.
  - Machines of no delivery group are not switched on, because users cannot be sent to them. Sessions on them are waited
    for like all others.
author:
  - The euc.nutanix_citrix engineers (@euc-nutanix-citrix)
options:
  state:
    description:
      - V(drained) switches maintenance mode on and waits for the end of the sessions. It requires an option that
        selects machines.
      - V(released) switches it off for all selected machines or, with O(saved_path), only for those that are in the
        file.
    type: str
    choices: [drained, released]
    required: true
  sessions:
    description:
      - What to do about sessions with O(state=drained). Disconnected sessions count as well.
      - V(wait) waits up to O(wait_timeout) until there are none, and otherwise fails and names machines and users. The
        machines then stay drained.
      - V(fail) fails before anything is changed when there are sessions.
      - V(ignore) goes on with sessions on the machines and reports them.
    type: str
    choices: [wait, fail, ignore]
    default: wait
  saved_path:
    description:
      - A file that records which machines O(state=drained) switched on. It is written atomically before they are
        switched, and earlier entries of the same site are kept. The file of another site is an error.
      - It also records which machines were in maintenance mode before the first drain.
      - O(state=released) removes the machines that it released from the file. The file itself stays and shows that no
        machine is left to be released. Without a file there is nothing to release, and RV(saved) is false.
      - The file is read and written where the module runs, which is the controller unless the task is delegated.
    type: path
  other_saved_paths:
    description:
      - Files that other drains wrote as their O(saved_path). With O(accept_maintenance=false), the task refuses
        machines that are in maintenance mode because of one of these drains. Files of other sites are ignored.
    type: list
    elements: path
    default: []
  accept_maintenance:
    description:
      - Whether O(state=drained) accepts machines that an earlier drain may have put into maintenance mode. The end of
        this move would not release them.
      - With V(false), the task fails before it changes anything when files in O(other_saved_paths) name such machines.
        It also fails when half or more of the selected machines with a delivery group are in maintenance mode, unless
        the file O(saved_path) exists.
    type: bool
    default: true
  wait_timeout:
    description:
      - The number of seconds to wait for the end of the sessions. Another run continues to wait.
    type: int
    default: 3600
notes:
  - A name in O(machines) that no machine has is an error with O(state=drained), but not with O(state=released).
  - The account needs the role Delivery Group Administrator or Machine Catalog Administrator.
seealso:
  - module: euc.nutanix_citrix.citrix_machine_info
  - module: euc.nutanix_citrix.citrix_machine_proof
extends_documentation_fragment:
  - euc.nutanix_citrix.citrix
  - euc.nutanix_citrix.machine_scope
  - euc.nutanix_citrix.machine_changes
  - euc.nutanix_citrix.attributes
"""

EXAMPLES = r"""
- name: Let the machines of a protection domain run empty before a planned failover
  euc.nutanix_citrix.citrix_machine_maintenance:
    state: drained
    vm_names: "{{ domain.vms | map(attribute='name') | list }}"
    saved_path: "{{ playbook_dir }}/drained-{{ inventory_hostname }}.json"
    wait_timeout: 7200

- name: Give back to the users what was drained, and nothing else
  euc.nutanix_citrix.citrix_machine_maintenance:
    state: released
    saved_path: "{{ playbook_dir }}/drained-{{ inventory_hostname }}.json"

- name: Take a whole catalog out of maintenance mode, whoever put it there
  euc.nutanix_citrix.citrix_machine_maintenance:
    state: released
    catalogs:
      - name: W11-Persistent
"""

RETURN = r"""
state:
  description: The requested state.
  returned: when the machines could be read
  type: str
  sample: drained
machines:
  description: The selected machines, sorted by name. With O(state=released) and O(saved_path), only those in the file.
  returned: when the machines could be read
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
    catalog:
      description: Name of its catalog.
      type: str
      returned: always
    catalog_id:
      description: Id of its catalog.
      type: str
      returned: always
    delivery_group:
      description: The name of its delivery group. Empty when it has none.
      type: str
      returned: always
    maintenance_mode:
      description: Whether it is in maintenance mode.
      type: bool
      returned: always
    sessions:
      description: The number of its sessions when it was last read.
      type: int
      returned: always
    action:
      description: V(right) (no change was needed), V(changed), V(would_change) in check mode, V(failed) or V(vanished).
      type: str
      returned: always
  sample:
    - id: 4b9d0000-0000-4000-8000-000000000001
      name: CORP\W11-001
      catalog: W11-Persistent
      catalog_id: c0ffee00-0000-4000-8000-000000000001
      delivery_group: W11
      maintenance_mode: true
      sessions: 0
      action: changed
switched:
  description: The names of the machines that were switched, or would be in check mode.
  returned: when the machines could be read
  type: list
  elements: str
  sample: ['CORP\W11-001']
without_delivery_group:
  description: The names of the machines that were not switched on because they have no delivery group.
  returned: when the machines could be read
  type: list
  elements: str
  sample: []
sessions:
  description: The machines that have sessions at the end, or now in check mode.
  returned: when the machines could be read
  type: list
  elements: dict
  contains:
    machine:
      description: Name of the machine.
      type: str
      returned: always
    user:
      description: The user of one of its sessions, if the site reports it.
      type: str
      returned: always
    state:
      description: The state of that session, V(Active), V(Connected) or V(Disconnected).
      type: str
      returned: always
    sessions:
      description: The number of its sessions.
      type: int
      returned: always
  sample:
    - machine: CORP\W11-002
      user: CORP\anna
      state: Disconnected
      sessions: 1
failures:
  description: The machines that could not be switched.
  returned: when the machines could be read
  type: list
  elements: dict
  contains:
    id:
      description: Id of the machine.
      type: str
      returned: always
    name:
      description: Name of the machine.
      type: str
      returned: always
    reason:
      description: Why it could not be switched, in the words of the site.
      type: str
      returned: always
  sample: []
vanished:
  description: The names of the machines that were deleted while the task ran.
  returned: when the machines could be read
  type: list
  elements: str
  sample: []
excluded:
  description: Names of the machines that O(exclude) left out.
  returned: when the machines could be read
  type: list
  elements: str
  sample: []
unknown:
  description: The names in O(machines) that no machine has.
  returned: when the machines could be read
  type: list
  elements: str
  sample: []
namesakes:
  description: The machines with a name in O(vm_names) that are hosted elsewhere, each with C(id), C(name) and
    C(reason). They are left alone.
  returned: when the machines could be read
  type: list
  elements: dict
  sample: []
saved:
  description: Whether the file O(saved_path) exists or was written.
  returned: when the machines could be read
  type: bool
  sample: true
still_drained:
  description: The names of the machines that the file O(saved_path) holds at the end, because they were drained and not
    released.
  returned: when the machines could be read, and with O(state=released) when the site gives no answer
  type: list
  elements: str
  sample: []
in_maintenance_before:
  description: The names of the machines that were in maintenance mode before the first drain with this O(saved_path).
  returned: when the machines could be read
  type: list
  elements: str
  sample: []
timeline:
  description: The steps of the work, in the phase V(drain) or V(release).
  returned: not in check mode
  type: list
  elements: dict
  sample:
    - phase: drain
      started: "2026-11-20T23:33:00.125Z"
      finished: "2026-11-20T23:53:04.250Z"
      failed: false
"""

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import run_as_module
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.operations.citrix_machine_maintenance import OPERATION


def main() -> None:
    run_as_module(OPERATION)


if __name__ == "__main__":
    main()
