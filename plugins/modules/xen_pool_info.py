#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: xen_pool_info
short_description: Read a XenServer pool, its hosts and its storage repositories
version_added: 1.0.0
description:
  - Reads what a pool of XenServer or XCP-ng hosts reports about itself through XAPI, with its hosts and its storage
    repositories (SRs).
  - Tells which SRs hold their disks as files, so that C(rsync) between the control domains can carry them, and which
    hosts see them now.
author:
  - The euc.nutanix_citrix engineers (@euc-nutanix-citrix)
notes:
  - The account needs the role C(read-only).
extends_documentation_fragment:
  - euc.nutanix_citrix.xenserver
  - euc.nutanix_citrix.attributes
  - euc.nutanix_citrix.attributes.info
seealso:
  - module: euc.nutanix_citrix.xen_vdi_info
"""

EXAMPLES = r"""
- name: Read a pool
  euc.nutanix_citrix.xen_pool_info:
    xenserver_host: xs-east.example.com
    xenserver_username: root
    xenserver_password: "{{ vault_xenserver_password }}"
  register: east

- name: Stop when an SR is not attached everywhere
  ansible.builtin.assert:
    that: east.storage_repositories | map(attribute='unattached_hosts') | flatten | length == 0
"""

RETURN = r"""
pool:
  description: The pool, with C(uuid), C(name), which is that of the master where the pool has none, and C(master), the
    uuid of the host that is the master now.
  returned: success
  type: dict
  sample:
    uuid: 0d6ff7ac-1df5-0d92-9b7c-9a0ae91e5c8b
    name: xs-east
    master: 5cfd8993-13f8-42e3-b37b-6df2c72bca40
hosts:
  description: The hosts, sorted by name.
  returned: success
  type: list
  elements: dict
  contains:
    uuid:
      description: The uuid of the host.
      type: str
      returned: always
    name:
      description: The name of the host. Names need not be unique.
      type: str
      returned: always
    address:
      description: Its address in the management network.
      type: str
      returned: always
    master:
      description: Whether it is the master of the pool now.
      type: bool
      returned: always
    enabled:
      description: Whether it takes VMs.
      type: bool
      returned: always
    version:
      description: The version of its product.
      type: str
      returned: always
    ssh_enabled:
      description: Whether SSH is on. V(null) where the release does not tell.
      type: bool
      returned: always
  sample:
    - uuid: 5cfd8993-13f8-42e3-b37b-6df2c72bca40
      name: xs-east-1
      address: 10.1.1.11
      master: true
      enabled: true
      version: 8.4.0
      ssh_enabled: null
storage_repositories:
  description: The SRs, sorted by name.
  returned: success
  type: list
  elements: dict
  contains:
    uuid:
      description: The uuid of the SR.
      type: str
      returned: always
    name:
      description: The name of the SR. Names need not be unique.
      type: str
      returned: always
    type:
      description: The type, for example V(nfs), V(ext) or V(lvmoiscsi).
      type: str
      returned: always
    shared:
      description: Whether all hosts share it.
      type: bool
      returned: always
    has_files:
      description: Whether its disks are files.
      type: bool
      returned: always
    directory:
      description: Where these files are in the control domain of a host that sees the SR. V(null) for an SR without
        files.
      type: str
      returned: always
    size_bytes:
      description: The size of the SR.
      type: int
      returned: always
    free_bytes:
      description: What is left of it.
      type: int
      returned: always
    attached_hosts:
      description: The names of the hosts that see it now.
      type: list
      elements: str
      returned: always
    unattached_hosts:
      description: The names of the hosts that should see it and do not.
      type: list
      elements: str
      returned: always
  sample:
    - uuid: bd6798ad-1508-40d0-8aa3-a470569ceba0
      name: NFS-East
      type: nfs
      shared: true
      has_files: true
      directory: /var/run/sr-mount/bd6798ad-1508-40d0-8aa3-a470569ceba0
      size_bytes: 1099511627776
      free_bytes: 824633720832
      attached_hosts: [xs-east-1, xs-east-2]
      unattached_hosts: []
lacking_rights:
  description: Of the calls that bring an image into a pool those that the account may not make. Empty when it may make
    all, V(null) where XAPI does not tell.
  returned: success
  type: list
  elements: str
  sample: []
"""

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import run_as_module
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.operations.xen_pool_info import OPERATION


def main() -> None:
    run_as_module(OPERATION)


if __name__ == "__main__":
    main()
