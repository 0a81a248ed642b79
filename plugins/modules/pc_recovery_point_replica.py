#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: pc_recovery_point_replica
short_description: Copy a recovery point to many clusters, of any number of Prism Centrals
version_added: 1.0.0
description:
  - Copies one recovery point to all the clusters that it names, all at once, through Prism Central, REST API v4. Run it
    on the Prism Central that holds the recovery point.
  - A cluster that holds a copy already gets no second one. Copies of a recovery point are known by the
    location-agnostic id that they share, and each Prism Central is asked for those on its own clusters.
  - When somebody else, or an interrupted run, is copying this recovery point, the module waits for that first, because
    Prism Central does not tell where such a task copies to. Then it orders what is still missing. With O(wait=false) it
    orders what is missing at once, under the request ids of the interrupted run, which Prism Central answers with the
    tasks that it started then.
  - When some copies fail, the others are made all the same. The task fails in the end and RV(copies) shows each.
author:
  - The euc.nutanix_citrix engineers (@euc-nutanix-citrix)
notes:
  - The account needs a role that may replicate recovery points, such as Prism Admin. To copy to another Prism Central
    it must be a local user or one with a legacy role, such as C(admin). API keys are not accepted.
  - Both Prism Centrals must be paired by availability zones. Copies that need a missing pairing fail, and in check
    mode a warning tells of them. When no other copy is missing, the task fails before anything is written.
  - The copies expire when the recovery point does.
options:
  recovery_point:
    description:
      - The ext_id of the recovery point, or of any copy of it, on this Prism Central.
      - May be empty only in check mode, for a recovery point that does not exist yet.
    type: str
    required: true
  clusters:
    description:
      - The clusters that are to hold a copy, by uuid or by name.
    type: list
    elements: str
    required: true
  peers:
    description:
      - The other Prism Centrals that any of O(clusters) belong to. Settings that are not given are those of the task
        itself.
    type: list
    elements: dict
    default: []
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
extends_documentation_fragment:
  - euc.nutanix_citrix.prism_central
  - euc.nutanix_citrix.waiting
  - euc.nutanix_citrix.attributes
seealso:
  - module: euc.nutanix_citrix.pc_recovery_point
  - module: euc.nutanix_citrix.pc_recovery_point_restore
"""

EXAMPLES = r"""
- name: Copy the recovery point of a release to two clusters here and one of another Prism Central
  euc.nutanix_citrix.pc_recovery_point_replica:
    nutanix_host: pc-east.example.com
    nutanix_username: svc_ansible
    nutanix_password: "{{ vault_nutanix_password }}"
    recovery_point: "{{ made.recovery_point.ext_id }}"
    clusters:
      - 00061fa4-ef93-7dd8-185b-ac1f6b6f97e2
      - 00061d4b-9e3c-2a10-0000-000000026b3f
      - 0005f2c1-7a3e-4f10-8c2d-0cc47a9c1d22
    peers:
      - nutanix_host: pc-west.example.com
    wait_timeout: 14400
  register: replica

- name: Only order the copies
  euc.nutanix_citrix.pc_recovery_point_replica:
    nutanix_host: pc-east.example.com
    nutanix_username: svc_ansible
    nutanix_password: "{{ vault_nutanix_password }}"
    recovery_point: 1ca2963d-77b6-453a-ae23-2c19e7a954a3
    clusters: [cluster-b, cluster-c]
    wait: false
"""

RETURN = r"""
copies:
  description: What each of O(clusters) holds, in their order. Also returned when some of them failed.
  returned: success
  type: list
  elements: dict
  contains:
    cluster:
      description: The uuid of the cluster.
      type: str
      returned: always
    cluster_name:
      description: The name of the cluster.
      type: str
      returned: always
    prism_central:
      description: The uuid of its Prism Central.
      type: str
      returned: always
    prism_central_name:
      description: The name of its Prism Central.
      type: str
      returned: always
    ext_id:
      description: The ext_id of the copy on that cluster. Empty as long as it does not exist.
      type: str
      returned: always
    state:
      description: V(present) when the cluster holds the copy, V(under_way) when it was ordered and O(wait=false),
        V(missing) when it is to be ordered, V(failed) when it could not be made.
      type: str
      returned: always
    ours:
      description: Whether this run ordered the copy, or an interrupted run whose task is still known. A copy that was
        there before, or that somebody else ordered, is not.
      type: bool
      returned: always
    task_ext_id:
      description: The task that made the copy, on this Prism Central. Empty when none is listed any more.
      type: str
      returned: always
    error:
      description: Why it could not be made (C(message)), what to do about it (C(advice)) and, where the advice names
        some, the options of this module that it means (C(options)).
      type: dict
      returned: always, null unless it failed
  sample:
    - cluster: 00061d4b-9e3c-2a10-0000-000000026b3f
      cluster_name: cluster-b
      prism_central: cda893b8-2aee-34bf-817d-d2ee6026790b
      prism_central_name: PC-West
      ext_id: f5d1b2ae-9f5b-4a5a-8d58-1a0b6f8e7a11
      state: present
      ours: true
      task_ext_id: "ZXJnb24=:5f63a855-6b6e-4aca-4efb-159a35ce0e52"
      error:
timeline:
  description: The steps of the work, each with C(phase) (V(replicate)), C(started) and C(finished) in UTC, and
    C(failed).
  returned: when something was done
  type: list
  elements: dict
  sample:
    - phase: replicate
      started: "2026-11-20T23:33:00.125Z"
      finished: "2026-11-20T23:43:12.480Z"
      failed: false
"""

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import run_as_module
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.operations.pc_recovery_point_replica import OPERATION


def main() -> None:
    run_as_module(OPERATION)


if __name__ == "__main__":
    main()
