#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: pe_protection_domain_snapshot
short_description: Make the protection domain snapshot of a release and replicate it
version_added: 0.1.0
description:
  - Makes one snapshot of a protection domain out of schedule, replicates it to remote sites and waits until each of
    them holds it, through Prism Element, REST API v2.0. Run it on the cluster where the protection domain is active.
  - The snapshot that the same release made before is adopted. Its mark is its retention, which is lengthened by less
    than 13 days until its seconds stand for prefix, golden VM and release.
  - That a site holds the snapshot is judged by positive proof for this very snapshot, never by counts of replications
    or texts of events.
  - The snapshot itself is always waited for, for its id; O(wait) is about its replication.
  - With O(state=absent) it removes one snapshot from this one cluster. One that does not hold the golden VM or does not
    bear the release's mark is refused.
author:
  - The euc.nutanix_citrix engineers (@euc-nutanix-citrix)
notes:
  - The account needs the role Cluster Admin on the cluster.
  - A snapshot cannot be sent to a further site afterwards. A site that is added to a release later needs a new release.
options:
  state:
    description:
      - Whether the snapshot of the release is to be there, or the one with O(snapshot_id) is to go.
      - V(absent) works on any cluster that has the snapshot, and looks only at O(protection_domain), O(snapshot_id),
        O(vm_name), O(release) and O(prefix).
    type: str
    choices: [present, absent]
    default: present
  snapshot_id:
    description:
      - The id of the snapshot to remove, as this cluster lists it. Needed with O(state=absent).
    type: str
  protection_domain:
    description:
      - The protection domain's exact name.
    type: str
    required: true
  vm_name:
    description:
      - The golden VM's exact name. It must be a member of the protection domain.
    type: str
    required: true
  vm_uuid:
    description:
      - The golden VM's uuid. Needed when the protection domain has two VMs of the name.
    type: str
  release:
    description:
      - The release's id, letters, digits, C(.), C(+) and C(-), for example V(2026.11.20-1).
    type: str
    required: true
  remote_sites:
    description:
      - The remote sites to replicate to, by the names that this cluster gives them.
      - All sites that the schedules of the protection domain replicate to when not given; an empty list for a snapshot
        on this cluster only.
    type: list
    elements: str
  retention:
    description:
      - How many seconds the snapshot is kept at least, here and at the sites; 30 days by default. It must outlive the
        release on the slowest site.
    type: int
    default: 2592000
  app_consistent:
    description:
      - Whether to ask the guest to make its data consistent first. Of no use for a VM that is powered off.
    type: bool
    default: false
  require_powered_off:
    description:
      - Whether to refuse to make a snapshot of a golden VM that is not powered off.
    type: bool
    default: true
extends_documentation_fragment:
  - euc.nutanix_citrix.prism_element
  - euc.nutanix_citrix.prefix
  - euc.nutanix_citrix.waiting
  - euc.nutanix_citrix.attributes
seealso:
  - module: euc.nutanix_citrix.pe_protection_domain_restore
  - module: euc.nutanix_citrix.pe_protection_domain_info
"""

EXAMPLES = r"""
- name: Send the golden image of a release to all sites of the protection domain
  euc.nutanix_citrix.pe_protection_domain_snapshot:
    nutanix_host: cluster-a.example.com
    nutanix_username: svc_ansible
    nutanix_password: "{{ vault_nutanix_password }}"
    protection_domain: PD-Gold
    vm_name: Gold
    release: 2026.11.20-1
  register: snapshot

- name: Send it to one site only and go on before it is there
  euc.nutanix_citrix.pe_protection_domain_snapshot:
    nutanix_host: cluster-a.example.com
    nutanix_username: svc_ansible
    nutanix_password: "{{ vault_nutanix_password }}"
    protection_domain: PD-Gold
    vm_name: Gold
    release: 2026.11.20-1
    remote_sites: [cluster-b]
    retention: 604800
    wait: false

- name: Remove it from one cluster after the release
  euc.nutanix_citrix.pe_protection_domain_snapshot:
    nutanix_host: cluster-a.example.com
    nutanix_username: svc_ansible
    nutanix_password: "{{ vault_nutanix_password }}"
    protection_domain: PD-Gold
    vm_name: Gold
    release: 2026.11.20-1
    snapshot_id: "353902"
    state: absent
"""

RETURN = r"""
snapshot_id:
  description: The snapshot's id on this cluster. Empty in check mode when there is none yet.
  returned: success
  type: str
  sample: "353902"
schedule_id:
  description: The id of the one-time schedule that made it. Null in check mode when there is none yet.
  returned: when O(state=present)
  type: int
  sample: 353901
created:
  description: When the snapshot was made, in UTC. Null in check mode when there is none yet, and when it was gone
    already.
  returned: success
  type: str
  sample: "2026-11-20T23:33:00Z"
expires:
  description: When the snapshot expires, in UTC. Null in check mode when there is none yet, and when it was gone
    already.
  returned: success
  type: str
  sample: "2026-12-24T08:00:00Z"
adopted:
  description: Whether the release had made, or ordered, the snapshot before.
  returned: when O(state=present)
  type: bool
  sample: false
remote_sites:
  description: The chosen sites, each with C(name), C(state) V(done), V(replicating) or V(pending), and C(percent).
  returned: when O(state=present)
  type: list
  elements: dict
  sample:
    - name: cluster-b
      state: done
      percent: 100.0
timeline:
  description: When the work was done, each piece with C(phase) (V(snapshot)), C(started) and C(finished) in UTC, and
    C(failed).
  returned: when something was done
  type: list
  elements: dict
  sample:
    - phase: snapshot
      started: "2026-11-20T23:33:00.125Z"
      finished: "2026-11-20T23:43:12.480Z"
      failed: false
"""

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import run_as_module
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.operations.pe_protection_domain_snapshot import (
    OPERATION,
)


def main() -> None:
    run_as_module(OPERATION)


if __name__ == "__main__":
    main()
