#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: citrix_catalog_zone
short_description: Move machine catalogs to a zone
version_added: 1.0.0
description:
  - Moves machine catalogs of a Citrix DaaS or CVAD site to a zone, or to the zone of a hypervisor connection, all in
    one request, and reads back that they are there.
  - A catalog that is in the zone already is left alone.
author:
  - The euc.nutanix_citrix engineers (@euc-nutanix-citrix)
options:
  catalogs:
    description:
      - The machine catalogs to move.
    required: true
  zone:
    description:
      - The name or id of the zone. A name must be whole; case does not matter.
      - Either this option or O(hypervisor_connection) is required.
    type: str
  hypervisor_connection:
    description:
      - The name or id of a hypervisor connection. Catalogs move to its zone.
    type: str
  only_when_moved:
    description:
      - Whether to move a catalog only when a connection of another zone no longer hosts any of its power-managed
        machines. Other catalogs stay and are reported in RV(staying), which is no failure.
      - A machine whose connection the account cannot see keeps its catalog as well.
    type: bool
    default: false
  wait_timeout:
    description:
      - The number of seconds to wait for the move. After that the task fails with "still running" and cancels nothing.
        Another run continues from the state that it finds.
    type: int
    default: 600
notes:
  - The account needs the role Machine Catalog Administrator and rights on both zones, or Full Administrator.
seealso:
  - module: euc.nutanix_citrix.citrix_catalog_info
  - module: euc.nutanix_citrix.citrix_hosting_connection_info
extends_documentation_fragment:
  - euc.nutanix_citrix.citrix
  - euc.nutanix_citrix.citrix.catalogs
  - euc.nutanix_citrix.attributes
"""

EXAMPLES = r"""
- name: Move a catalog to the zone of the connection that hosts its machines now
  euc.nutanix_citrix.citrix_catalog_zone:
    catalogs:
      - name: W11-Persistent
    hypervisor_connection: AHV-DR-conn
    only_when_moved: true
  register: zone

- name: Move two catalogs to a zone by its name
  euc.nutanix_citrix.citrix_catalog_zone:
    catalogs:
      - name: W11-Persistent
        folder: Prod
      - id: c0ffee00-0000-4000-8000-000000000001
    zone: Basel
"""

RETURN = r"""
zone:
  description: The zone.
  returned: success
  type: dict
  contains:
    id:
      description: Id of the zone.
      type: str
      returned: always
    name:
      description: Name of the zone.
      type: str
      returned: always
  sample:
    id: bbbb0000-0000-4000-8000-000000000002
    name: Basel
catalogs:
  description: The result for each catalog.
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
    folder:
      description: Its folder, with V(/) between levels.
      type: str
      returned: always
    full_name:
      description: Folder and name as the site writes them.
      type: str
      returned: always
    before:
      description: The name of its zone before the task.
      type: str
      returned: always
    zone:
      description: The name of its zone after the task.
      type: str
      returned: always
    action:
      description: V(moved), V(would_move) in check mode, V(unchanged) or V(staying).
      type: str
      returned: always
  sample:
    - id: c0ffee00-0000-4000-8000-000000000001
      name: W11-Persistent
      folder: Prod
      full_name: Prod/W11-Persistent
      before: Primary
      zone: Basel
      action: moved
moved:
  description: The full names of the catalogs that moved, or would move in check mode.
  returned: success
  type: list
  elements: str
  sample: [Prod/W11-Persistent]
staying:
  description: The catalogs that stay in their zone.
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
    folder:
      description: Its folder, with V(/) between levels.
      type: str
      returned: always
    full_name:
      description: Folder and name as the site writes them.
      type: str
      returned: always
    why:
      description: Why it stays.
      type: str
      returned: always
    machines:
      description: The names of the machines that keep it there.
      type: list
      elements: str
      returned: always
  sample: []
timeline:
  description: The steps of the work.
  returned: when something was moved
  type: list
  elements: dict
  sample:
    - phase: zone
      started: "2026-11-20T23:33:00.125Z"
      finished: "2026-11-20T23:33:04.250Z"
      failed: false
"""

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import run_as_module
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.operations.citrix_catalog_zone import OPERATION


def main() -> None:
    run_as_module(OPERATION)


if __name__ == "__main__":
    main()
