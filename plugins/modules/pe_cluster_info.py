#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: pe_cluster_info
short_description: Read the name, version and size of a Prism Element cluster
version_added: 1.0.0
description:
  - Reads what a Nutanix cluster reports about itself through Prism Element, REST API v2.0.
  - Sends one request. It is also the cheapest test of address and credentials.
author:
  - The euc.nutanix_citrix engineers (@euc-nutanix-citrix)
notes:
  - The account needs the role Viewer on the cluster.
extends_documentation_fragment:
  - euc.nutanix_citrix.prism_element
  - euc.nutanix_citrix.attributes
  - euc.nutanix_citrix.attributes.info
"""

EXAMPLES = r"""
- name: Read the cluster
  euc.nutanix_citrix.pe_cluster_info:
    nutanix_host: cluster-a.example.com
    nutanix_username: svc_ansible
    nutanix_password: "{{ vault_nutanix_password }}"
  register: cluster

- name: Refuse clusters that are too old
  ansible.builtin.assert:
    that: cluster.cluster.version is version('6.5', '>=')
"""

RETURN = r"""
cluster:
  description: The cluster.
  returned: success
  type: dict
  contains:
    uuid:
      description: The uuid of the cluster.
      type: str
      returned: always
    name:
      description: The name that the cluster gives itself.
      type: str
      returned: always
    version:
      description: The AOS version.
      type: str
      returned: always
    nodes:
      description: The number of nodes.
      type: int
      returned: always
    hypervisors:
      description: The hypervisors of the cluster, V(kKvm) for AHV.
      type: list
      elements: str
      returned: always
    address:
      description: The virtual address of the cluster. Empty when it has none.
      type: str
      returned: always
    timezone:
      description: The time zone of the cluster.
      type: str
      returned: always
  sample:
    uuid: 0006568f-0000-0000-0000-000000000001
    name: cluster-a
    version: 6.5.2
    nodes: 3
    hypervisors: [kKvm]
    address: 10.1.1.10
    timezone: UTC
"""

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import run_as_module
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.operations.pe_cluster_info import OPERATION


def main() -> None:
    run_as_module(OPERATION)


if __name__ == "__main__":
    main()
