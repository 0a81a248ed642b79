#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: pc_cluster_info
short_description: Read a Prism Central, its peers and its clusters
version_added: 1.0.0
description:
  - Reads what a Prism Central reports about itself, the Prism Centrals that it is paired with, and the clusters that
    are registered with it, with their storage containers, through REST API v4.
  - Tells which hosts of the inventory these clusters are, when O(cluster_hosts) says what is known of them.
  - Prism Central lists itself among its clusters. It is left out of RV(clusters).
author:
  - The euc.nutanix_citrix engineers (@euc-nutanix-citrix)
notes:
  - The account needs the role Prism Viewer.
options:
  api_versions:
    description:
      - Whether to ask for the version of each part of the API, which is one more question each.
    type: bool
    default: false
  cluster_hosts:
    description:
      - What is known of the Prism Elements of the inventory. A cluster is recognised by its uuid. Where the uuid of a
        host is not known, its addresses count.
    type: list
    elements: dict
    default: []
    suboptions:
      host:
        description:
          - The name of the inventory host.
        type: str
        required: true
      uuid:
        description:
          - The uuid of its cluster, as M(euc.nutanix_citrix.pe_cluster_info) returns it.
        type: str
      addresses:
        description:
          - Its addresses, as host names or IP addresses.
        type: list
        elements: str
        default: []
extends_documentation_fragment:
  - euc.nutanix_citrix.prism_central
  - euc.nutanix_citrix.attributes
  - euc.nutanix_citrix.attributes.info
seealso:
  - module: euc.nutanix_citrix.pe_cluster_info
"""

EXAMPLES = r"""
- name: Read the clusters of a Prism Central
  euc.nutanix_citrix.pc_cluster_info:
    nutanix_host: pc-east.example.com
    nutanix_username: svc_ansible
    nutanix_password: "{{ vault_nutanix_password }}"
    cluster_hosts:
      - host: cluster-a
        uuid: 00061fa4-ef93-7dd8-185b-ac1f6b6f97e2
      - host: cluster-b
        addresses: [10.1.2.10]
  register: east

- name: Stop when a cluster of the inventory is not there
  ansible.builtin.assert:
    that: "'cluster-a' in east.clusters | map(attribute='inventory_hosts') | flatten"
"""

RETURN = r"""
prism_central:
  description: The Prism Central itself, with C(uuid), which is also the id of its domain manager and its availability
    zone, C(name) and C(version).
  returned: success
  type: dict
  sample:
    uuid: 18553f0f-7b41-4115-bf42-2f698fbe7117
    name: PC-East
    version: pc.7.5.1
by_api_key:
  description: Whether the log-in was by an API key, for which Prism Central does not replicate recovery points.
  returned: success
  type: bool
  sample: false
api_versions:
  description: The highest version of each part of the API that both sides know. Empty without O(api_versions).
  returned: success
  type: dict
  sample:
    prism: v4.2
    vmm: v4.2
peers:
  description: The Prism Centrals that it is paired with, sorted by name.
  returned: success
  type: list
  elements: dict
  contains:
    uuid:
      description: The uuid of the other Prism Central.
      type: str
      returned: always
    name:
      description: Its name as this one knows it.
      type: str
      returned: always
    address:
      description: Its address as this one knows it.
      type: str
      returned: always
    connected:
      description: Whether this one reaches it.
      type: bool
      returned: always
  sample:
    - uuid: cda893b8-2aee-34bf-817d-d2ee6026790b
      name: PC-West
      address: 10.2.0.10
      connected: true
clusters:
  description: The clusters, sorted by name.
  returned: success
  type: list
  elements: dict
  contains:
    uuid:
      description: The uuid of the cluster, the same as on the cluster itself.
      type: str
      returned: always
    name:
      description: The name of the cluster.
      type: str
      returned: always
    version:
      description: The AOS version.
      type: str
      returned: always
    address:
      description: The virtual address of the cluster, or the address of one of its CVMs. Empty when neither is known.
      type: str
      returned: always
    addresses:
      description: All addresses of the cluster, the virtual one and those of its CVMs.
      type: list
      elements: str
      returned: always
    nodes:
      description: The number of nodes.
      type: int
      returned: always
    hypervisors:
      description: The hypervisors of the cluster, for example V(AHV).
      type: list
      elements: str
      returned: always
    timezone:
      description: The time zone of the cluster.
      type: str
      returned: always
    available:
      description: Whether Prism Central reaches the cluster. V(null) where the release does not tell.
      type: bool
      returned: always
    storage_containers:
      description: The storage containers of the cluster, each with C(uuid) and C(name), sorted by name.
      type: list
      elements: dict
      returned: always
    inventory_hosts:
      description: The hosts of O(cluster_hosts) that are this cluster. More than one is a doubt to be cleared up.
      type: list
      elements: str
      returned: always
  sample:
    - uuid: 00061fa4-ef93-7dd8-185b-ac1f6b6f97e2
      name: PE-East-1
      version: 7.0.1
      address: 10.1.1.10
      addresses: [10.1.1.10, 10.1.1.21]
      nodes: 3
      hypervisors: [AHV]
      timezone: UTC
      available: true
      storage_containers:
        - uuid: 547d3aef-5d16-40fb-8a81-d13b1c5e4b2f
          name: default-container-01
      inventory_hosts: [cluster-a]
"""

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import run_as_module
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.operations.pc_cluster_info import OPERATION


def main() -> None:
    run_as_module(OPERATION)


if __name__ == "__main__":
    main()
