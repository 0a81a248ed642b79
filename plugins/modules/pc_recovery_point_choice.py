#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: pc_recovery_point_choice
short_description: Choose an existing recovery point of a golden VM for a release
version_added: 1.0.0
description:
  - Finds the recovery point that a release takes, among those that exist, and waits until the places that must hold a
    copy do. It changes nothing.
  - What the release was begun from comes first, whatever its age, because all images of a release must come out of one
    recovery point. That is O(begun_from), else the one that a marked temporary VM of the release was restored from,
    else, with O(by_policy), the one that an earlier run made on demand.
  - Else it is O(recovery_point), or with O(by_policy) the newest recovery point of the VM that is young enough.
  - Recovery points do not tell which policy made them. All of the VM count, except those with the mark of the
    collection, and the policy must be the one that protects the VM.
  - Each Prism Central is asked only for the copies on its own clusters.
  - When a newer recovery point arrives everywhere before the one that was waited for, it is taken instead. An older one
    is never taken.
author:
  - The euc.nutanix_citrix engineers (@euc-nutanix-citrix)
notes:
  - The account needs the role Prism Viewer.
options:
  vm_name:
    description:
      - The exact name of the golden VM.
    type: str
    required: true
  vm_uuid:
    description:
      - The uuid of the golden VM. Required only when several have that name, or when it does not exist any more.
    type: str
  cluster_uuid:
    description:
      - The uuid of the cluster where the golden VM lives.
    type: str
  release:
    description:
      - The id of the release.
    type: str
    required: true
  recovery_point:
    description:
      - An existing recovery point, by its location-agnostic id, the ext_id of the copy on this Prism Central, or its
        name, which must be that of only one recovery point of the VM. One of another VM is refused.
    type: str
  by_policy:
    description:
      - Whether a protection policy brings the recovery point to the clusters. Its locations must hold a copy.
    type: bool
    default: false
  policy:
    description:
      - The name or ext_id of the policy. By default, the one that protects the VM. Used with O(by_policy).
    type: str
  made_since:
    description:
      - A recovery point that was made before this moment is too old, for example C(2026-11-20T14:00:00Z).
      - With O(by_policy) and without O(recovery_point), this or O(max_age) is required. With both, the stricter one
        counts.
    type: str
  max_age:
    description:
      - A recovery point that is older than this number of seconds is too old.
    type: int
  locations:
    description:
      - The locations that must hold a copy, each by its label in the policy or by one of its clusters. By default all
        locations of the policy. When empty, none is waited for.
      - A location with several clusters, such as the primary one, holds a copy when one of them does.
    type: list
    elements: str
  cluster_names:
    description:
      - Other names of clusters for O(locations), such as their inventory hosts, with the uuid of each.
    type: dict
    default: {}
  clusters:
    description:
      - The uuids of the clusters for RV(clusters).
    type: list
    elements: str
    default: []
  begun_from:
    description:
      - The location-agnostic id of the recovery point that images of this release came out of already.
    type: str
    default: ""
  require_powered_off:
    description:
      - Whether to refuse a golden VM that is running now. It is not checked for O(recovery_point), nor when the release
        was begun already. Nothing tells whether it was running when a policy made the recovery point.
    type: bool
    default: false
  fail_when_none:
    description:
      - Whether the task fails when no recovery point of the policy is young enough. Otherwise RV(recovery_point) is
        V(null).
    type: bool
    default: true
  peers:
    description:
      - The other Prism Centrals that take part. Settings that are not given are those of the task
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
  - euc.nutanix_citrix.prefix
  - euc.nutanix_citrix.waiting
  - euc.nutanix_citrix.attributes
  - euc.nutanix_citrix.attributes.info
seealso:
  - module: euc.nutanix_citrix.pc_protection_policy_info
  - module: euc.nutanix_citrix.pc_recovery_point
  - module: euc.nutanix_citrix.pc_recovery_point_restore
"""

EXAMPLES = r"""
- name: Take the newest recovery point since the golden VM was shut down, when it has arrived everywhere
  euc.nutanix_citrix.pc_recovery_point_choice:
    nutanix_host: pc-east.example.com
    nutanix_username: svc_ansible
    nutanix_password: "{{ vault_nutanix_password }}"
    vm_name: Gold
    release: 2026.11.20-1
    by_policy: true
    made_since: "2026-11-20T14:00:00Z"
    peers:
      - nutanix_host: pc-west.example.com
    wait_timeout: 14400
  register: choice

- name: Take the one that somebody made
  euc.nutanix_citrix.pc_recovery_point_choice:
    nutanix_host: pc-east.example.com
    nutanix_username: svc_ansible
    nutanix_password: "{{ vault_nutanix_password }}"
    vm_name: Gold
    release: 2026.11.20-1
    recovery_point: sealed-2026-11-20
    max_age: 86400
"""

RETURN = r"""
recovery_point:
  description: The recovery point, as M(euc.nutanix_citrix.pc_recovery_point_info) returns it. V(null) when there is
    none.
  returned: success
  type: dict
reason:
  description: Why there is none.
  returned: success
  type: str
  sample: ""
chosen_by:
  description: V(release) when the release was begun from it, V(operator) for O(recovery_point), V(policy), or empty.
  returned: success
  type: str
  sample: policy
vm_uuid:
  description: The uuid of the golden VM.
  returned: success
  type: str
  sample: 1962edba-61fc-4782-9d3d-3190658d763f
policy:
  description: The policy. V(null) without O(by_policy).
  returned: success
  type: dict
  contains:
    ext_id:
      description: The id of the policy.
      type: str
      returned: always
    name:
      description: The name of the policy.
      type: str
      returned: always
locations:
  description: The places that must hold a copy.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: The label of the location, or the cluster as O(locations) names it.
      type: str
      returned: always
    cluster_uuids:
      description: The uuids of its clusters.
      type: list
      elements: str
      returned: always
    state:
      description: V(there) or V(missing).
      type: str
      returned: always
clusters:
  description: What each of O(clusters) holds.
  returned: success
  type: list
  elements: dict
  contains:
    cluster:
      description: The uuid of the cluster.
      type: str
      returned: always
    state:
      description: V(there), V(expected) when the policy is to bring it, or V(missing) when nothing does.
      type: str
      returned: always
timeline:
  description: The steps of the work, each with C(phase) (V(replicate)), C(started) and C(finished) in UTC, and
    C(failed).
  returned: when something was waited for
  type: list
  elements: dict
  sample:
    - phase: replicate
      started: "2026-11-20T23:33:00.125Z"
      finished: "2026-11-20T23:43:12.480Z"
      failed: false
"""

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import run_as_module
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.operations.pc_recovery_point_choice import OPERATION


def main() -> None:
    run_as_module(OPERATION)


if __name__ == "__main__":
    main()
