#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: pc_recovery_point_restore
short_description: Restore a golden VM from one exact recovery point
version_added: 1.0.0
description:
  - Restores a VM from the copy of a recovery point that a cluster holds, as a new, powered-off VM, through Prism
    Central, REST API v4. Run it on the Prism Central of that cluster.
  - The new VM is called C(<prefix><release>_<location-agnostic id>_<VM name>). No existing VM is ever replaced, and it
    has no categories.
  - A VM that an earlier run restored is adopted, and a restore that is already running is waited for, so that an
    interrupted run can continue. Such a VM is known by the mark in its description, or because the task that restored
    the copy names it. Another VM of the same name is left alone, and so is one that somebody renamed.
  - A release of Prism Central that does not take a name with the restore, which is v4.0 of the API, gives the VM any
    name. Its task tells which VM it is, and the VM then gets its name.
  - Each warning of the restore is a warning of the task.
author:
  - The euc.nutanix_citrix engineers (@euc-nutanix-citrix)
notes:
  - The account needs a role that may restore recovery points and change VMs, such as Prism Admin.
options:
  recovery_point:
    description:
      - The recovery point, by the location-agnostic id that all its copies share, as
        M(euc.nutanix_citrix.pc_recovery_point) returns it.
      - May be empty only in check mode, for a recovery point that does not exist yet.
    type: str
    required: true
  cluster:
    description:
      - The cluster to restore on, by its uuid or name. Its copy is waited for when it is on its way.
    type: str
    required: true
  vm_name:
    description:
      - The exact name of the golden VM. A recovery point does not tell names, so that this is only used for the name
        of the new VM.
    type: str
    required: true
  vm_uuid:
    description:
      - The uuid of the golden VM. Required when the recovery point holds several VMs.
    type: str
  release:
    description:
      - The id of the release, made of letters, digits, C(.), C(+) and C(-), for example V(2026.11.20-1).
      - The name of the new VM may have 80 characters at most.
    type: str
    required: true
  networks:
    description:
      - The uuids of the subnets that the network cards of the new VM are connected to, one card for each. V([]) removes
        all cards.
      - If not set, Prism Central restores the cards as they were recorded, as far as the cluster has their networks.
    type: list
    elements: str
  storage_container:
    description:
      - The name of a storage container of the cluster. After the restore, all disks are moved there. A cluster without
        it is an error before anything is written.
      - If not set, the disks stay where they are restored.
    type: str
  source:
    description:
      - The Prism Central that copies the recovery point to this cluster. Settings that are not given are those of the
        task itself.
      - With this option and O(replication_task), the wait for the copy shows how far it is, and ends as soon as the
        task that copies it has failed.
    type: dict
    suboptions:
      nutanix_host:
        description:
          - The address of the Prism Central.
        type: str
        required: true
      nutanix_port:
        description:
          - The port of the Prism Central.
        type: int
      nutanix_username:
        description:
          - The account to log in with.
        type: str
      nutanix_password:
        description:
          - The password of the account.
        type: str
      nutanix_api_key:
        description:
          - The API key of a service account, used instead of user name and password. It only has to read.
        type: str
      api_version:
        description:
          - The highest version of the API to use.
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
  replication_task:
    description:
      - The task that copies the recovery point to this cluster, as C(task_ext_id) of
        M(euc.nutanix_citrix.pc_recovery_point_replica) tells it.
    type: str
  copy_retention:
    description:
      - The number of seconds for which a copy that O(replication_task) has left is kept, for copies that this release
        has ordered of somebody else's recovery point.
      - Such a copy looks like the original. Its expiry, which is set here and up to 19 hours later, marks it as ours,
        so that later runs find and remove it. A copy that another task has left is not changed.
    type: int
  wait:
    description:
      - Whether to wait for the copy to arrive and for the restore to end. If V(false), a copy that has not arrived is
        an error, and neither O(networks) nor O(storage_container) is applied until a later run.
    type: bool
    default: true
  wait_timeout:
    description:
      - The number of seconds to wait for all of it together. After that the task fails with "still running" and cancels
        nothing. Another run continues to wait.
    type: int
    default: 3600
extends_documentation_fragment:
  - euc.nutanix_citrix.prism_central
  - euc.nutanix_citrix.prefix
  - euc.nutanix_citrix.attributes
seealso:
  - module: euc.nutanix_citrix.pc_recovery_point
  - module: euc.nutanix_citrix.pc_recovery_point_replica
  - module: euc.nutanix_citrix.pc_template
  - module: euc.nutanix_citrix.pe_vm_snapshot
  - module: euc.nutanix_citrix.pc_vm
"""

EXAMPLES = r"""
- name: Restore the golden VM of a release on a cluster, as soon as the copy is there
  euc.nutanix_citrix.pc_recovery_point_restore:
    nutanix_host: pc-west.example.com
    nutanix_username: svc_ansible
    nutanix_password: "{{ vault_nutanix_password }}"
    recovery_point: "{{ made.recovery_point.location_agnostic_id }}"
    cluster: 00061d4b-9e3c-2a10-0000-000000026b3f
    vm_name: Gold
    release: 2026.11.20-1
    wait_timeout: 14400
  register: restored

- name: The same, without waiting any longer when the copying has failed
  euc.nutanix_citrix.pc_recovery_point_restore:
    nutanix_host: pc-west.example.com
    nutanix_username: svc_ansible
    nutanix_password: "{{ vault_nutanix_password }}"
    recovery_point: "{{ made.recovery_point.location_agnostic_id }}"
    cluster: 00061d4b-9e3c-2a10-0000-000000026b3f
    vm_name: Gold
    release: 2026.11.20-1
    source:
      nutanix_host: pc-east.example.com
    replication_task: "{{ (replica.copies | selectattr('cluster_name', 'equalto', 'cluster-b') | first).task_ext_id }}"

- name: Restore it without network cards, and with its disks in another storage container
  euc.nutanix_citrix.pc_recovery_point_restore:
    nutanix_host: pc-west.example.com
    nutanix_username: svc_ansible
    nutanix_password: "{{ vault_nutanix_password }}"
    recovery_point: 4c1f1f2e-9d5c-4c3e-8a77-5d6c2c9f0b11
    cluster: 00061d4b-9e3c-2a10-0000-000000026b3f
    vm_name: Gold
    release: 2026.11.20-1
    networks: []
    storage_container: images
"""

RETURN = r"""
vm:
  description: The restored VM. Its C(uuid) is empty in check mode and with O(wait=false) as long as the VM does not
    exist.
  returned: success
  type: dict
  contains:
    uuid:
      description: The uuid of the VM, on its cluster as well as in Prism Central.
      type: str
      returned: always
    name:
      description: The name of the VM.
      type: str
      returned: always
  sample:
    uuid: 3eb88b39-3f84-4d47-8d65-1f8a6d6a8b7c
    name: ctx_2026.11.20-1_4c1f1f2e-9d5c-4c3e-8a77-5d6c2c9f0b11_Gold
recovery_point_ext_id:
  description: The ext_id of the copy on this cluster. Empty when it is not there, or not there any more.
  returned: success
  type: str
  sample: f5d1b2ae-9f5b-4a5a-8d58-1a0b6f8e7a11
adopted:
  description: Whether the VM existed already, or its restore was already running.
  returned: success
  type: bool
  sample: false
failed_at_source:
  description: V(true) when O(replication_task) has failed, which is an affair of O(source).
  returned: when O(replication_task) has failed
  type: bool
  sample: true
duplicates:
  description: Other VMs that were restored from the same copy for the same release, each with C(uuid) and C(name).
  returned: success
  type: list
  elements: dict
  sample: []
timeline:
  description: The steps of the work, each with C(phase) (V(replicate), V(restore) and V(move_disks)), C(started) and
    C(finished) in UTC, and C(failed).
  returned: when something was done
  type: list
  elements: dict
  sample:
    - phase: restore
      started: "2026-11-20T23:33:00.125Z"
      finished: "2026-11-20T23:43:12.480Z"
      failed: false
"""

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import run_as_module
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.operations.pc_recovery_point_restore import OPERATION


def main() -> None:
    run_as_module(OPERATION)


if __name__ == "__main__":
    main()
