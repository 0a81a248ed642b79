#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: pe_protection_domain_failover
short_description: Fail protection domains over from one Prism Element cluster to another
version_added: 0.1.0
description:
  - Moves a protection domain to the other side as planned, activates it on the survivor of a disaster, or gives it up
    on the old source when that is back, through Prism Element, REST API v2.0.
  - It looks first, and does nothing when the state is reached already. A change of mode that is under way is waited for
    and never ordered twice.
  - What would lose data or VMs is refused with the reason, and can be accepted by an option of its own.
  - It waits until the VMs are registered on the side that owns them then, and powers them on when it is told to.
  - Several protection domains are ordered and watched side by side. None waits for another, and one that fails holds up
    no other.
author:
  - The euc.nutanix_citrix engineers (@euc-nutanix-citrix)
notes:
  - The account needs the role Cluster Admin on the cluster and Viewer on the peer.
  - Only asynchronous protection domains; metro availability is refused.
  - A migration keeps the uuids of the VMs, an activation gives new ones.
  - Give O(peer) whenever the other side can be asked. Without it nobody knows whether the protection domain is active
    there.
options:
  name:
    description:
      - The protection domain's exact name. Either this or O(names) is required.
    type: str
  names:
    description:
      - Exact names of several protection domains, for O(state=migrated) and O(state=activated).
    type: list
    elements: str
  state:
    description:
      - V(migrated) runs on the source. The VMs are shut down, their last data is sent, and they are registered at
        O(remote_site). Nothing is lost.
      - V(activated) runs on the survivor. The VMs of a snapshot are registered there, whatever the other side does.
        What was written after the snapshot is lost.
      - V(deactivated) runs on the old source when it is back after V(activated). It deletes all VMs of the protection
        domain on the cluster it runs on.
    type: str
    required: true
    choices: [migrated, activated, deactivated]
  peer:
    description:
      - The cluster on the other side. What is left out is as for the task itself.
      - Required for O(state=deactivated). With O(state=migrated) the task waits until the VMs are registered there,
        with O(state=activated) it refuses when the protection domain is active there. A peer that does not answer is no
        obstacle then, unless the remote site that the protection domain was last on says that it lives; it is warned
        of.
    type: dict
    suboptions:
      nutanix_host:
        description:
          - Address of the cluster.
        type: str
        required: true
      nutanix_port:
        description:
          - Port of Prism Element.
        type: int
      nutanix_username:
        description:
          - Account to log in with.
        type: str
      nutanix_password:
        description:
          - Password of the account.
        type: str
      validate_certs:
        description:
          - Whether the TLS certificate must be trusted.
        type: bool
      ca_path:
        description:
          - File with the certificates of the authorities to trust.
        type: path
      read_timeout:
        description:
          - Seconds that one request may take to be answered.
        type: int
  peer_timeout:
    description:
      - For O(state=activated) and O(state=deactivated), how many seconds O(peer) has to answer. Whatever way it is
        dead, nothing waits longer for it.
    type: int
    default: 10
  remote_site:
    description:
      - For O(state=migrated), the remote site to move to, under the name that the source has for it.
      - It may be left out when one fits; the one that is the peer, or that the schedules of the protection domain
        replicate to. One that is known to be another cluster than O(peer) never fits.
    type: str
  snapshot_id:
    description:
      - For O(state=activated), the snapshot to activate from, as M(euc.nutanix_citrix.pe_protection_domain_info) lists
        it, with or without the site before the colon. If not set, the newest that can be used.
    type: str
  snapshot_ids:
    description:
      - As O(snapshot_id), by protection domain, for those of O(names) that are not to come up from the newest, for
        example because it holds damaged data.
    type: dict
    default: {}
  data_age_limit:
    description:
      - For O(state=activated), how many seconds old the snapshot may be, which is the work that is lost. No limit if
        not set, or V(0).
      - The age is measured by the cluster's own clock.
    type: int
  accept_pending_replications:
    description:
      - Whether to go on while snapshots are being replicated. O(state=migrated) refuses then because it would wait for
        them, O(state=activated) because a newer snapshot is arriving; with the source gone it may never arrive.
    type: bool
    default: false
  replication_timeout:
    description:
      - How many seconds to wait for snapshots that are being replicated, before they are a reason to refuse. In check
        mode they are told and not waited for.
      - Not for O(state=deactivated). The waiting is part of O(wait_timeout).
    type: int
    default: 0
  accept_split_brain:
    description:
      - Whether to do O(state=activated) although the protection domain is active on O(peer), or O(peer) does not answer
        and this cluster's remote site says that it is connected. Both sides have data of their own then, and may run
        the same VMs.
      - Also when O(peer) answers and admits nobody, because the log-in is refused or its certificate is not trusted.
    type: bool
    default: false
  accept_missing_vms:
    description:
      - Whether to do O(state=deactivated) although VMs that it deletes have no counterpart of that name among the VMs
        of the protection domain on O(peer).
    type: bool
    default: false
  accept_running_vms:
    description:
      - Whether to do O(state=deactivated) although it deletes VMs that are not off. Somebody may work on them.
      - An old source may start its VMs when its power comes back. Power them off there instead, with
        M(euc.nutanix_citrix.pe_vm).
    type: bool
    default: false
  confirm:
    description:
      - Required for O(state=deactivated), which deletes VMs. Must repeat O(name).
    type: str
  power_on:
    description:
      - Whether the VMs are powered on as soon as they have arrived, those of each protection domain by themselves.
        V(all) of them, V(none), or with V(were_on) those of a migration that were not off on the source. Which VMs were
        off is known only to the run that orders the migration.
      - Needs O(peer) with O(state=migrated). In check mode, and without O(wait), nothing is powered on.
    type: str
    default: none
    choices: [none, all, were_on]
  leave_off:
    description:
      - Names of VMs that are not powered on in any case.
    type: list
    elements: str
    default: []
extends_documentation_fragment:
  - euc.nutanix_citrix.prism_element
  - euc.nutanix_citrix.waiting
  - euc.nutanix_citrix.attributes
seealso:
  - module: euc.nutanix_citrix.pe_protection_domain_info
  - module: euc.nutanix_citrix.pe_vm
"""

EXAMPLES = r"""
- name: Move the desktops to the other site, as planned
  euc.nutanix_citrix.pe_protection_domain_failover:
    nutanix_host: cluster-a.example.com
    nutanix_username: svc_ansible
    nutanix_password: "{{ vault_nutanix_password }}"
    name: PD-Desktops
    state: migrated
    peer:
      nutanix_host: cluster-b.example.com
  register: moved

- name: Move all desktops, and power each protection domain's VMs on as soon as they are there
  euc.nutanix_citrix.pe_protection_domain_failover:
    nutanix_host: cluster-a.example.com
    nutanix_username: svc_ansible
    nutanix_password: "{{ vault_nutanix_password }}"
    names: [PD-Desktops-1, PD-Desktops-2, PD-Desktops-3]
    state: migrated
    power_on: all
    peer:
      nutanix_host: cluster-b.example.com

- name: Bring the desktops up on the survivor, losing a day of work at most
  euc.nutanix_citrix.pe_protection_domain_failover:
    nutanix_host: cluster-b.example.com
    nutanix_username: svc_ansible
    nutanix_password: "{{ vault_nutanix_password }}"
    name: PD-Desktops
    state: activated
    data_age_limit: 86400
    accept_pending_replications: true
    peer:
      nutanix_host: cluster-a.example.com

- name: Give them up on the old source, which is back
  euc.nutanix_citrix.pe_protection_domain_failover:
    nutanix_host: cluster-a.example.com
    nutanix_username: svc_ansible
    nutanix_password: "{{ vault_nutanix_password }}"
    name: PD-Desktops
    state: deactivated
    confirm: PD-Desktops
    peer:
      nutanix_host: cluster-b.example.com

- name: Power the VMs on that were moved
  euc.nutanix_citrix.pe_vm:
    nutanix_host: cluster-b.example.com
    nutanix_username: svc_ansible
    nutanix_password: "{{ vault_nutanix_password }}"
    uuids: "{{ moved.vms | map(attribute='uuid') }}"
    state: powered_on
    force: true
"""

RETURN = r"""
active_on_both:
  description: Whether it was refused because the protection domain is active on both sides.
  returned: when that is so
  type: bool
  sample: true
domains:
  description:
    - With O(names), what became of each protection domain, by name, with the keys that are described here. One that
      failed has C(failed), C(msg) and C(error).
    - The keys below, apart from C(state), stand in there and not beside it.
  returned: when names is given
  type: dict
  sample: {}
name:
  description: The protection domain's name.
  returned: success
  type: str
  sample: PD-Desktops
state:
  description: The state that was asked for.
  returned: success
  type: str
  sample: activated
active:
  description: Whether it is active on this cluster afterwards, or would be in check mode.
  returned: success
  type: bool
  sample: true
vms:
  description:
    - The VMs on the side that owns them afterwards, as they are registered there, each with C(name) and C(uuid).
    - In check mode, and without O(wait), those that are concerned; C(uuid) is empty where only an activation will make
      it.
    - O(state=migrated) without O(peer) tells them as they were on the source, and none when nothing was to be done.
  returned: success
  type: list
  elements: dict
  sample:
    - name: desk-001
      uuid: 1962edba-61fc-4782-9d3d-3190658d763f
removed_vms:
  description: The VMs that O(state=deactivated) deleted, or would in check mode, each with C(name) and C(uuid).
  returned: success
  type: list
  elements: dict
  sample: []
missing_vms:
  description:
    - VMs that the protection domain lists or listed and that do not exist on the side that owns it, each with C(name)
      and C(uuid), empty where it is unknown; those that the snapshot of an activation does not hold, and those whose
      only copy a deactivation deleted.
  returned: success
  type: list
  elements: dict
  sample: []
plan:
  description: What was done, or would be in check mode, in sentences. Empty when there was nothing to do.
  returned: success
  type: list
  elements: str
  sample:
    - "migrate 'PD-W11' from Prism Element cluster-a.example.com to the remote site 'cluster-b': 1 VM
      ('desk-001') is shut down, sent and registered there"
remote_site:
  description: Where O(state=migrated) went to; null when it ordered nothing.
  returned: success
  type: str
  sample: cluster-b
snapshot:
  description: What O(state=activated) started from, C(id) and C(created) in UTC; null when it ordered nothing.
  returned: success, and when data_age_limit refuses
  type: dict
  sample: {id: "cluster-a:353902", created: "2026-11-20T23:33:00Z"}
data_age_seconds:
  description: How old that snapshot was, which is the work that is lost; null when nothing was ordered.
  returned: success, and when data_age_limit refuses
  type: int
  sample: 3127
old_side:
  description:
    - What was seen of the other side by O(state=activated), null otherwise. C(cluster) and whether it C(answers), why
      not (C(silence)), whether the protection domain is C(active) there (null when unknown), the C(remote_sites) that
      lead there with C(name) and C(status), whether O(accept_split_brain) was C(accepted), and C(given_up), which is
      true only when that side says that it does not own it any more.
  returned: success
  type: dict
  sample:
    cluster: Prism Element cluster-a.example.com
    answers: false
    silence: "Prism Element cluster-a.example.com: no answer within 10 s"
    active:
    given_up: false
    remote_sites:
      - name: cluster-a
        status: UNREACHABLE
    accepted: false
were_off:
  description:
    - The VMs that were off on the source when O(state=migrated) was ordered, each with C(name), C(uuid) and C(goes_on),
      whether O(power_on) switches it on all the same.
  returned: success
  type: list
  elements: dict
  sample: []
unmapped_networks:
  description:
    - The networks on the source that the remote site of O(state=migrated) does not map, each with C(network), C(vms) by
      name, and C(same_name), whether the other side has a network of that name. Without one the VMs may arrive without
      a network card, which is warned of.
  returned: success
  type: list
  elements: dict
  sample: []
without_cards:
  description: The VMs that have no network card on the side that owns them now, and did not have none before, each with
    C(name) and C(uuid).
  returned: success
  type: list
  elements: dict
  sample: []
power:
  description:
    - What O(power_on) did, as M(euc.nutanix_citrix.pe_vm) tells it, with C(changed), C(vms), C(failures) and
      C(timeline); null when there was nothing to do.
    - VMs that did not go on do not fail the task. They are told here, with C(failed) and C(msg).
  returned: success
  type: dict
  sample:
protected_by:
  description:
    - The remote sites that the schedules of the side that owns it replicate to now, apart from suspended ones. Empty
      when it is not protected, which is warned of.
    - Null when that side was not looked at, or is not active yet.
  returned: success
  type: list
  elements: str
  sample: [cluster-a]
timeline:
  description:
    - When the work was done, each piece with C(phase) (V(migrate), V(activate), V(deactivate) or V(power)), C(started)
      and C(finished) in UTC, and C(failed).
  returned: when something was done
  type: list
  elements: dict
  sample:
    - phase: activate
      started: "2026-11-20T23:33:00.125Z"
      finished: "2026-11-20T23:43:12.480Z"
      failed: false
"""

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import run_as_module
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.operations.pe_protection_domain_failover import (
    OPERATION,
)


def main() -> None:
    run_as_module(OPERATION)


if __name__ == "__main__":
    main()
