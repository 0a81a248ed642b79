#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: pe_protection_domain_drill
short_description: Test a failover with clones of a protection domain's VMs, away from production
version_added: 0.1.0
description:
  - Restores the VMs of a protection domain out of one snapshot as new VMs, takes their network cards away or puts them
    on an isolated network, only then switches them on, and looks whether they stay on. Through Prism Element, REST API
    v2.0, on the cluster that would have to take over.
  - A clone is called C(<prefix><drill>_<VM name>). Only VMs whose name is exactly that, for a VM that the protection
    domain holds, and that are in no protection domain themselves, are ever switched, changed or removed. Nothing
    existing is ever replaced, and the protection domain stays as it is.
  - A clone has the identity of a production desktop. On a production network it would register with Citrix and fight
    its original in Active Directory. So every network card that is not on O(network) is removed before a clone is
    switched on, and that is read back. A clone that is found on with such a card is switched off at once, with a
    warning.
  - Clones of this drill that are there already are adopted, whatever an interrupted run left of them, and a restore
    that is under way is waited for.
  - With V(absent), switches the clones of this drill off and removes them. AHV snapshots are never removed with them.
author:
  - The euc.nutanix_citrix engineers (@euc-nutanix-citrix)
notes:
  - The account needs the role Cluster Admin on the cluster. Viewer is enough in check mode.
  - Two VMs of one clone name are refused with O(state=present). O(state=absent) removes all of them.
  - A VM does not say which snapshot it was made of, so clones that are adopted may come out of another snapshot than
    those that are restored now. Remove the drill first to be sure.
options:
  name:
    description:
      - The protection domain's exact name.
    type: str
    required: true
  drill:
    description:
      - The drill's id, letters, digits, C(.), C(+) and C(-), for example V(2026-q4). Each drill has clones of its own.
    type: str
    required: true
  prefix:
    description:
      - What the names of all clones begin with.
    type: str
    default: drill_
  release_prefix:
    description:
      - What the names of images and temporary VMs of image releases begin with. O(prefix) must differ from it so that
        the two are never mixed up.
    type: str
    default: ctx_
  state:
    description:
      - V(present) brings up what is missing of the drill, V(absent) removes its clones.
    type: str
    choices: [present, absent]
    default: present
  snapshot_id:
    description:
      - The snapshot to restore from, as this cluster lists it or by its number where it was made. By default the newest
        one that is available here.
      - Without meaning with O(state=absent).
    type: str
  vm_names:
    description:
      - Exact names of the VMs that are meant. By default all that the snapshot holds; with O(state=absent) all that the
        protection domain or any of its snapshots on this cluster holds.
    type: list
    elements: str
  exclude:
    description:
      - Exact names of VMs to leave out. A name that the snapshot does not hold is told in RV(not_excluded) and is no
        error.
    type: list
    elements: str
    default: []
  network:
    description:
      - Exact name of an isolated network to put the clones on, with one network card at least. By default they lose all
        their network cards.
      - Refused when the network is in production, that is when a member of a protection domain is on it or a remote
        site maps it. A network is what it is connected to. Another one with the same VLAN on the same virtual switch is
        the same network, whatever it is called. Other VMs on it are only warned of, since whether it is isolated cannot
        be seen from here.
    type: str
  power_on:
    description:
      - Whether to switch the clones on. Without it clones that are on stay on.
    type: bool
    default: true
  stays_on:
    description:
      - For how many seconds a clone must stay on after it was switched on. All clones are watched together.
    type: int
    default: 60
  data_age_limit:
    description:
      - Refuse to restore from a snapshot that is older than so many seconds by the cluster's clock. V(0) is no limit.
    type: int
    default: 0
  concurrency:
    description:
      - How many clones are made ready or removed at the same time. They are restored all with one order.
    type: int
    default: 8
  wait:
    description:
      - Whether to wait for the end of the work. Without it O(state=present) only orders the restore of what is missing,
        and no clone is switched on before a run that waits; O(state=absent) only orders the removals.
    type: bool
    default: true
extends_documentation_fragment:
  - euc.nutanix_citrix.prism_element
  - euc.nutanix_citrix.waiting
  - euc.nutanix_citrix.attributes
seealso:
  - module: euc.nutanix_citrix.pe_protection_domain_info
  - module: euc.nutanix_citrix.pe_protection_domain_restore
"""

EXAMPLES = r"""
- name: Bring clones of all desktops up on the cluster that would take over, without any network
  euc.nutanix_citrix.pe_protection_domain_drill:
    nutanix_host: cluster-b.example.com
    nutanix_username: svc_ansible
    nutanix_password: "{{ vault_nutanix_password }}"
    name: PD-W11
    drill: 2026-q4
    data_age_limit: 86400
  register: rehearsal

- name: Bring two clones up on an isolated network, out of one exact snapshot
  euc.nutanix_citrix.pe_protection_domain_drill:
    nutanix_host: cluster-b.example.com
    nutanix_username: svc_ansible
    nutanix_password: "{{ vault_nutanix_password }}"
    name: PD-W11
    drill: 2026-q4
    snapshot_id: "cluster-a:353902"
    vm_names: [W11-001, W11-002]
    network: DRILL
    stays_on: 300

- name: Remove all clones of the drill
  euc.nutanix_citrix.pe_protection_domain_drill:
    nutanix_host: cluster-b.example.com
    nutanix_username: svc_ansible
    nutanix_password: "{{ vault_nutanix_password }}"
    name: PD-W11
    drill: 2026-q4
    state: absent
"""

RETURN = r"""
name:
  description: The protection domain.
  returned: success
  type: str
  sample: PD-W11
drill:
  description: The drill's id.
  returned: success
  type: str
  sample: 2026-q4
clones:
  description:
    - The clones as they are afterwards, or would be in check mode. Also returned when the task fails because some of
      them are not as they shall be.
    - With O(state=absent) those that could not be removed, with C(name), C(uuid), C(vm) and C(problem).
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: The clone's name.
      type: str
      returned: always
    uuid:
      description: The clone's uuid. Empty while there is none.
      type: str
      returned: always
    vm:
      description: The name of the VM that it is a clone of.
      type: str
      returned: always
    power_state:
      description: The clone's power state. Empty when it is gone.
      type: str
      returned: O(state=present)
    nics:
      description: Its network cards, each with C(mac_address) (empty in check mode for one that would be added) and
        C(network), a name for that of the drill and a uuid for any other.
      type: list
      elements: dict
      returned: O(state=present)
    checked:
      description: Whether it was seen as it shall be at the end.
      type: bool
      returned: O(state=present)
    problem:
      description: Why it is not as it shall be. Empty when it is.
      type: str
      returned: always
  sample:
    - name: drill_2026-q4_W11-001
      uuid: 8d1f2c3a-6a44-4f0e-9c1b-0f6b1f3f2d11
      vm: W11-001
      power_state: "on"
      nics:
        - mac_address: 50:6b:8d:dd:99:91
          network: DRILL
      checked: true
      problem: ""
restored:
  description: The names of the VMs whose clones were restored, or would be in check mode.
  returned: success
  type: list
  elements: str
  sample: [W11-001]
removed:
  description: With O(state=absent) the clones that were removed, or would be in check mode.
  returned: success
  type: list
  elements: dict
  sample:
    - name: drill_2026-q4_W11-001
      uuid: 8d1f2c3a-6a44-4f0e-9c1b-0f6b1f3f2d11
      vm: W11-001
excluded:
  description: The VMs of the snapshot that O(exclude) left out.
  returned: success
  type: list
  elements: str
  sample: [W11-008]
not_excluded:
  description: Names in O(exclude) that the snapshot does not hold.
  returned: success
  type: list
  elements: str
  sample: []
snapshot:
  description: The snapshot that clones were restored from, or would be. None when all clones were there already.
  returned: success
  type: dict
  contains:
    id:
      description: Its id as this cluster lists it.
      type: str
      returned: always
    created:
      description: When it was taken, in UTC.
      type: str
      returned: always
  sample:
    id: "cluster-a:353902"
    created: "2026-11-20T22:33:00Z"
data_age_seconds:
  description: How old that snapshot is by the cluster's clock. None when nothing is restored.
  returned: success
  type: int
  sample: 1830
missing_vms:
  description: VMs of the protection domain that the snapshot does not hold, each with C(name) and C(uuid) (empty when
    unknown). A failover would lose them.
  returned: success
  type: list
  elements: dict
  sample: []
timeline:
  description: When the work was done, each piece with C(phase) (V(restore), V(start), V(watch) or V(remove)),
    C(started) and C(finished) in UTC, and C(failed).
  returned: when something was done
  type: list
  elements: dict
  sample:
    - phase: restore
      started: "2026-11-20T23:33:00.125Z"
      finished: "2026-11-20T23:33:42.480Z"
      failed: false
"""

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import run_as_module
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.operations.pe_protection_domain_drill import OPERATION


def main() -> None:
    run_as_module(OPERATION)


if __name__ == "__main__":
    main()
