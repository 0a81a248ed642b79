#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: citrix_machine_hosting
short_description: Connect Citrix machines to their VMs again after the VMs were moved
version_added: 1.0.0
description:
  - Sets the HostedMachineId and the hosting connection of machines of a Citrix DaaS or CVAD site to their present VMs,
    after a failover, a failback or any other move. One task can change thousands of machines.
  - Compares id and connection separately and writes them together. A machine that has both right is left alone.
  - Only machines that were not provisioned by MCS or PVS (provisioning type Manual) can get another hosting. Other
    machines are reported in RV(refused).
  - Reads every machine again after writing it. RV(machines) holds the machines whose hosting is right at the end, and
    every other machine is in one of the other lists.
author:
  - The euc.nutanix_citrix engineers (@euc-nutanix-citrix)
options:
  vms:
    description:
      - The VMs among which to find the VMs of the selected machines. Machines must then be selected by at least one of
        O(catalogs), O(delivery_groups), O(machines), O(machines_csv), O(vm_names) and O(vm_uuids).
      - The VM of a machine is the one with its HostedMachineId, whatever its name is. If no VM has that uuid, it is the
        VM that is called V(HOST) or has the whole DNS name of the machine. Names must match as a whole; case does not
        matter, and the domain in V(DOMAIN\\HOST) is ignored.
      - A match must be one to one. A machine is ambiguous when several VMs have its name, when its VM has the name of
        several machines, or when another machine has that VM by its uuid. The newest of several VMs is never chosen,
        because the clone of a drill is the newest.
      - A machine is also ambiguous when a machine outside of the selection has its VM by uuid. Such machines are
        searched on the hosting connection to which the VM belongs, and in check mode only among the machines that are
        read for the selection.
    type: list
    elements: dict
    suboptions:
      name:
        description: The name of the VM.
        type: str
        required: true
      uuid:
        description:
          - The uuid of the VM. In check mode it may be empty when it will be known only after the failover. The VM is
            then matched only by its name.
        type: str
        required: true
      hypervisor_connection:
        description: The name of the site's hosting connection to the cluster of the VM.
        type: str
        required: true
      cluster:
        description: The name of that cluster. Only returned in the result.
        type: str
        default: ""
  mapping:
    description:
      - The hosting of each machine, when it is known. Of the options that select machines, only O(exclude) can be
        combined with it.
      - As with O(vms), a machine is ambiguous when its VM is mapped to two machines or another machine has it by its
        uuid.
    type: list
    elements: dict
    suboptions:
      machine:
        description: The machine as V(DOMAIN\\HOST) or V(HOST). The name must be whole; case does not matter.
        type: str
        required: true
      hosted_machine_id:
        description: The uuid of its VM.
        type: str
        required: true
      hypervisor_connection:
        description: The name of its hosting connection.
        type: str
        required: true
  mapping_path:
    description:
      - A file that O(save_path) wrote. Every machine gets back the hosting that the file holds, which undoes a move.
      - Machines are identified by their ids. A machine that was removed and added again counts as vanished.
      - A machine that had no complete hosting before cannot get it back and is reported in RV(refused).
      - So is a machine that was given another hosting since, which is neither the one in the file nor the one that the
        move gave it.
      - And so is a machine whose VM none of O(clusters) has on its connection.
    type: path
  clusters:
    description:
      - With O(mapping) or O(mapping_path), what was read of the clusters where the VMs should be. A machine is refused
        unless a cluster behind its hosting connection has its VM.
      - By default nobody looks, and machines may get the ids of VMs that do not exist there.
    type: list
    elements: dict
    suboptions:
      name:
        description: The name of the cluster, for the report.
        type: str
        required: true
      hypervisor_connection:
        description: The name of the site's hosting connection to the cluster.
        type: str
        required: true
      vm_uuids:
        description: The uuids of all its VMs.
        type: list
        elements: str
        default: []
      problem:
        description: Why it could not be read. Empty when it was.
        type: str
        default: ""
  contested:
    description:
      - Machines of this site whose VM a machine of another site has, or would get as well. They are reported in
        RV(ambiguous) and left alone.
      - The filter P(euc.nutanix_citrix.contested_machines#filter) finds them in what check mode returned on each site.
    type: list
    elements: dict
    default: []
    suboptions:
      id:
        description: The id of the machine.
        type: str
        required: true
      reason:
        description: Which other machine it is.
        type: str
        required: true
  save_path:
    description:
      - A JSON file for the previous hosting of every machine that the task will change. It is written before the first
        change.
      - Entries of machines that are in the file already are kept, so that a run after an interrupted one does not
        overwrite them. Use a separate file for each move and each site; the file of another site is an error.
      - Not written in check mode, nor when nothing changes.
    type: path
  earlier_hosting:
    description:
      - The file that O(save_path) of another move wrote, which this one takes back. A machine that it lists gets the
        hosting connection that it had before that move, where this leads to the same cluster as the one that is given
        with its VM. A file that is not there has no effect.
      - Only connections of the plug-in C(AcropolisFactory) are known to lead to the same cluster, by their addresses.
    type: path
  policy:
    description:
      - What to do about machines that cannot be matched or changed, for each kind.
      - V(stop) changes nothing at all and fails. V(fail) does everything else first and then fails. V(warn) warns.
        V(ignore) only reports them in the result.
      - Machines that could not be changed (RV(failures)) always make the task fail.
    type: dict
    suboptions:
      ambiguous:
        description: Machines whose VM cannot be determined.
        type: str
        choices: [stop, fail, warn, ignore]
        default: fail
      missing:
        description:
          - Machines without a VM among O(vms).
          - Unless V(ignore), the task fails before it changes anything when no selected machine has a VM.
        type: str
        choices: [stop, fail, warn, ignore]
        default: fail
      unknown:
        description:
          - Names in O(machines), O(machines_csv) or O(exclude) that no machine has, and O(delivery_groups) that contain
            none of the selected machines. Names in O(exclude) are not checked when only a few machines are read by
            their full names. The same list may be used for several sites.
          - Unless V(ignore), the task fails when no machine at all is found.
        type: str
        choices: [stop, fail, warn, ignore]
        default: warn
      unexpected:
        description: VMs in O(vms) with one of the names in O(vm_names) that belong to no machine.
        type: str
        choices: [stop, fail, warn, ignore]
        default: warn
      refused:
        description: Machines whose hosting would have to change and cannot.
        type: str
        choices: [stop, fail, warn, ignore]
        default: fail
      vanished:
        description: Machines of a mapping that the site no longer has, and machines that were deleted while the task
          ran.
        type: str
        choices: [stop, fail, warn, ignore]
        default: warn
      unmanaged:
        description: Machines that are left alone because they are not power-managed.
        type: str
        choices: [stop, fail, warn, ignore]
        default: warn
      namesakes:
        description: Machines with the name of a VM in O(vms) that are hosted elsewhere. See O(other_vm_uuids) and
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
      - The hosting connection that the machines move away from, such as the one to a cluster that was lost. Machines
        that are still on it, or on another one to the same cluster, at the end, and that are in no other list, are
        reported in RV(left_behind).
    type: str
  accept_split_brain:
    description:
      - Whether to go on although machines on O(left_connection) are registered and Citrix knows that their VMs are on,
        so that its cluster seems to be alive. With V(false) the task refuses before anything is changed.
    type: bool
    default: true
  adopt_unmanaged:
    description:
      - Whether to give a HostedMachineId and a hosting connection to machines that have neither. This cannot be undone.
    type: bool
    default: false
  any_plugin:
    description:
      - Whether machines may be put on a hosting connection whose plug-in is not one of those for Nutanix AHV.
    type: bool
    default: false
notes:
  - The account needs a role that may edit machines, such as Machine Catalog Administrator, and a scope that contains
    them.
  - Power states are unknown until the broker has looked at the hypervisor again. See
    M(euc.nutanix_citrix.citrix_hosting_connection_reset).
  - After an interrupted run, run the task again.
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
    clusters:
      - name: cluster-a
        hypervisor_connection: AHV-A
        vm_uuids: "{{ vms_of_cluster_a | map(attribute='uuid') }}"
"""

RETURN = r"""
complete:
  description: Whether the hosting of every selected machine is right, or would be. Excluded and unmanaged machines do
    not count.
  returned: when the policy did not stop it
  type: bool
machines:
  description: The machines whose hosting is right at the end, or would be in check mode, by name.
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
      description: The name of its VM. Empty with a mapping.
      type: str
      returned: always
    cluster:
      description: The cluster of the VM as O(vms) names it.
      type: str
      returned: always
    hosted_machine_id:
      description: The uuid of its VM. Empty in check mode when it is not known yet.
      type: str
      returned: always
    hypervisor_connection:
      description: Its hosting connection.
      type: str
      returned: always
    registration_state:
      description: The registration state of its VDA before the change, in the words of the site.
      type: str
      returned: always
    maintenance_mode:
      description: Whether it is in maintenance mode, so that no user can log on to it.
      type: bool
      returned: always
    has_vm:
      description: Whether it had this VM by its uuid before the change.
      type: bool
      returned: always
    changed_by:
      description: The moment by which its hosting was changed, by the clock of the site in UTC. Empty when it was not
        changed. M(euc.nutanix_citrix.citrix_machine_proof) uses it.
      type: str
      returned: always
    action:
      description: V(right) (no change was needed), V(changed), or V(would_change) in check mode.
      type: str
      returned: always
    remark:
      description: A remark, for example that its VM was matched by uuid and has another name, or that it was on a
        connection that is not among O(hypervisor_connections).
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
      maintenance_mode: false
      has_vm: false
      changed_by: "2026-11-20T23:40:00.000Z"
      action: changed
      remark: ""
ambiguous:
  description:
    - The machines whose VM cannot be determined, each with C(id), C(name), C(catalog), C(catalog_id), its present
      C(hosted_machine_id) and C(hypervisor_connection), the C(reason), and C(candidates) with C(name), C(uuid),
      C(hypervisor_connection) and C(cluster).
  returned: when the machines could be read
  type: list
  elements: dict
missing:
  description:
    - The machines that have no VM, each as in RV(ambiguous) without C(candidates).
  returned: when the machines could be read
  type: list
  elements: dict
unknown:
  description: The names in O(machines), O(machines_csv) or O(exclude) that no machine has, and the O(delivery_groups)
    that contain none of the machines that were read.
  returned: when the machines could be read
  type: list
  elements: str
  sample: ['CORP\W11-999']
unexpected:
  description: The VMs that belong to no machine, each with C(name), C(uuid), C(hypervisor_connection) and C(cluster).
  returned: when the machines could be read
  type: list
  elements: dict
refused:
  description: The machines that cannot get another hosting, each as in RV(missing). The C(reason) names the
    alternative.
  returned: when the machines could be read
  type: list
  elements: dict
excluded:
  description: The machines that O(exclude) leaves out, with the hosting that they keep.
  returned: when the machines could be read
  type: list
  elements: dict
unmanaged:
  description: The machines that are left alone because they are not power-managed.
  returned: when the machines could be read
  type: list
  elements: dict
vanished:
  description: The machines that the site no longer has, each as in RV(missing). A machine that was deleted before the
    task has an empty C(id).
  returned: when the machines could be read
  type: list
  elements: dict
namesakes:
  description:
    - The machines that have the name of a VM in O(vms) and are other machines, because they have another VM or are on
      another connection. The C(reason) says which. They are left alone.
  returned: when the machines could be read
  type: list
  elements: dict
at_work:
  description: Names of the machines on O(left_connection) that are registered and whose VMs Citrix knows to be on. The
    cluster behind that connection seems to be alive. Read before anything is changed.
  returned: when the machines could be read
  type: list
  elements: str
left_behind:
  description: The machines that are still on O(left_connection) and in no other list, with C(reason).
  returned: when the machines could be read
  type: list
  elements: dict
failures:
  description: The machines that could not be changed, each with C(id), C(name) and C(reason), in its present state, and
    with the intended hosting in C(wanted).
  returned: when the machines could be read
  type: list
  elements: dict
counts:
  description: The number of machines that are V(right), V(changed) or V(would_change), and the number of entries in
    each list.
  returned: when the policy did not stop it
  type: dict
  sample: {"right": 4990, "changed": 10, "would_change": 0, "ambiguous": 0, "missing": 0}
connections_changed:
  description: The names of the hosting connections that machines were moved to, or would be.
  returned: when the policy did not stop it
  type: list
  elements: str
  sample: [AHV-B]
catalogs_by_connection:
  description: For each hosting connection, the catalogs that have machines of RV(machines) on it, each with C(id).
  returned: when the policy did not stop it
  type: dict
  sample: {"AHV-B": [{"id": c0ffee00-0000-4000-8000-000000000001}]}
nothing_saved:
  description: Whether the file O(mapping_path) does not exist, which is an error.
  returned: when there is none
  type: bool
  sample: true
written_by:
  description: V(batch) or V(single). Empty when nothing was written.
  returned: when the policy did not stop it
  type: str
timeline:
  description: The steps of the work, each with C(phase) (V(re-host)), C(started) and C(finished) in UTC, and C(failed).
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
