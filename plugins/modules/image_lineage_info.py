#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: image_lineage_info
short_description: Tell which release made the image that each catalog uses today
version_added: 0.1.0
description:
  - From what clusters and Citrix sites have said, follows each catalog's master image back to its release, golden VM,
    protection domain snapshot and the clusters that have it, and counts the machines that have taken it up.
  - A release is only told for certain of an image that is proven to be its own, see
    RV(euc.nutanix_citrix.pe_vm_snapshot_info#module:snapshots[].lineage), on the cluster that the catalog's hosting
    unit stands for.
  - Shows it as a table. Talks to nothing; the playbook C(euc.nutanix_citrix.image_lineage) asks everybody first.
  - Fails after that when some cluster or site could not be asked.
author:
  - The euc.nutanix_citrix engineers (@euc-nutanix-citrix)
notes:
  - Which cluster a hosting unit stands for is known when its connection's addresses mean one cluster only. Else an
    image of the name on any cluster may be meant, and all of them must be proven.
options:
  clusters:
    description:
      - All clusters by inventory host, each a dictionary. C(message) says why it could not be asked and is empty
        otherwise. C(snapshots) is as M(euc.nutanix_citrix.pe_vm_snapshot_info) returns them. C(address) and C(port) of
        its Prism Element, and C(cluster) as M(euc.nutanix_citrix.pe_cluster_info) returns it, let it be recognised in
        hosting connections.
    type: dict
    required: true
  sites:
    description:
      - All Citrix sites by inventory host, each a dictionary with C(message) as above, C(catalogs) as
        M(euc.nutanix_citrix.citrix_catalog_info) returns them, C(hosting_units) as
        M(euc.nutanix_citrix.citrix_hosting_unit_info) does, and C(out_of_date), the catalog id of each machine whose
        image is out of date.
    type: dict
    required: true
  catalogs:
    description:
      - Only these catalogs, by name or full name, whole and without regard to case, on whatever site. One that nobody
        has is an error.
    type: list
    elements: str
  path:
    description:
      - File to write the answer to as JSON.
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
    path: lineage.json
"""

RETURN = r"""
catalogs:
  description: The catalogs that have a master image, sorted by site and full name.
  returned: always
  type: list
  elements: dict
  contains:
    site:
      description: Inventory host of the site.
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
      description: Inventory host of the cluster that the hosting unit stands for, null when that cannot be told.
      type: str
      returned: always
    image:
      description: Name of its current master image.
      type: str
      returned: always
    release:
      description: The release by the image's name, null when the image is not ours.
      type: str
      returned: always
    base_vm:
      description: The golden VM.
      type: str
      returned: always
    protection_domain_snapshots:
      description:
        - Ids, on the cluster of origin, of the protection domain snapshots that the catalog's image came out of; none
          while it is in doubt. More than one is a fault.
      type: list
      elements: str
      returned: always
    marked:
      description: Whether it is proven that the collection made the catalog's image for its release.
      type: bool
      returned: always
    doubts:
      description: Why that is not proven, in sentences.
      type: list
      elements: str
      returned: always
    clusters:
      description:
        - The images of this name on all clusters, each with C(cluster), C(uuid), C(created), C(taken_from),
          C(protection_domain_snapshot_id) and C(doubt).
      type: list
      elements: dict
      returned: always
    machines:
      description: How many machines the catalog has.
      type: int
      returned: always
    machines_take_image:
      description: Whether its machines take a new image at their next start. Null when the site does not report it.
      type: bool
      returned: always
    machines_up_to_date:
      description: How many of them have taken up the image; null where RV(catalogs[].machines_take_image) is not true,
        since nobody knows which image those have.
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
      release: 2026.11.20-1
      base_vm: Gold
      protection_domain_snapshots: ["353902"]
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
problems:
  description: Who could not be asked, and why.
  returned: always
  type: list
  elements: str
  sample: []
"""

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import run_as_module
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.operations.image_lineage_info import OPERATION


def main() -> None:
    run_as_module(OPERATION)


if __name__ == "__main__":
    main()
