#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: citrix_catalog_info
short_description: Read machine catalogs and their master images
version_added: 1.0.0
description:
  - Reads machine catalogs of a Citrix DaaS or CVAD site, with counts, hosting unit, master image and the state of an
    image update.
author:
  - The euc.nutanix_citrix engineers (@euc-nutanix-citrix)
options:
  catalogs:
    description:
      - The machine catalogs to read. Defaults to all. A catalog that does not exist, or a name that fits several
        catalogs, is an error.
  connections:
    description:
      - Whether to read the hosting connection of each catalog, with its plug-in and addresses, as well. This takes one
        more request.
    type: bool
    default: false
  history:
    description:
      - Whether to read the images that each catalog had as well. This takes one more request for each catalog.
    type: bool
    default: false
  machines:
    description:
      - Whether to count the machines and sessions of each catalog, also by delivery group. This takes at least one
        request for each catalog or, for more than 20 catalogs, one for each thousand machines of the site.
    type: bool
    default: false
notes:
  - The account needs the role Read Only Administrator.
seealso:
  - module: euc.nutanix_citrix.citrix_catalog_image
  - module: euc.nutanix_citrix.citrix_machine_info
extends_documentation_fragment:
  - euc.nutanix_citrix.citrix
  - euc.nutanix_citrix.citrix.catalogs
  - euc.nutanix_citrix.attributes
  - euc.nutanix_citrix.attributes.info
"""

EXAMPLES = r"""
- name: Read all catalogs
  euc.nutanix_citrix.citrix_catalog_info:
  register: all

- name: See which image a catalog has and had
  euc.nutanix_citrix.citrix_catalog_info:
    catalogs:
      - name: W11-Pool
        folder: Prod
    history: true
  register: pool

- name: Tell it
  ansible.builtin.debug:
    msg: >-
      {{ pool.catalogs[0].master_image.name }}, before:
      {{ pool.catalogs[0].history | map(attribute='name') | join(', ') }}
"""

RETURN = r"""
failures:
  description: The entries of O(catalogs) that are no catalog of the site, or more than one, each with C(id) and C(name)
    as they were given, and C(reason).
  returned: when one is missing
  type: list
  elements: dict
  sample:
    - id: ""
      name: Pol
      reason: there is no catalog 'Pol'. Near names are 'Pool'.
catalogs:
  description: The catalogs, sorted by full name.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: Id of the catalog.
      type: str
      returned: always
    name:
      description: Name of the catalog.
      type: str
      returned: always
    full_name:
      description: Folder and name as the site writes them.
      type: str
      returned: always
    folder:
      description: Its folder, with V(/) between levels. Empty at the root.
      type: str
      returned: always
    provisioning_type:
      description: V(MCS), V(Manual), V(PVS) and so on.
      type: str
      returned: always
    allocation:
      description: V(Static) or V(Random).
      type: str
      returned: always
    persist_changes:
      description: V(Discard) or V(OnLocal).
      type: str
      returned: always
    machines_take_image:
      description: Whether existing machines take a new image at their next start. V(false) for machines that keep their
        changes, so that only machines that are created later get it. Null when the site does not report it.
      type: bool
      returned: always
    session_support:
      description: V(SingleSession) or V(MultiSession).
      type: str
      returned: always
    machines:
      description: The machines and sessions that a change to the catalog affects.
      type: dict
      returned: when O(machines=true)
      contains:
        machines:
          description: The number of its machines.
          type: int
          returned: always
        "on":
          description: The number of machines that are on.
          type: int
          returned: always
        sessions:
          description: The number of sessions on them.
          type: int
          returned: always
        out_of_date:
          description: The number of machines that need a restart to take the image.
          type: int
          returned: always
        delivery_groups:
          description: The same counts for each delivery group, with C(id) and C(name), both empty for machines that are
            in no delivery group, and C(in_maintenance_mode), null when the site does not report it.
          type: list
          elements: dict
          returned: always
    total_count:
      description: The number of its machines.
      type: int
      returned: always
    available_count:
      description: The number of its machines that are available.
      type: int
      returned: always
    hosting_unit:
      description: The name of its hosting unit (resource pool). Null for catalogs without one.
      type: str
      returned: always
    hypervisor_connection:
      description: Name of the hypervisor connection of its hosting unit. Null when it has none.
      type: str
      returned: always
    plugin:
      description: The plug-in of its hypervisor connection, such as V(AcropolisFactory). Null when it has none.
      type: str
      returned: always
    master_image:
      description: Its current master image. Null for catalogs without one. For a catalog on a prepared image, a site
        may tell what that was made from.
      type: dict
      returned: always
      contains:
        name:
          description: Name of the image.
          type: str
          returned: always
        path:
          description: Its path below the hosting unit.
          type: str
          returned: always
    image_version:
      description: The prepared image that it is on, a version of an image definition. Null for one on a master image.
      type: dict
      returned: always
      contains:
        id:
          description: The id of the version.
          type: str
          returned: always
        number:
          description: The number of the version.
          type: int
          returned: always
        definition:
          description: Its image definition.
          type: dict
          returned: always
          contains:
            id:
              description: The id of the image definition.
              type: str
              returned: always
            name:
              description: Name of the image definition.
              type: str
              returned: always
        name:
          description: Name of the image, as in the history, C(version 3 of W11).
          type: str
          returned: always
        path:
          description: Its address C(ImageDefinitions/<id>/ImageVersions/<id>), which the modules take as an image.
          type: str
          returned: always
        description:
          description: The description of the version.
          type: str
          returned: always
        release:
          description: The first line of the description, without the mark of the collection.
          type: str
          returned: always
        available:
          description: Whether the site says that the image is there.
          type: bool
          returned: always
    note:
      description: The note on the current image.
      type: str
      returned: always
    image_update_status:
      description: The state of the last update in the words of the site, such as V(UpdateToDate) (sic) or
        V(PendingUpdate).
      type: str
      returned: always
    can_roll_back:
      description: Whether the site offers a roll-back to the previous image.
      type: bool
      returned: always
    update_running:
      description: Whether a provisioning task is running.
      type: bool
      returned: always
    broken:
      description: Whether the site reports the catalog as broken.
      type: bool
      returned: always
    errors:
      description: The errors that the site reports for the catalog.
      type: list
      returned: always
      elements: str
    warnings:
      description: The warnings of the site about the catalog or its provisioning scheme.
      type: list
      returned: always
      elements: str
    zone:
      description: Name of its zone.
      type: str
      returned: always
    functional_level:
      description: Its minimum functional level.
      type: str
      returned: always
    machine_profile:
      description: The path of its machine profile. Null when it has none.
      type: str
      returned: always
    cluster_uuid:
      description: The cluster on which the plug-in for Prism Central creates its machines. Null when the site does not
        report it.
      type: str
      returned: always
    connection:
      description: Its hosting connection, as M(euc.nutanix_citrix.citrix_hosting_connection_info) returns it. Null
        when it has none.
      type: dict
      returned: when O(connections=true)
    history:
      description: The images that it had, including the current one, in the order of the site.
      type: list
      returned: when O(history=true)
      elements: dict
      contains:
        name:
          description: Name of the image.
          type: str
          returned: always
        path:
          description: Its path below the hosting unit.
          type: str
          returned: always
        date:
          description: When it was assigned, as the site writes it.
          type: str
          returned: always
        status:
          description: V(Current), V(Prepared), V(Deleted) or V(Unknown).
          type: str
          returned: always
        note:
          description: The note on it.
          type: str
          returned: always
  sample:
    - id: c0ffee00-0000-4000-8000-000000000001
      name: W11-Pool
      full_name: Prod/W11-Pool
      folder: Prod
      provisioning_type: MCS
      allocation: Random
      persist_changes: Discard
      machines_take_image: true
      session_support: SingleSession
      total_count: 20
      available_count: 18
      hosting_unit: AHV-01
      hypervisor_connection: AHV-01-conn
      plugin: AcropolisFactory
      master_image:
        name: ctx_Gold_2026.10.16-1
        path: XDHyp:\HostingUnits\AHV-01\ctx_Gold_2026.10.16-1.template
      image_version: null
      note: October
      image_update_status: UpdateToDate
      can_roll_back: true
      update_running: false
      broken: false
      errors: []
      warnings: []
      zone: Primary
      functional_level: L7_20
      machine_profile: null
      cluster_uuid: null
"""

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import run_as_module
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.operations.citrix_catalog_info import OPERATION


def main() -> None:
    run_as_module(OPERATION)


if __name__ == "__main__":
    main()
