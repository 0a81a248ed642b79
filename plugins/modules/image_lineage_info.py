#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: image_lineage_info
short_description: Show which release made the image that each catalog uses today
version_added: 1.0.0
description:
  - Follows the master image of each catalog back to its release, golden VM, protection domain snapshot or recovery
    point, and the clusters and Prism Centrals that have it, and counts the machines that have taken it. It uses what
    clusters, Prism Centrals and Citrix sites have reported.
  - A release is certain only for an image that is verified, see
    RV(euc.nutanix_citrix.pe_vm_snapshot_info#module:snapshots[].lineage), on the cluster that the hosting unit of the
    catalog belongs to.
  - Shows the result as a table. Sends no requests; the playbook C(euc.nutanix_citrix.image_lineage) asks clusters and
    sites first.
  - Fails after that when some cluster or site could not be asked.
author:
  - The euc.nutanix_citrix engineers (@euc-nutanix-citrix)
notes:
  - The cluster of a hosting unit is known only when the addresses of its connection belong to one cluster. Otherwise
    the image of this name on any cluster may be meant, and all of them must be verified.
options:
  clusters:
    description:
      - All clusters by inventory host, each a dictionary. C(message) says why the cluster could not be asked and is
        empty otherwise. C(snapshots) is as M(euc.nutanix_citrix.pe_vm_snapshot_info) returns it. C(address) and C(port)
        of its Prism Element, and C(cluster) as M(euc.nutanix_citrix.pe_cluster_info) returns it, identify it in hosting
        connections.
    type: dict
    required: true
  sites:
    description:
      - All Citrix sites by inventory host, each a dictionary. C(message) is as for O(clusters). C(catalogs) is as
        M(euc.nutanix_citrix.citrix_catalog_info) returns it, and C(hosting_units) as
        M(euc.nutanix_citrix.citrix_hosting_unit_info) returns it. C(out_of_date) holds the catalog id of each machine
        whose image is out of date.
    type: dict
    required: true
  prism_centrals:
    description:
      - All Prism Centrals by inventory host, each a dictionary. C(message), C(address) and C(port) are as for
        O(clusters). C(templates) is as M(euc.nutanix_citrix.pc_template_info) returns it.
    type: dict
    default: {}
  pools:
    description:
      - All XenServer pools by inventory host, each a dictionary. C(message), C(address) and C(port) are as for
        O(clusters). C(wrappers) is as M(euc.nutanix_citrix.xen_vm_wrapper_info) returns it, C(cluster) holds the
        C(name) of the pool, and C(endpoint) the C(addresses) of its hosts.
    type: dict
    default: {}
  catalogs:
    description:
      - Only these catalogs, by name or full name, on any site. Names must be whole; case does not matter. A catalog
        that no site has is an error.
    type: list
    elements: str
  report_path:
    description:
      - A file to write the result to, as JSON.
    type: path
extends_documentation_fragment:
  - euc.nutanix_citrix.prefix
  - euc.nutanix_citrix.attributes
  - euc.nutanix_citrix.attributes.info
seealso:
  - module: euc.nutanix_citrix.citrix_catalog_info
  - module: euc.nutanix_citrix.pe_vm_snapshot_info
"""

EXAMPLES = r"""
- name: Tell which release made the image of a catalog
  euc.nutanix_citrix.image_lineage_info:
    clusters:
      cluster-a: {message: "", address: cluster-a.example.com, port: 9440, snapshots: "{{ images.snapshots }}"}
    sites:
      daas: {message: "", catalogs: "{{ catalogs.catalogs }}", hosting_units: "{{ units.hosting_units }}"}
    catalogs: [Prod/W11-Pool]
  register: pool

- name: Write the lineage of all catalogs to a file
  euc.nutanix_citrix.image_lineage_info:
    clusters: "{{ clusters }}"
    sites: "{{ sites }}"
    report_path: lineage.json
"""

RETURN = r"""
catalogs:
  description: The catalogs that have a master image, sorted by site and full name.
  returned: always
  type: list
  elements: dict
  contains:
    site:
      description: The inventory host of the site.
      type: str
      returned: always
    catalog:
      description: Full name of the catalog.
      type: str
      returned: always
    name:
      description: Its name.
      type: str
      returned: always
    hosting_unit:
      description: Its hosting unit.
      type: str
      returned: always
    cluster:
      description: The inventory host of the cluster, Prism Central or pool that the hosting unit belongs to. Null when
        it cannot be determined.
      type: str
      returned: always
    image:
      description: Name of its current master image, or V(version 3 of W11) for a prepared image.
      type: str
      returned: always
    image_version:
      description: The version of a prepared image with C(id), C(number), C(definition) and C(made_from), the master
        image that the site shows for it. Null for a master image.
      type: dict
      returned: always
    release:
      description: The release in the name of the image, in the description of the version, or in the marks of the disk
        in a pool. Null when there is none.
      type: str
      returned: always
    base_vm:
      description: The golden VM, or the provisioning scheme of an image in a pool. Null when it is unknown.
      type: str
      returned: always
    protection_domain_snapshots:
      description:
        - The ids, on the cluster of origin, of the protection domain snapshots that the image of the catalog was made
          from. Empty while the image is in doubt. More than one is a fault.
      type: list
      elements: str
      returned: always
    recovery_points:
      description: The same of recovery points, by their location-agnostic ids.
      type: list
      elements: str
      returned: always
    source_disks:
      description: The same of the disks in the pool of origin, by their uuids.
      type: list
      elements: str
      returned: always
    marked:
      description: Whether it is verified that the collection made the image of the catalog for its release.
      type: bool
      returned: always
    doubts:
      description: Why the image is not verified, in sentences.
      type: list
      elements: str
      returned: always
    clusters:
      description:
        - The images of this name on all clusters and Prism Centrals, and at this path in all pools, each with
          C(cluster) (the inventory host), C(uuid), C(created), C(taken_from), C(protection_domain_snapshot_id),
          C(recovery_point_id), C(source_vdi_uuid) and C(doubt).
      type: list
      elements: dict
      returned: always
    machines:
      description: The number of machines of the catalog.
      type: int
      returned: always
    machines_take_image:
      description: Whether its machines take a new image at their next start. Null when the site does not report it.
      type: bool
      returned: always
    machines_up_to_date:
      description: The number of machines that have taken the image. Null where RV(catalogs[].machines_take_image) is
        not true, because the image of such machines is unknown.
      type: int
      returned: always
    note:
      description: The note on the image.
      type: str
      returned: always
  sample:
    - site: daas
      catalog: Prod/W11-Pool
      name: W11-Pool
      hosting_unit: AHV-A
      cluster: cluster-a
      image: ctx_Gold_2026.11.20-1
      image_version: null
      release: 2026.11.20-1
      base_vm: Gold
      protection_domain_snapshots: ["353902"]
      recovery_points: []
      source_disks: []
      marked: true
      doubts: []
      clusters:
        - cluster: cluster-a
          uuid: 87f5999b-acc1-4794-897a-5325deeb294f
          created: "2026-11-20T23:40:00Z"
          taken_from: ctx_2026.11.20-1_353902_Gold
          protection_domain_snapshot_id: "353902"
          doubt: ""
      machines: 20
      machines_take_image: true
      machines_up_to_date: 18
      note: 2026.11.20-1
failures:
  description: The clusters and sites that could not be asked, each with its inventory host as C(name), and C(reason).
    C(id) is empty.
  returned: always
  type: list
  elements: dict
  sample:
    - id: ""
      name: cvad
      reason: "cvad cannot be asked: Citrix cvad.example.com cannot be reached"
"""

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import run_as_module
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.operations.image_lineage_info import OPERATION


def main() -> None:
    run_as_module(OPERATION)


if __name__ == "__main__":
    main()
