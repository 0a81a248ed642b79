#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: pe_protection_domain_snapshot
short_description: Make the protection domain snapshot of a release and replicate it
version_added: 1.0.0
description:
  - Makes one snapshot of a protection domain outside of its schedules, replicates it to remote sites and waits until
    each of them holds it, through Prism Element, REST API v2.0. Run it on the cluster where the protection domain is
    active.
  - "A snapshot that the same release made before is adopted. It is recognised by its mark, which is its retention: the
    requested time is lengthened by less than 13 days until its seconds stand for prefix, golden VM and release."
  - A site counts as holding the snapshot only when it is verified for this very snapshot, never because of counts of
    replications or texts of events.
  - The module always waits for the snapshot itself, because it needs its id. O(wait) applies to the replication.
  - O(state=absent) removes one snapshot from this one cluster. It refuses a snapshot that does not hold the golden VM
    or does not have the mark of the release.
author:
  - The euc.nutanix_citrix engineers (@euc-nutanix-citrix)
notes:
  - The account needs the role Cluster Admin on the cluster.
  - A snapshot cannot be sent to another site afterwards. A site that is added to a release later needs a new release.
options:
  state:
    description:
      - V(present) makes sure that the snapshot of the release exists. V(absent) removes the snapshot with
        O(snapshot_id).
      - V(absent) works on any cluster that has the snapshot. It uses only O(protection_domain), O(snapshot_id),
        O(vm_name), O(release) and O(prefix).
    type: str
    choices: [present, absent]
    default: present
  snapshot_id:
    description:
      - The id of the snapshot to remove, as this cluster lists it. Required with O(state=absent).
    type: str
  protection_domain:
    description:
      - The exact name of the protection domain.
    type: str
    required: true
  vm_name:
    description:
      - The exact name of the golden VM. It must be a member of the protection domain.
    type: str
    required: true
  vm_uuid:
    description:
      - The uuid of the golden VM. Required when the protection domain has two VMs of this name.
    type: str
  release:
    description:
      - The id of the release, made of letters, digits, C(.), C(+) and C(-), for example V(2026.11.20-1).
    type: str
    required: true
  remote_sites:
    description:
      - The remote sites to replicate to, by the names that this cluster gives them.
      - Defaults to all sites that the schedules of the protection domain replicate to. An empty list keeps the snapshot
        on this cluster only.
    type: list
    elements: str
  retention:
    description:
      - The number of seconds for which the snapshot is kept at least, on this cluster and at the sites. Defaults to 30
        days. It must outlive the release on the slowest site.
    type: int
    default: 2592000
  app_consistent:
    description:
      - Whether to ask the guest to make its data consistent first. This has no effect on a VM that is powered off.
    type: bool
    default: false
  require_powered_off:
    description:
      - Whether to refuse to take a snapshot of a golden VM that is not powered off.
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
  description: The id of the snapshot on this cluster. Empty in check mode when it does not exist yet.
  returned: success
  type: str
  sample: "353902"
schedule_id:
  description: The id of the one-time schedule that made it. Null in check mode when it does not exist yet.
  returned: when O(state=present)
  type: int
  sample: 353901
created:
  description: When the snapshot was taken, in UTC. Null in check mode when it does not exist yet, and when it no longer
    existed.
  returned: success
  type: str
  sample: "2026-11-20T23:33:00Z"
expires:
  description: When the snapshot expires, in UTC. Null in check mode when it does not exist yet, and when it no longer
    existed.
  returned: success
  type: str
  sample: "2026-12-24T08:00:00Z"
adopted:
  description: Whether the release had made or ordered the snapshot before.
  returned: when O(state=present)
  type: bool
  sample: false
remote_sites:
  description: The selected sites, each with C(name), C(state) (V(done), V(replicating) or V(pending)) and C(percent).
  returned: when O(state=present)
  type: list
  elements: dict
  sample:
    - name: cluster-b
      state: done
      percent: 100.0
timeline:
  description: The steps of the work, each with C(phase) (V(snapshot)), C(started) and C(finished) in UTC, and
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
