#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: pc_template
short_description: Make a template of a VM, or remove one
version_added: 1.0.0
description:
  - Makes a template of a VM, or adds the VM to an existing template as a new version, through Prism Central, REST API
    v4. Templates are the images of catalogs whose hosting connection uses a Prism Central plug-in.
  - A template or version of the same name is adopted when it bears the mark that says that it was made of a VM of the
    same name. Any other one of the name is an error, because Citrix finds templates by their names.
  - An order that an interrupted run gave is not given a second time. It is sent again under the same request id, and
    Prism Central answers with the task that it started then.
author:
  - The euc.nutanix_citrix engineers (@euc-nutanix-citrix)
notes:
  - The account needs a role that may manage templates, such as Prism Admin.
  - The VM should be powered off. A temporary VM of O(prefix), which M(euc.nutanix_citrix.pc_recovery_point_restore)
    restores powered off, must be.
options:
  state:
    description:
      - V(present) makes the template or the version, unless it is there.
      - V(absent) removes the template with all its versions, or only the version that is named.
    type: str
    default: present
    choices: [present, absent]
  name:
    description:
      - The exact name of the template.
      - With O(state=present) and without O(ext_id), the name of the new template. Its first version has the same name.
    type: str
  ext_id:
    description:
      - The ext_id of an existing template. With O(state=present), the template that gets a new version.
    type: str
  version_name:
    description:
      - With O(state=present), the name of the new version of the template O(ext_id).
      - With O(state=absent), the version to remove. When it is the active version, the newest of the other versions
        becomes active first. The only version of a template cannot be removed.
    type: str
  version_ext_id:
    description:
      - With O(state=absent), the version to remove, by its ext_id.
    type: str
  vm_uuid:
    description:
      - The uuid of the VM to make it of.
    type: str
  vm_name:
    description:
      - The exact name of the VM to make it of. When two VMs have this name, give O(vm_uuid) as well.
      - Give the name even if O(vm_uuid) is known, so that a later run can tell what the template was made of when the
        VM is gone.
    type: str
  activate:
    description:
      - Whether a version becomes the active one, also when it exists already.
    type: bool
    default: true
  force:
    description:
      - Whether to remove a template or version that the collection did not verifiably make.
    type: bool
    default: false
  wait:
    description:
      - Whether to wait until the template or version is there. The removal is always waited for.
    type: bool
    default: true
  wait_timeout:
    description:
      - The number of seconds to wait. After that the task fails with "still running" and cancels nothing. Another run
        continues to wait.
    type: int
    default: 3600
extends_documentation_fragment:
  - euc.nutanix_citrix.prism_central
  - euc.nutanix_citrix.prefix
  - euc.nutanix_citrix.attributes
seealso:
  - module: euc.nutanix_citrix.pc_template_info
  - module: euc.nutanix_citrix.pc_recovery_point_restore
"""

EXAMPLES = r"""
- name: Make the template of a release
  euc.nutanix_citrix.pc_template:
    nutanix_host: pc-east.example.com
    nutanix_username: svc_ansible
    nutanix_password: "{{ vault_nutanix_password }}"
    name: ctx_Gold_2026.11.20-1
    vm_uuid: "{{ restored.vm.uuid }}"
    vm_name: "{{ restored.vm.name }}"
  register: image

- name: Add the release as a version to a long-lived template
  euc.nutanix_citrix.pc_template:
    nutanix_host: pc-east.example.com
    nutanix_username: svc_ansible
    nutanix_password: "{{ vault_nutanix_password }}"
    ext_id: 9d2ce1b0-6a3f-4f3e-8a4b-3d1c8c1b7a55
    version_name: ctx_Gold_2026.11.20-1
    vm_uuid: "{{ restored.vm.uuid }}"
    vm_name: "{{ restored.vm.name }}"

- name: Remove the template of an old release
  euc.nutanix_citrix.pc_template:
    nutanix_host: pc-east.example.com
    nutanix_username: svc_ansible
    nutanix_password: "{{ vault_nutanix_password }}"
    name: ctx_Gold_2026.09.01-1
    state: absent
"""

RETURN = r"""
template:
  description: The template with its versions, as in M(euc.nutanix_citrix.pc_template_info). Null when it was removed or
    is not there. In check mode, and with O(wait=false), what it will be, without the ext_id of what does not exist yet.
  returned: success
  type: dict
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
    ext_id: 9d2ce1b0-6a3f-4f3e-8a4b-3d1c8c1b7a55
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
timeline:
  description: The steps of the work, each with C(phase) (V(image), V(publish), V(remove) or V(remove_version)),
    C(started) and C(finished) in UTC, and C(failed).
  returned: when something was done
  type: list
  elements: dict
  sample:
    - phase: image
      started: "2026-11-20T23:33:00.125Z"
      finished: "2026-11-20T23:43:12.480Z"
      failed: false
"""

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import run_as_module
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.operations.pc_template import OPERATION


def main() -> None:
    run_as_module(OPERATION)


if __name__ == "__main__":
    main()
