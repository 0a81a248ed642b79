#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: pe_protection_domain_failover
short_description: Fail protection domains over from one Prism Element cluster to another
version_added: 1.0.0
description:
  - Migrates a protection domain to the other side as planned, activates it on the surviving cluster after a disaster,
    or deactivates it on the old source when that is back, through Prism Element, REST API v2.0.
  - Reads the state first, and does nothing when the requested state is reached already. A change of mode that is
    already running is waited for and never ordered twice.
  - Refuses whatever would lose data or VMs, with the reason. An option of its own accepts each of these losses.
  - Waits until the VMs are registered on the side that owns them at the end, and powers them on when O(power_on) says
    so.
  - Orders and watches several protection domains side by side. None waits for another, and one that fails does not hold
    up the others.
author:
  - The euc.nutanix_citrix engineers (@euc-nutanix-citrix)
notes:
  - The account needs the role Cluster Admin on the cluster and Viewer on the peer.
  - Only asynchronous protection domains are supported. Metro availability is an error.
  - A migration keeps the uuids of the VMs. An activation gives them new ones.
  - Set O(peer) whenever the other side can be asked. Without it nothing can tell whether the protection domain is
    active there.
  - For each of O(names), the module leaves a note for the other hosts of the play as soon as the protection domain has
    arrived and its VMs are on, or has failed. M(euc.nutanix_citrix.run_note) waits for it as C(protection domain NAME).
    The note has the keys C(name), C(arrived) and C(vms). No note is left in check mode, with O(wait=false), or when the
    module runs on a host other than the controller.
options:
  name:
    description:
      - The exact name of the protection domain. Either this option or O(names) is required.
    type: str
  names:
    description:
      - The exact names of several protection domains, for O(state=migrated) and O(state=activated).
    type: list
    elements: str
  state:
    description:
      - V(migrated) runs on the source. The VMs are shut down, their last data is sent, and they are registered at
        O(remote_site). No data is lost.
      - V(activated) runs on the surviving cluster. The VMs of a snapshot are registered there, whatever the other side
        does. Data that was written after the snapshot is lost.
      - V(deactivated) runs on the old source when it is back after V(activated). It deletes all VMs of the protection
        domain on the cluster it runs on.
    type: str
    required: true
    choices: [migrated, activated, deactivated]
  peer:
    description:
      - The cluster on the other side. Settings that are not given are those of the task itself.
      - Required for O(state=deactivated). With O(state=migrated), the task waits until the VMs are registered there.
        With O(state=activated), the task refuses when the protection domain is active there; a peer that does not
        answer only causes a warning, unless the remote site that the protection domain was last active on is reported
        as connected.
    type: dict
    suboptions: &peer
      nutanix_host:
        description:
          - The address of the cluster.
        type: str
        required: true
      nutanix_port:
        description:
          - The port of Prism Element.
        type: int
      nutanix_username:
        description:
          - The account to log in with.
        type: str
      nutanix_password:
        description:
          - The password of the account.
        type: str
      validate_certs:
        description:
          - Whether to require a trusted TLS certificate.
        type: bool
      ca_path:
        description:
          - A file with the certificates of the authorities to trust.
        type: path
      read_timeout:
        description:
          - The number of seconds to wait for the answer to one request.
        type: int
  witnesses:
    description:
      - Third clusters that O(state=activated) asks, when the other side does not answer, whether a remote site of
        theirs that leads to it is connected. This cluster may merely be cut off from it.
      - They are asked at the same time as O(peer), each for O(peer_timeout) seconds at most. A witness that gives no
        answer does not stop the task. RV(old_side) holds what they report.
    type: list
    elements: dict
    default: []
    suboptions: *peer
  peer_timeout:
    description:
      - For O(state=activated) and O(state=deactivated), the number of seconds that O(peer) has to answer. This limits
        the wait however the peer fails.
    type: int
    default: 10
  remote_site:
    description:
      - For O(state=migrated), the remote site to move to, under the name that the source has for it.
      - May be omitted when exactly one site fits, which is the site that is the peer, or that the schedules of the
        protection domain replicate to. A site that is known to be another cluster than O(peer) never fits.
    type: str
  snapshot_id:
    description:
      - For O(state=activated), the snapshot to activate from, as M(euc.nutanix_citrix.pe_protection_domain_info) lists
        it, with or without the site before the colon. Defaults to the newest snapshot that can be used.
    type: str
  snapshot_ids:
    description:
      - The same as O(snapshot_id) for several protection domains, by name. Use it for those of O(names) whose newest
        snapshot must not be used, for example because it holds damaged data.
    type: dict
    default: {}
  data_age_limit:
    description:
      - For O(state=activated), the largest accepted age of the snapshot in seconds, which is the work that is lost.
        Without this option, or with V(0), there is no limit.
      - The age is measured by the clock of the cluster.
    type: int
  accept_pending_replications:
    description:
      - Whether to go on while snapshots are being replicated. Without it, O(state=migrated) refuses because it would
        wait for them, and O(state=activated) refuses because a newer snapshot is arriving. When the source is lost,
        that snapshot may never arrive.
    type: bool
    default: false
  replication_timeout:
    description:
      - The number of seconds to wait for running replications before they are a reason to refuse. In check mode they
        are reported and not waited for, unless O(wait_in_check_mode=true).
      - Ignored with O(state=deactivated). This time is part of O(wait_timeout).
    type: int
    default: 0
  wait_in_check_mode:
    description:
      - Whether check mode waits for running replications as well. Use it for a plan that the same play carries out
        afterwards, so that nobody is logged off before the replications have ended.
    type: bool
    default: false
  accept_split_brain:
    description:
      - Whether O(state=activated) goes on although the protection domain is active on O(peer), or although O(peer) does
        not answer and the remote site on this cluster or on one of O(witnesses) reports that it is connected. Both
        sides then have data of their own and may run the same VMs.
      - This also covers a O(peer) that answers and admits nobody, because it refuses the log-in or its certificate is
        not trusted.
    type: bool
    default: false
  accept_missing_vms:
    description:
      - Whether O(state=deactivated) goes on although it deletes VMs that have no counterpart of the same name among the
        VMs of the protection domain on O(peer).
    type: bool
    default: false
  accept_running_vms:
    description:
      - Whether O(state=deactivated) goes on although it deletes VMs that are not off. Somebody may be working on them.
      - An old source may start its VMs when its power returns. It is better to power them off there with
        M(euc.nutanix_citrix.pe_vm).
    type: bool
    default: false
  confirm:
    description:
      - Required for O(state=deactivated), which deletes VMs. Must repeat O(name).
    type: str
  power_on:
    description:
      - Which VMs to power on as soon as they have arrived, separately for each protection domain. V(all) powers on all
        VMs and V(none) powers on none. V(were_on) powers on the VMs of a migration that were not off on the source.
        Give O(saved_path) with it, or only the run that orders the migration knows which VMs were off.
      - Requires O(peer) with O(state=migrated). In check mode, and with O(wait=false), nothing is powered on.
    type: str
    default: none
    choices: [none, all, were_on]
  leave_off:
    description:
      - The names of VMs that are never powered on.
    type: list
    elements: str
    default: []
  saved_path:
    description:
      - A file that remembers which VMs were on and which were off before O(state=migrated) was ordered. With it, a run
        that goes on after an interrupted one knows which VMs O(power_on=were_on) leaves off, and which VMs to power on
        again on the source when the migration fails, and lists the VMs that did not exist again. Not written in check
        mode.
      - With O(state=deactivated), the file lists the VMs that are deleted, and is written before the deletion is
        ordered. Use another file than for O(state=migrated).
      - The file is on the host that the module runs on.
    type: path
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

- name: Deactivate the protection domain on the old source, which is back
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
  description: Whether the task refused because the protection domain is active on both sides.
  returned: when that is so
  type: bool
  sample: true
domains:
  description:
    - With O(names), the result of each protection domain, by name, with the keys that are described here. A protection
      domain that failed has C(failed), C(msg) and C(error). One that was warned of something has C(warnings).
    - With O(names), the keys below are in these results and not at the top level, apart from C(state).
  returned: when names is given
  type: dict
  sample: {}
name:
  description: The name of the protection domain.
  returned: success, with O(name)
  type: str
  sample: PD-Desktops
state:
  description: The requested state.
  returned: success
  type: str
  sample: activated
active:
  description: Whether it is active on this cluster at the end, or would be in check mode.
  returned: success, with O(name)
  type: bool
  sample: true
vms:
  description:
    - The VMs as they are registered at the end on the side that owns them, each with C(name) and C(uuid).
    - In check mode, and with O(wait=false), the VMs that would move. C(uuid) is empty where an activation has yet to
      create it.
    - O(state=migrated) without O(peer) returns the VMs as they were on the source, and none when there was nothing to
      do.
  returned: success, with O(name)
  type: list
  elements: dict
  sample:
    - name: desk-001
      uuid: 1962edba-61fc-4782-9d3d-3190658d763f
removed_vms:
  description: The VMs that O(state=deactivated) deleted, or would in check mode, each with C(name) and C(uuid).
  returned: success, with O(name)
  type: list
  elements: dict
  sample: []
missing_vms:
  description:
    - The VMs that the protection domain lists or listed and that do not exist on the side that owns it, each with
      C(name) and C(uuid), which is empty where it is unknown. These are the VMs that the snapshot of an activation does
      not hold, and those whose only copy a deactivation deleted.
  returned: success, with O(name)
  type: list
  elements: dict
  sample: []
plan:
  description: What was done, or would be in check mode, in sentences. Empty when there was nothing to do.
  returned: success, with O(name)
  type: list
  elements: str
  sample:
    - "migrate 'PD-W11' from Prism Element cluster-a.example.com to the remote site 'cluster-b': 1 VM
      ('desk-001') is shut down, sent and registered there"
remote_site:
  description: The site that O(state=migrated) moved to. Null when it ordered nothing.
  returned: success, with O(name)
  type: str
  sample: cluster-b
snapshot:
  description: The snapshot that O(state=activated) started from, with C(id), and C(created) in UTC. Null when it
    ordered nothing.
  returned: success, and when data_age_limit refuses
  type: dict
  sample: {id: "cluster-a:353902", created: "2026-11-20T23:33:00Z"}
snapshot_not_used:
  description: The snapshot that O(snapshot_id) or O(snapshot_ids) names, when the protection domain was activated
    before, so that this task did not use it. No cluster tells which one was used then. Empty otherwise.
  returned: success, with O(name)
  type: str
  sample: ""
data_age_seconds:
  description: The age of that snapshot, which is the work that is lost. Null when nothing was ordered.
  returned: success, and when data_age_limit refuses
  type: int
  sample: 3127
old_side:
  description:
    - What O(state=activated) saw of the other side. Null otherwise. Holds C(cluster), whether it C(answers), why it
      does not (C(silence)), whether the protection domain is C(active) there (null when unknown), the C(remote_sites)
      that lead there with C(name) and C(status), what the C(witnesses) report (C(cluster), C(remote_site), C(status),
      and C(silence) for one that gives no answer), whether O(accept_split_brain) was C(accepted), and C(given_up),
      which is true only when that side reports that it no longer owns the protection domain.
  returned: success, with O(name)
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
    witnesses:
      - cluster: Prism Element cluster-c.example.com
        remote_site: site-a
        status: UNREACHABLE
        silence: ""
    accepted: false
were_off:
  description:
    - The VMs that were off on the source when O(state=migrated) was ordered, by this run or by an earlier one with the
      same O(saved_path), each with C(name), C(uuid) and C(goes_on), which is true when O(power_on) powers it on
      nevertheless.
  returned: success, with O(name)
  type: list
  elements: dict
  sample: []
at_home:
  description: Whether the protection domain of a failed migration is seen active on the source only, with nothing of it
    on the other side and nothing under way, so that everything is as before the migration.
  returned: when O(state=migrated) failed and both sides could be read
  type: bool
  sample: true
switched_on_again:
  description: The VMs that a failed migration had shut down and that are on again on the source, each with C(name) and
    C(uuid).
  returned: when O(state=migrated) failed and both sides could be read
  type: list
  elements: dict
  sample: []
left_off:
  description:
    - The VMs that were on before a failed migration and are now off on the source, each with C(name) and C(uuid). They
      are powered on again only when RV(at_home).
  returned: when O(state=migrated) failed and both sides could be read
  type: list
  elements: dict
  sample: []
unmapped_networks:
  description:
    - The networks on the source that the remote site of O(state=migrated) does not map, each with C(network), the names
      of its VMs in C(vms), and C(same_name), which is true when the other side has a network of that name. If it has
      none, the VMs may arrive without a network card, and the task warns.
  returned: success, with O(name)
  type: list
  elements: dict
  sample: []
without_cards:
  description: The VMs that have no network card on the side that owns them now and had one before, each with C(name)
    and C(uuid).
  returned: success, with O(name)
  type: list
  elements: dict
  sample: []
power:
  description:
    - The result of O(power_on), as M(euc.nutanix_citrix.pe_vm) returns it, with C(changed), C(vms), C(failures) and
      C(timeline). Null when there was nothing to do.
    - VMs that could not be powered on do not fail the task. They are reported here, with C(failed) and C(msg).
  returned: success, with O(name)
  type: dict
  sample:
protected_by:
  description:
    - The remote sites that the schedules of the owning side replicate to now, without suspended schedules. When it is
      empty, the protection domain is not protected, and the task warns.
    - Null when that side was not read, or is not active yet.
  returned: success, with O(name)
  type: list
  elements: str
  sample: [cluster-a]
timeline:
  description:
    - The steps of the work, each with C(phase) (V(migrate), V(activate), V(deactivate) or V(power)), C(started) and
      C(finished) in UTC, and C(failed).
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
