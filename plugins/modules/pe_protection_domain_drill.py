#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: pe_protection_domain_drill
short_description: Test a failover with clones of the VMs of a protection domain
version_added: 1.0.0
description:
  - Restores the VMs of a protection domain from one snapshot as new VMs, removes their network cards or puts them on an
    isolated network, switches them on only then, and checks that they stay on. Works through Prism Element, REST API
    v2.0, on the cluster that would have to take over.
  - A clone is called C(<prefix><drill>_<VM name>). The module switches, changes or removes a VM only when its name is
    exactly that, for a VM that the protection domain holds, and when it is in no protection domain itself. It never
    replaces an existing VM, and the protection domain stays as it is.
  - A clone has the identity of a production desktop. On a production network it would register with Citrix and conflict
    with its original in Active Directory. Before a clone is switched on, every network card that is not on O(network)
    is removed, and the cluster is asked to confirm it. A clone that is found switched on with such a card is switched
    off at once, with a warning.
  - Existing clones of this drill are adopted in whatever state an interrupted run left them, and a restore that is
    already running is waited for.
  - O(state=absent) switches the clones of this drill off and removes them. It never removes AHV snapshots with them.
author:
  - The euc.nutanix_citrix engineers (@euc-nutanix-citrix)
notes:
  - The account needs the role Cluster Admin on the cluster. Viewer is enough in check mode.
  - Two VMs with the name of one clone are an error with O(state=present). O(state=absent) removes all of them.
  - A VM does not record which snapshot it was made from, so adopted clones may come from another snapshot than those
    that are restored now. To be sure, remove the drill first.
options:
  name:
    description:
      - The exact name of the protection domain.
    type: str
    required: true
  drill:
    description:
      - The id of the drill, made of letters, digits, C(.), C(+) and C(-), for example V(2026-q4). Each drill has its
        own clones.
    type: str
    required: true
  prefix:
    description:
      - The first part of the names of all clones.
    type: str
    default: drill_
  release_prefix:
    description:
      - The first part of the names of images and temporary VMs of image releases. O(prefix) must differ from it, so
        that the two are never mixed up.
    type: str
    default: ctx_
  state:
    description:
      - V(present) creates the missing clones of the drill. V(absent) removes its clones.
    type: str
    choices: [present, absent]
    default: present
  snapshot_id:
    description:
      - The snapshot to restore from, by its id on this cluster or by its number on the cluster that took it. Defaults
        to the newest snapshot that is available on this cluster.
      - Ignored with O(state=absent).
    type: str
  vm_names:
    description:
      - The exact names of the VMs to clone. Defaults to all VMs in the snapshot. With O(state=absent), it defaults to
        all VMs that the protection domain or any of its snapshots on this cluster holds.
    type: list
    elements: str
  exclude:
    description:
      - The exact names of VMs to leave out. Names that the snapshot does not hold are reported in RV(not_excluded) and
        are no error.
    type: list
    elements: str
    default: []
  network:
    description:
      - The exact name of an isolated network. Each clone keeps or gets at least one network card on it. By default
        clones lose all their network cards.
      - A network in production is an error. A network is in production when a member of a protection domain is on it or
        a remote site maps it. Networks with the same VLAN on the same virtual switch are the same network, whatever
        their names are. Other VMs on the network only cause a warning, because the module cannot see whether it is
        isolated.
    type: str
  power_on:
    description:
      - Whether to switch the clones on. If V(false), clones that are on stay on.
    type: bool
    default: true
  stays_on:
    description:
      - The number of seconds that a clone must stay on after it was switched on. All clones are watched together.
    type: int
    default: 60
  data_age_limit:
    description:
      - The largest accepted age of the snapshot in seconds, by the clock of the cluster. An older snapshot is an error.
        V(0) means no limit.
    type: int
    default: 0
  concurrency:
    description:
      - How many clones to prepare or remove at the same time. One order restores all of them.
    type: int
    default: 8
  wait:
    description:
      - Whether to wait until the work has ended. If V(false), O(state=present) only orders the restore of missing
        clones, and no clone is switched on before a run that waits. O(state=absent) only orders the removals.
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
  description: The id of the drill.
  returned: success
  type: str
  sample: 2026-q4
clones:
  description:
    - The clones as they are at the end, or as they would be in check mode. Also returned when the task fails because
      some of them are not as required.
    - With O(state=absent), the clones that could not be removed, each with C(name), C(uuid) and C(vm).
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: The name of the clone.
      type: str
      returned: always
    uuid:
      description: The uuid of the clone. Empty while it does not exist.
      type: str
      returned: always
    vm:
      description: The name of the VM that it is a clone of.
      type: str
      returned: always
    power_state:
      description: The power state of the clone. Empty when it no longer exists.
      type: str
      returned: O(state=present)
    nics:
      description: Its network cards, each with C(mac_address) and C(network). In check mode C(mac_address) is empty for
        a card that would be added. C(network) is a name for the network of the drill and a uuid for any other.
      type: list
      elements: dict
      returned: O(state=present)
    checked:
      description: Whether the clone was as required at the end.
      type: bool
      returned: O(state=present)
  sample:
    - name: drill_2026-q4_W11-001
      uuid: 8d1f2c3a-6a44-4f0e-9c1b-0f6b1f3f2d11
      vm: W11-001
      power_state: "on"
      nics:
        - mac_address: 50:6b:8d:dd:99:91
          network: DRILL
      checked: true
failures:
  description: The clones that are not as required, or could not be removed, each with its uuid as C(id), C(name) and
    C(reason). Also returned when the task fails because of them.
  returned: success
  type: list
  elements: dict
  sample:
    - id: 8d1f2c3a-6a44-4f0e-9c1b-0f6b1f3f2d11
      name: drill_2026-q4_W11-001
      reason: it was on and is off after 40 s
restored:
  description: The names of the VMs whose clones were restored, or would be in check mode.
  returned: success
  type: list
  elements: str
  sample: [W11-001]
removed:
  description: With O(state=absent), the clones that were removed, or would be in check mode.
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
  description: The names in O(exclude) that the snapshot does not hold.
  returned: success
  type: list
  elements: str
  sample: []
snapshot:
  description: The snapshot that the clones were restored from, or would be. Null when all clones existed already.
  returned: success
  type: dict
  contains:
    id:
      description: Its id on this cluster.
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
  description: The age of that snapshot by the clock of the cluster. Null when nothing is restored.
  returned: success
  type: int
  sample: 1830
missing_vms:
  description: The VMs of the protection domain that the snapshot does not hold, each with C(name) and C(uuid), which is
    empty when unknown. A failover would lose them.
  returned: success
  type: list
  elements: dict
  sample: []
timeline:
  description: The steps of the work, each with C(phase) (V(restore), V(start), V(watch) or V(remove)), C(started) and
    C(finished) in UTC, and C(failed).
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
