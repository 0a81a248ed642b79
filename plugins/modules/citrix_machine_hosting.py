#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: citrix_machine_hosting
short_description: Give Citrix machines their VM and hosting connection again after VMs were moved
version_added: 0.2.0
description:
  - Sets HostedMachineId and hosting connection of machines of a Citrix DaaS or CVAD site to the VMs that they are now,
    after a failover, a failback or any other move. Thousands of machines in one task.
  - Id and connection are judged each for itself and written together. What is right is left alone.
  - Only machines that were not provisioned by MCS or PVS (provisioning type Manual) can be given another hosting.
    Others come out as RV(refused).
  - Every machine is read again after it was written. RV(machines) holds those that are as they should be, and every
    other machine is in one of the other lists.
author:
  - The euc.nutanix_citrix engineers (@euc-nutanix-citrix)
options:
  vms:
    description:
      - The VMs among which the machines of the scope find theirs. The scope is required then, by at least one of
        O(catalogs), O(delivery_groups), O(machines), O(machines_csv), O(vm_names) and O(vm_uuids).
      - A machine's VM is the one with its HostedMachineId, whatever its name. If no VM has that uuid, it is the one
        that is called V(HOST), or by the whole DNS name of the machine. Names are compared whole and without regard to
        case, and the domain in V(DOMAIN\\HOST) does not count.
      - One-to-one or not at all. Several VMs of a machine's name, a VM whose name is that of several machines, or one
        that another machine has by its uuid make a machine ambiguous. The newest of several is never taken, because the
        clone of a drill is the newest.
      - A VM that a machine outside of the scope has by its uuid makes a machine of the scope that is called like it
        ambiguous, too. It is looked for on the hosting connection to which the VM belongs; in check mode only among the
        machines that are read for the scope.
    type: list
    elements: dict
    suboptions:
      name:
        description: Name of the VM.
        type: str
        required: true
      uuid:
        description:
          - Its uuid. In check mode it may be empty, when it is known only after the failover. The VM is then found by
            its name only.
        type: str
        required: true
      hypervisor_connection:
        description: Name of the site's hosting connection to the cluster where the VM is.
        type: str
        required: true
      cluster:
        description: Name of that cluster, for the result only.
        type: str
        default: ""
  mapping:
    description:
      - The hosting of each machine, where you know it. No option of the scope can be given with it, except O(exclude).
      - A VM for two machines, or one that another machine has by its uuid, makes a machine ambiguous here as well.
    type: list
    elements: dict
    suboptions:
      machine:
        description: The machine, V(DOMAIN\\HOST) or V(HOST), whole and without regard to case.
        type: str
        required: true
      hosted_machine_id:
        description: The uuid of its VM.
        type: str
        required: true
      hypervisor_connection:
        description: Name of its hosting connection.
        type: str
        required: true
  mapping_path:
    description:
      - A file that O(save_path) wrote. Every machine gets back the hosting that stands there, which undoes a move.
      - Machines are known by their ids. One that was removed and added again counts as gone.
      - A machine that had no whole hosting before cannot be given that back and comes out as RV(refused).
    type: path
  save_path:
    description:
      - A JSON file for the hosting of every machine that is going to be changed, as it was before. It is written before
        the first change.
      - A machine that is in the file already keeps what stands there, so that a run after one that died does not spoil
        it. Give each move and each site a file of its own; the file of another site is refused.
      - Not written in check mode, nor when nothing changes.
    type: path
  policy:
    description:
      - What follows from machines that cannot be served.
      - V(stop) changes nothing at all and fails. V(fail) does all the rest and fails then. V(warn) warns, V(ignore)
        only lists them in the result.
      - Machines that could not be changed (RV(failed_machines)) always make the task fail.
    type: dict
    suboptions:
      ambiguous:
        description: Machines whose VM cannot be told.
        type: str
        choices: [stop, fail, warn, ignore]
        default: fail
      missing:
        description:
          - Machines without a VM among O(vms).
          - Unless V(ignore), the task fails before it changes anything when not one machine of the scope has a VM.
        type: str
        choices: [stop, fail, warn, ignore]
        default: fail
      unknown:
        description:
          - Names in O(machines) or O(machines_csv) that no machine bears, and O(delivery_groups) without one. One list
            may be given to several sites.
          - Unless V(ignore), the task fails when no machine at all is found.
        type: str
        choices: [stop, fail, warn, ignore]
        default: warn
      unexpected:
        description: VMs of O(vms) called by one of O(vm_names) that are no machine's.
        type: str
        choices: [stop, fail, warn, ignore]
        default: warn
      refused:
        description: Machines whose hosting would have to change and cannot.
        type: str
        choices: [stop, fail, warn, ignore]
        default: fail
      vanished:
        description: Machines of a mapping that the site does not have any more, and machines deleted in the middle of
          the task.
        type: str
        choices: [stop, fail, warn, ignore]
        default: warn
      unmanaged:
        description: Machines that are left alone because they are not power managed.
        type: str
        choices: [stop, fail, warn, ignore]
        default: warn
      namesakes:
        description: Machines that bear the name of a VM in O(vms) and are hosted elsewhere, see O(other_vm_uuids) and
          O(hypervisor_connections).
        type: str
        choices: [stop, fail, warn, ignore]
        default: warn
      left_behind:
        description: Machines that are still on O(left_connection).
        type: str
        choices: [stop, fail, warn, ignore]
        default: warn
  left_connection:
    description:
      - The hosting connection that the move leaves, such as the one to a cluster that was lost. Machines that are still
        on it afterwards and that no other list holds are RV(left_behind).
    type: str
  adopt_unmanaged:
    description:
      - Whether machines that have neither HostedMachineId nor hosting connection are given both. That cannot be taken
        back.
    type: bool
    default: false
  any_plugin:
    description:
      - Whether machines may be put on a hosting connection of a plug-in that is none of those for Nutanix AHV.
    type: bool
    default: false
notes:
  - The account needs a role that may edit machines, such as Machine Catalog Administrator, and a scope that holds them.
  - Power states are unknown until the broker looks at the hypervisor again, see
    M(euc.nutanix_citrix.citrix_hosting_connection_reset).
  - A run that dies half-way is simply run again.
seealso:
  - module: euc.nutanix_citrix.citrix_machine_info
extends_documentation_fragment:
  - euc.nutanix_citrix.citrix
  - euc.nutanix_citrix.machine_scope
  - euc.nutanix_citrix.machine_changes
  - euc.nutanix_citrix.attributes
"""

EXAMPLES = r"""
- name: Look which machines would be re-hosted to cluster-b
  euc.nutanix_citrix.citrix_machine_hosting:
    catalogs:
      - name: W11-Persistent
        folder: Prod
    vms: "{{ vms_of_cluster_b }}"
  check_mode: true
  diff: true

- name: Re-host them, and keep what was before
  euc.nutanix_citrix.citrix_machine_hosting:
    catalogs:
      - name: W11-Persistent
        folder: Prod
    exclude:
      - CORP\W11-TEST
    vms:
      - name: W11-001
        uuid: 6f0c3a52-9a0e-4f6b-8f0e-5f2d8e6c1b11
        hypervisor_connection: AHV-B
        cluster: cluster-b
    policy:
      missing: warn
    save_path: /var/lib/euc/2026-11-20-move.hosting.json

- name: Take it back
  euc.nutanix_citrix.citrix_machine_hosting:
    mapping_path: /var/lib/euc/2026-11-20-move.hosting.json
"""

RETURN = r"""
complete:
  description: Whether every machine that is meant is as it should be, or would be; excluded and unmanaged ones do not
    count.
  returned: when the policy did not stop it
  type: bool
machines:
  description: The machines that are as they should be, or would be in check mode, by name.
  returned: when the policy did not stop it
  type: list
  elements: dict
  contains:
    id:
      description: Id of the machine.
      type: str
      returned: always
    name:
      description: Its name.
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
    vm_name:
      description: Name of its VM, empty with a mapping.
      type: str
      returned: always
    cluster:
      description: The cluster that was given for the VM.
      type: str
      returned: always
    hosted_machine_id:
      description: Uuid of its VM, empty in check mode when it is not known yet.
      type: str
      returned: always
    hypervisor_connection:
      description: Its hosting connection.
      type: str
      returned: always
    registration_state:
      description: Whether its VDA was registered before anything was changed, in the site's words.
      type: str
      returned: always
    changed_by:
      description: By when its hosting was changed, by the site's clock in UTC; empty when it was not.
        M(euc.nutanix_citrix.citrix_machine_proof) uses it.
      type: str
      returned: always
    action:
      description: V(right), V(changed), or V(would_change) in check mode.
      type: str
      returned: always
    remark:
      description: What is worth knowing, such as a VM that was matched by its uuid and has another name.
      type: str
      returned: always
  sample:
    - id: 4b9d0000-0000-4000-8000-000000000001
      name: CORP\W11-001
      catalog: W11-Persistent
      catalog_id: c0ffee00-0000-4000-8000-000000000001
      vm_name: W11-001
      cluster: cluster-b
      hosted_machine_id: 6f0c3a52-9a0e-4f6b-8f0e-5f2d8e6c1b11
      hypervisor_connection: AHV-B
      registration_state: Unregistered
      changed_by: "2026-11-20T23:40:00.000Z"
      action: changed
      remark: ""
ambiguous:
  description:
    - Machines whose VM cannot be told, each with C(id), C(name), C(catalog), C(catalog_id), its C(hosted_machine_id)
      and C(hypervisor_connection) as they are, the C(reason), and C(candidates) with C(name), C(uuid),
      C(hypervisor_connection) and C(cluster).
  returned: when the machines could be read
  type: list
  elements: dict
missing:
  description:
    - Machines that have no VM, each as in RV(ambiguous) without candidates.
  returned: when the machines could be read
  type: list
  elements: dict
unknown:
  description: Names in O(machines) or O(machines_csv) that no machine bears, and O(delivery_groups) without one, among
    the machines that were read.
  returned: when the machines could be read
  type: list
  elements: str
  sample: ['CORP\W11-999']
unexpected:
  description: VMs that are no machine's, each with C(name), C(uuid), C(hypervisor_connection) and C(cluster).
  returned: when the machines could be read
  type: list
  elements: dict
refused:
  description: Machines that cannot be given another hosting, each as in RV(missing). The C(reason) tells the way round.
  returned: when the machines could be read
  type: list
  elements: dict
excluded:
  description: Machines that O(exclude) keeps out, with the hosting that they keep.
  returned: when the machines could be read
  type: list
  elements: dict
unmanaged:
  description: Machines that are left alone because they are not power managed.
  returned: when the machines could be read
  type: list
  elements: dict
vanished:
  description: Machines that are gone from the site, each as in RV(missing). One that was gone before has an empty
    C(id).
  returned: when the machines could be read
  type: list
  elements: dict
namesakes:
  description:
    - Machines that bear the name of a VM that was given and are other machines, because they have a VM of their own or
      are on another connection. C(reason) says which. They are left alone.
  returned: when the machines could be read
  type: list
  elements: dict
left_behind:
  description: Machines that are still on O(left_connection) and in no other list, with C(reason).
  returned: when the machines could be read
  type: list
  elements: dict
failed_machines:
  description: Machines that could not be changed, each as they are now with the C(reason), and in C(wanted) what they
    should have.
  returned: when the machines could be read
  type: list
  elements: dict
counts:
  description: How many machines are V(right), V(changed) or V(would_change), and how many entries each list has.
  returned: when the policy did not stop it
  type: dict
  sample: {"right": 4990, "changed": 10, "would_change": 0, "ambiguous": 0, "missing": 0}
connections_changed:
  description: Names of the hosting connections onto which machines were moved, or would be.
  returned: when the policy did not stop it
  type: list
  elements: str
  sample: [AHV-B]
catalogs_by_connection:
  description: For each hosting connection the catalogs that have machines of RV(machines) on it, each with C(id).
  returned: when the policy did not stop it
  type: dict
  sample: {"AHV-B": [{"id": c0ffee00-0000-4000-8000-000000000001}]}
nothing_saved:
  description: Whether there is no file O(mapping_path), which is an error.
  returned: when there is none
  type: bool
  sample: true
written_by:
  description: V(batch) or V(single), empty when nothing was written.
  returned: when the policy did not stop it
  type: str
timeline:
  description: When the work was done, each piece with C(phase) (V(re-host)), C(started) and C(finished) in UTC, and
    C(failed).
  returned: when something was done
  type: list
  elements: dict
  sample:
    - phase: re-host
      started: "2026-11-20T23:33:00.125Z"
      finished: "2026-11-20T23:34:12.480Z"
      failed: false
"""

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import run_as_module
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.operations.citrix_machine_hosting import OPERATION


def main() -> None:
    run_as_module(OPERATION)


if __name__ == "__main__":
    main()
