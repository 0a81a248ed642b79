#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: pe_storage_container_info
short_description: Read the storage containers of a Prism Element cluster
version_added: 1.0.0
description:
  - Reads storage containers and how full they are, through Prism Element, REST API v2.0.
  - Containers share the storage pool of the cluster, so their capacities do not add up.
  - Containers that are being removed are left out.
author:
  - The euc.nutanix_citrix engineers (@euc-nutanix-citrix)
notes:
  - The account needs the role Viewer on the cluster.
extends_documentation_fragment:
  - euc.nutanix_citrix.prism_element
  - euc.nutanix_citrix.attributes
  - euc.nutanix_citrix.attributes.info
seealso:
  - module: euc.nutanix_citrix.pe_cluster_info
"""

EXAMPLES = r"""
- name: Read the containers
  euc.nutanix_citrix.pe_storage_container_info:
    nutanix_host: cluster-a.example.com
    nutanix_username: svc_ansible
    nutanix_password: "{{ vault_nutanix_password }}"
  register: storage

- name: Stop when the golden image's container is nearly full
  ansible.builtin.fail:
    msg: "{{ item.name }} is nearly full"
  loop: "{{ storage.storage_containers | selectattr('name', 'equalto', 'default-container') }}"
  loop_control:
    label: "{{ item.name }}"
  when: item.used_bytes > 0.9 * item.capacity_bytes
"""

RETURN = r"""
storage_containers:
  description: The containers, sorted by name. Values that the cluster does not report are null.
  returned: success
  type: list
  elements: dict
  contains:
    uuid:
      description: The uuid of the container.
      type: str
      returned: always
    name:
      description: The name of the container.
      type: str
      returned: always
    capacity_bytes:
      description: The capacity of the storage pool, to which it can grow. Null when the cluster does not report it.
      type: int
      returned: always
    advertised_bytes:
      description: The limit that an administrator set for it. Null or 0 when there is none.
      type: int
      returned: always
    used_bytes:
      description: The space that it uses. Null when the cluster does not report it.
      type: int
      returned: always
  sample:
    - uuid: 3ab4e2c9-5c4e-4f0f-9e7b-6f6a4a1f6f7e
      name: default-container
      capacity_bytes: 21474836480000
      advertised_bytes: null
      used_bytes: 322122547200
"""

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import run_as_module
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.operations.pe_storage_container_info import OPERATION


def main() -> None:
    run_as_module(OPERATION)


if __name__ == "__main__":
    main()
