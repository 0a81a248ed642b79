#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: pe_protection_domain_info
short_description: Read the protection domains of a Prism Element cluster
version_added: 1.0.0
description:
  - Reads protection domains with their members, remote sites, schedules, snapshots and running replications, through
    Prism Element, REST API v2.0.
  - A remote site is one other cluster and is listed once, however many addresses it has.
author:
  - The euc.nutanix_citrix engineers (@euc-nutanix-citrix)
notes:
  - The account needs the role Viewer on the cluster.
  - Members, schedules and outgoing replications are known where a protection domain is active. Incoming replications
    are known on the other side.
options:
  name:
    description:
      - Only the protection domain of exactly this name. Returns an empty list when it does not exist.
    type: str
  snapshots:
    description:
      - Whether to read the snapshots. V(false) saves one request for each protection domain.
    type: bool
    default: true
  restores:
    description:
      - Whether to read from which snapshots VMs are being restored and when the last restore was. This takes two more
        requests for each protection domain.
    type: bool
    default: false
  answer_within:
    description:
      - The number of seconds that the cluster has for its first answer. Use it to ask a cluster that may be lost. It
        takes one more request. With V(0) the cluster is asked with the usual patience, which may take minutes.
    type: int
    default: 0
  peers:
    description:
      - Other clusters to ask whether the protection domains are active there as well, which is a split brain and causes
        a warning. Settings that an entry omits are those of the task itself. An entry that is this cluster is ignored,
        and a cluster counts once however many of its addresses are given.
      - This takes two more requests for this cluster and for each peer.
    type: list
    elements: dict
    default: []
    suboptions:
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
extends_documentation_fragment:
  - euc.nutanix_citrix.prism_element
  - euc.nutanix_citrix.attributes
  - euc.nutanix_citrix.attributes.info
seealso:
  - module: euc.nutanix_citrix.pe_protection_domain_snapshot
  - module: euc.nutanix_citrix.pe_protection_domain_failover
"""

EXAMPLES = r"""
- name: Read one protection domain
  euc.nutanix_citrix.pe_protection_domain_info:
    nutanix_host: cluster-a.example.com
    nutanix_username: svc_ansible
    nutanix_password: "{{ vault_nutanix_password }}"
    name: PD-Gold
  register: gold

- name: Show how far the replications are
  euc.nutanix_citrix.pe_protection_domain_info:
    nutanix_host: cluster-a.example.com
    nutanix_username: svc_ansible
    nutanix_password: "{{ vault_nutanix_password }}"
    snapshots: false
  register: all_domains

- name: Look which cluster owns the desktops, and whether more than one does
  euc.nutanix_citrix.pe_protection_domain_info:
    nutanix_host: cluster-a.example.com
    nutanix_username: svc_ansible
    nutanix_password: "{{ vault_nutanix_password }}"
    name: PD-Desktops
    peers:
      - nutanix_host: cluster-b.example.com
"""

RETURN = r"""
protection_domains:
  description: The protection domains, sorted by name.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: The name of the protection domain.
      type: str
      returned: always
    active:
      description: Whether this cluster owns its VMs.
      type: bool
      returned: always
    metro:
      description: Whether it uses metro availability instead of asynchronous replication.
      type: bool
      returned: always
    members:
      description: The protected VMs, each with C(vm_name), C(vm_uuid), C(consistency_group) and C(app_consistent).
      type: list
      elements: dict
      returned: always
    remote_sites:
      description:
        - Every remote site of the cluster, each with C(name), C(status), C(addresses), and C(scheduled), which is true
          for the sites that the schedules of this protection domain replicate to.
      type: list
      elements: dict
      returned: always
    schedules:
      description:
        - The recurring schedules, each with C(type), C(every_nth), the number of snapshots kept on this cluster in
          C(keep_local) and at each site in C(keep_remote), C(app_consistent) and C(suspended).
      type: list
      elements: dict
      returned: always
    next_snapshot:
      description: When the next scheduled snapshot is due, in UTC. Null when none is.
      type: str
      returned: always
    snapshots:
      description:
        - The snapshots on this cluster, newest first, each with C(id), C(origin_id), C(created) and C(expires) in UTC,
          C(retention) in seconds (null for no end), C(state), C(vms), and C(oob), which is true for snapshots that no
          schedule made.
        - The C(id) of a received snapshot begins with the site it came from. C(origin_id) is the same on all clusters.
      type: list
      elements: dict
      returned: when O(snapshots=true)
    restoring:
      description: The ids of the snapshots that VMs are being restored from on this cluster, as far as the cluster
        lists them.
      type: list
      elements: str
      returned: when O(restores=true)
    last_restore:
      description: When VMs were last restored from it on this cluster, in UTC. Null when the recent audit events
        contain no restore.
      type: str
      returned: when O(restores=true)
    active_on:
      description: The addresses of the clusters that it is active on, this one first, as O(nutanix_host) and O(peers)
        give them.
      type: list
      elements: str
      returned: when O(peers) has entries
    split_brain:
      description: Whether it is active on more than one of them.
      type: bool
      returned: when O(peers) has entries
    peers_without_answer:
      description: The addresses of the peers that could not be asked. The protection domain may be active there as
        well.
      type: list
      elements: str
      returned: when O(peers) has entries
    replications:
      description:
        - The running transfers, each with C(remote_site), C(snapshot_id), C(percent), C(completed_bytes),
          C(total_bytes) where it is known, C(eta_seconds), C(paused), and C(incoming), which is true when this cluster
          is the receiver.
      type: list
      elements: dict
      returned: always
    pending_replications:
      description: The transfers that have not started yet, each with C(remote_site) and C(snapshot_id).
      type: list
      elements: dict
      returned: always
  sample:
    - name: PD-Gold
      active: true
      metro: false
      members:
        - vm_name: Gold
          vm_uuid: 1962edba-61fc-4782-9d3d-3190658d763f
          consistency_group: Gold
          app_consistent: false
      remote_sites:
        - name: cluster-b
          status: RELATIONSHIP_ESTABLISHED
          addresses: [10.2.1.10, 10.2.1.11]
          scheduled: true
      schedules:
        - type: DAILY
          every_nth: 1
          keep_local: 3
          keep_remote: {cluster-b: 3}
          app_consistent: false
          suspended: false
      next_snapshot: "2026-11-21T23:00:00Z"
      snapshots:
        - id: "353902"
          origin_id: "353902"
          created: "2026-11-20T23:33:00Z"
          expires: "2026-12-24T08:00:00Z"
          retention: 2881620.0
          state: AVAILABLE
          vms:
            - vm_name: Gold
              vm_uuid: 1962edba-61fc-4782-9d3d-3190658d763f
          oob: true
      replications:
        - remote_site: cluster-b
          snapshot_id: "353902"
          percent: 40.0
          completed_bytes: 12884901888
          total_bytes: 32212254720
          eta_seconds: 155
          paused: false
          incoming: false
      pending_replications: []
"""

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import run_as_module
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.operations.pe_protection_domain_info import OPERATION


def main() -> None:
    run_as_module(OPERATION)


if __name__ == "__main__":
    main()
