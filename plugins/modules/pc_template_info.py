#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: pc_template_info
short_description: Read the templates of a Prism Central
version_added: 1.0.0
description:
  - Reads templates and their versions through Prism Central, REST API v4.
  - Templates are the images of catalogs whose hosting connection uses a Prism Central plug-in.
author:
  - The euc.nutanix_citrix engineers (@euc-nutanix-citrix)
notes:
  - The account needs a role that may read templates, such as Prism Viewer.
options:
  name:
    description:
      - Only templates of exactly this name. Names are not unique.
    type: str
  ext_id:
    description:
      - Only the template with this ext_id.
    type: str
  base_vm:
    description:
      - Only templates whose name is that of an image of this golden VM.
    type: str
  include_versions:
    description:
      - Whether to read all versions, which costs one request for each template. If V(false), only the active version is
        returned.
    type: bool
    default: true
extends_documentation_fragment:
  - euc.nutanix_citrix.prism_central
  - euc.nutanix_citrix.prefix
  - euc.nutanix_citrix.attributes
  - euc.nutanix_citrix.attributes.info
seealso:
  - module: euc.nutanix_citrix.pc_template
"""

EXAMPLES = r"""
- name: Read all templates that are images of one golden VM
  euc.nutanix_citrix.pc_template_info:
    nutanix_host: pc-east.example.com
    nutanix_username: svc_ansible
    nutanix_password: "{{ vault_nutanix_password }}"
    base_vm: Gold
    include_versions: false
  register: images

- name: Find out where the disks of one template are
  euc.nutanix_citrix.pc_template_info:
    nutanix_host: pc-east.example.com
    nutanix_username: svc_ansible
    nutanix_password: "{{ vault_nutanix_password }}"
    name: ctx_Gold_2026.11.20-1
  register: template
"""

RETURN = r"""
templates:
  description: The templates, sorted by name.
  returned: success
  type: list
  elements: dict
  contains:
    ext_id:
      description: The ext_id of the template.
      type: str
      returned: always
    name:
      description: The name of the template.
      type: str
      returned: always
    description:
      description: The description of the template, which holds the mark when the collection made it.
      type: str
      returned: always
    created:
      description: When it was made, in UTC. Null when it does not exist yet.
      type: str
      returned: always
    updated:
      description: When it was changed last, in UTC. Null when it does not exist yet.
      type: str
      returned: always
    source_vm_name:
      description: The name of the VM that the active version was made of.
      type: str
      returned: always
    source_vm_uuid:
      description: The uuid of this VM, which may no longer exist. Empty when the collection did not make it.
      type: str
      returned: always
    lineage:
      description: Where the template comes from, with the same keys as in M(euc.nutanix_citrix.pe_vm_snapshot_info).
        Null when its name is not that of a release image.
      type: dict
      returned: always
    versions:
      description: Its versions, newest first.
      type: list
      elements: dict
      returned: always
      contains:
        ext_id:
          description: The ext_id of the version. Empty when it does not exist yet.
          type: str
          returned: always
        name:
          description: The name of the version.
          type: str
          returned: always
        description:
          description: The description of the version, which holds the mark when the collection made it.
          type: str
          returned: always
        created:
          description: When it was made, in UTC. Null when it does not exist yet.
          type: str
          returned: always
        active:
          description: Whether it is the version that is deployed when none is named.
          type: bool
          returned: always
        source_vm_name:
          description: The name of the VM that it was made of.
          type: str
          returned: always
        source_vm_uuid:
          description: The uuid of this VM, which may no longer exist. Empty when the collection did not make it.
          type: str
          returned: always
        cluster_uuids:
          description: The uuids of the clusters that hold its disks. Null when the release of Prism Central does not
            tell, which is the case before v4.1 of the API, or when the version does not exist yet.
          type: list
          elements: str
          returned: always
        lineage:
          description: Where the version comes from, as for the template. Null when its name is not that of a release
            image.
          type: dict
          returned: always
  sample:
    - ext_id: 9d2ce1b0-6a3f-4f3e-8a4b-3d1c8c1b7a55
      name: ctx_Gold_2026.11.20-1
      description: >-
        Made of the VM ctx_2026.11.20-1_4c1f1f2e-9d5c-4c3e-8a77-5d6c2c9f0b11_Gold
        (3eb88b39-3f84-4d47-8d65-1f8a6d6a8b7c). Mark of euc.nutanix_citrix: 0f6a6a1e-3c0f-4c3b-9a3a-6d0f8f0f2b11
      created: "2026-11-20T23:33:00.000Z"
      updated: "2026-11-20T23:33:00.000Z"
      source_vm_name: ctx_2026.11.20-1_4c1f1f2e-9d5c-4c3e-8a77-5d6c2c9f0b11_Gold
      source_vm_uuid: 3eb88b39-3f84-4d47-8d65-1f8a6d6a8b7c
      lineage:
        base_vm: Gold
        release: 2026.11.20-1
        protection_domain_snapshot_id: null
        recovery_point_id: 4c1f1f2e-9d5c-4c3e-8a77-5d6c2c9f0b11
        proven: true
        doubt: ""
      versions:
        - ext_id: 1b7c2f0a-55d1-4a0e-9a54-0f6a1f9a6c21
          name: ctx_Gold_2026.11.20-1
          description: >-
            Made of the VM ctx_2026.11.20-1_4c1f1f2e-9d5c-4c3e-8a77-5d6c2c9f0b11_Gold
            (3eb88b39-3f84-4d47-8d65-1f8a6d6a8b7c). Mark of euc.nutanix_citrix: 0f6a6a1e-3c0f-4c3b-9a3a-6d0f8f0f2b11
          created: "2026-11-20T23:33:00.000Z"
          active: true
          source_vm_name: ctx_2026.11.20-1_4c1f1f2e-9d5c-4c3e-8a77-5d6c2c9f0b11_Gold
          source_vm_uuid: 3eb88b39-3f84-4d47-8d65-1f8a6d6a8b7c
          cluster_uuids: [00061fa4-ef93-7dd8-185b-ac1f6b6f97e2]
          lineage:
            base_vm: Gold
            release: 2026.11.20-1
            protection_domain_snapshot_id: null
            recovery_point_id: 4c1f1f2e-9d5c-4c3e-8a77-5d6c2c9f0b11
            proven: true
            doubt: ""
"""

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import run_as_module
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.operations.pc_template_info import OPERATION


def main() -> None:
    run_as_module(OPERATION)


if __name__ == "__main__":
    main()
