#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: image_retention_plan
short_description: Decide which images and orphans may be deleted
version_added: 1.0.0
description:
  - Decides for each image of the collection whether it stays or may be deleted, and why, from what clusters and Citrix
    sites have reported.
  - An image stays when it is among the newest of its golden VM on its cluster, when anything on any site refers to its
    name, when it is younger than O(minimum_age), when it is not verified as made by the collection, and when any
    cluster or site could not be asked.
  - With O(templates=true), the same holds for templates of Prism Centrals, and for versions of templates. The active
    version of a template always stays.
  - With O(definitions), the same holds for the versions of image definitions on the sites.
  - With O(janitor=true), it also decides about orphans, which are temporary VMs, protection domain snapshots and
    recovery points that interrupted runs left behind.
  - Sends no requests and deletes nothing. Names of golden VMs must match as a whole, so V(Gold) never includes
    V(Gold-Finance).
author:
  - The euc.nutanix_citrix engineers (@euc-nutanix-citrix)
notes:
  - Ages are measured by the clock of the host that the module runs on, usually the controller.
  - The cluster of a hosting unit is not certain, so an image name that is in use on any site is kept on every cluster.
  - A cluster does not report the age of a VM. The signs of life of its release are used instead.
options:
  clusters:
    description:
      - All clusters by inventory host, each a dictionary. C(message) says why the cluster could not be asked and is
        empty otherwise. C(snapshots) is as M(euc.nutanix_citrix.pe_vm_snapshot_info) returns it. With O(janitor=true),
        C(vms) is as M(euc.nutanix_citrix.pe_vm_info) returns it, and C(protection_domains) as
        M(euc.nutanix_citrix.pe_protection_domain_info) returns it with its option C(restores). C(other_snapshots) may
        list the names of snapshots without the prefix, among which near names are looked for.
    type: dict
    required: true
  sites:
    description:
      - All Citrix sites by inventory host, each a dictionary. C(message) is as for O(clusters). C(references) and
        C(catalogs) are as M(euc.nutanix_citrix.citrix_image_usage_info) returns them. For O(definitions),
        C(image_definitions) is as M(euc.nutanix_citrix.citrix_image_definition_info) returns it, and C(image_versions)
        as M(euc.nutanix_citrix.citrix_image_version_info) returns it. Without any site nothing may be deleted.
    type: dict
    required: true
  prism_centrals:
    description:
      - All Prism Centrals by inventory host, each a dictionary. C(message) is as for O(clusters). C(templates) is as
        M(euc.nutanix_citrix.pc_template_info) returns it. With O(janitor=true), C(vms) is as
        M(euc.nutanix_citrix.pc_vm_info) returns it, and C(recovery_points) as
        M(euc.nutanix_citrix.pc_recovery_point_info) returns it.
    type: dict
    default: {}
  pools:
    description:
      - All XenServer pools by inventory host, each a dictionary. C(message) is as for O(clusters). C(wrappers) and
        C(disks) are as M(euc.nutanix_citrix.xen_vm_wrapper_info) returns them. O(base_vms) are names of provisioning
        schemes then. With O(janitor=true), VMs without a snapshot and disks that nothing needs may be deleted.
    type: dict
    default: {}
  templates:
    description:
      - Whether to include the templates and versions of templates of O(prism_centrals). Set it only when nothing but
        the Citrix sites uses them, because nobody else can be asked.
    type: bool
    default: false
  definitions:
    description:
      - The names or ids of image definitions whose versions to decide about, as a list for each Citrix site. Names must
        match as a whole; case does not matter. A definition that does not exist is a doubt.
      - O(keep) then counts the versions of each definition that are ready.
    type: dict
    default: {}
  delete_definitions:
    description:
      - Whether those of O(definitions) that have no version any more may be deleted as well.
    type: bool
    default: false
  base_vms:
    description:
      - The golden VMs to decide about. An empty list means all.
    type: list
    elements: str
    default: []
  keep:
    description:
      - How many of the newest images of each golden VM to keep on each cluster, at least 1.
    type: int
    default: 5
  history:
    description:
      - How many slots of the image history of each catalog count as in use, at least 1. These are the slots that this
        many roll-backs in a row lead to, and the newest slots.
      - The API cannot remove a slot. Other slots stay, and point to no image when theirs is deleted;
        RV(decisions[].remaining_slots) lists them. A slot whose age cannot be determined always counts.
    type: int
    default: 2
  minimum_age:
    description:
      - The age in seconds below which an image stays.
    type: int
    default: 604800
  include_unmarked:
    description:
      - Whether to include images that have the name of a release image but are not verified as made by the collection.
    type: bool
    default: false
  janitor:
    description:
      - Whether to decide about orphans as well.
    type: bool
    default: false
  janitor_age:
    description:
      - The number of seconds without a sign of life after which a release counts as no longer running.
    type: int
    default: 86400
  release:
    description:
      - The id of a release that was just made. Nothing may be deleted unless its image is the current one of all
        O(release_catalogs) and no update of them is running.
    type: str
  release_base_vm:
    description:
      - The golden VM of that release.
    type: str
  release_catalogs:
    description:
      - The catalogs of that release by site, each with C(name) and, where required, C(folder), or with C(id). Without
        any catalog nothing may be deleted.
    type: dict
extends_documentation_fragment:
  - euc.nutanix_citrix.prefix
  - euc.nutanix_citrix.attributes
  - euc.nutanix_citrix.attributes.info
seealso:
  - module: euc.nutanix_citrix.image_retention_report
"""

EXAMPLES = r"""
- name: Decide what may go
  euc.nutanix_citrix.image_retention_plan:
    clusters: "{{ image_retention_clusters }}"
    sites: "{{ image_retention_sites }}"
    keep: 3
  register: plan
  run_once: true
  delegate_to: localhost

- name: Decide about one golden VM and leftovers, after a release
  euc.nutanix_citrix.image_retention_plan:
    clusters:
      cluster-a: {message: "", snapshots: "{{ images.snapshots }}", vms: "{{ vms.vms }}", protection_domains: "{{
      domains.protection_domains }}"}
    sites:
      daas: {message: "", references: "{{ usage.references }}", catalogs: "{{ usage.catalogs }}"}
    base_vms: [Gold]
    janitor: true
    release: 2026.11.20-1
    release_base_vm: Gold
    release_catalogs:
      daas: [{name: W11-Pool, folder: Prod}]
"""

RETURN = r"""
decisions:
  description: One entry for each object of the collection.
  returned: success
  type: list
  elements: dict
  contains:
    cluster:
      description: The inventory host of the cluster or Prism Central.
      type: str
      returned: always
    kind:
      description: V(image), V(template), V(template version), V(temporary VM), V(protection domain snapshot),
        V(recovery point), V(image version) or V(image definition).
      type: str
      returned: always
    name:
      description: Its name.
      type: str
      returned: always
    id:
      description: Its uuid or id on the cluster.
      type: str
      returned: always
    protection_domain:
      description: The protection domain of a protection domain snapshot. Null for other objects.
      type: str
      returned: always
    template:
      description: The id of the template of a template version. Null for other objects.
      type: str
      returned: always
    definition:
      description: The id of the image definition of a version. Null for other objects.
      type: str
      returned: always
    base_vm:
      description: The golden VM, or the name of the image definition.
      type: str
      returned: always
    release:
      description: The release.
      type: str
      returned: always
    created:
      description: When it was made, in UTC. Null when the cluster does not report it.
      type: str
      returned: always
    delete:
      description: Whether it may be deleted.
      type: bool
      returned: always
    reason:
      description: Why it stays or may be deleted.
      type: str
      returned: always
    remaining_slots:
      description: For an image that may be deleted, the history slots that then point to no image.
      type: list
      elements: str
      returned: always
  sample:
    - cluster: cluster-a
      kind: image
      name: ctx_Gold_2026.03.02-1
      id: 87f5999b-acc1-4794-897a-5325deeb294f
      protection_domain: null
      template: null
      definition: null
      base_vm: Gold
      release: 2026.03.02-1
      created: "2026-03-02T08:00:00Z"
      delete: true
      remaining_slots: []
      reason: 263 days old, not among the newest 5 of 'Gold', and nothing on any site refers to it
delete:
  description: The decisions to delete, by cluster and Prism Central.
  returned: success
  type: dict
  sample: {cluster-a: [], cluster-b: []}
doubts:
  description:
    - Why nothing may be deleted at all. Empty when every cluster, Prism Central and site could be asked, each of
      O(base_vms) has an image or a temporary VM, and so has an O(prefix) that is not the usual one, and, with
      O(release), the release is published.
    - Each has C(reason), and as C(name) the inventory host that is to blame for it, empty when none is. C(id) is empty.
  returned: success
  type: list
  elements: dict
  sample:
    - id: ""
      name: cvad
      reason: "site cvad cannot be asked: Citrix cvad.example.com cannot be reached"
"""

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import run_as_module
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.operations.image_retention_plan import OPERATION


def main() -> None:
    run_as_module(OPERATION)


if __name__ == "__main__":
    main()
