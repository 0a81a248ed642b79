#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: citrix_catalog_gate
short_description: Wait until machine catalogs are well on their new image
version_added: 0.1.0
description:
  - Looks at machine catalogs of a Citrix DaaS or CVAD site after they were moved to a master image, until each has the
    image and its machines are back, or the time is over. A gate between the waves of a roll-out.
  - Percentages count the machines that are on and not in maintenance mode. A machine in the middle of a restart is on
    and not registered. Machines that are off take the image when they start, and are left out.
  - Machines of catalogs that keep the changes of their users keep the image that they were made from, whatever image
    the catalog gets. They prove nothing about O(image), and neither do catalogs without machines or with all of them in
    maintenance mode. Such a gate stays closed, and is not waited for where nobody will ever prove anything.
  - A machine that died stays registered until its heartbeat is missed. Where restarts are new, a registration counts
    once the machine deregistered or was connected to since, was seen away, or was seen registered for
    O(heartbeat_seconds).
  - A machine that the site itself put into maintenance mode, because it failed to register too often, counts as faulty.
  - Reads only.
author:
  - The euc.nutanix_citrix engineers (@euc-nutanix-citrix)
options:
  catalogs:
    description:
      - The machine catalogs to look at.
    required: true
  image:
    description:
      - The master image that the catalogs must have, by its exact name directly below the hosting unit or by its whole
        path. If not given, the image does not matter.
    type: str
  registered_percent:
    description:
      - How many percent of the machines that are on must be registered.
    type: int
    default: 90
  registered_at_least:
    description:
      - How many machines of each catalog must prove it, registered and, when O(image) is given, on the image. Of
        catalogs with fewer machines all must. A catalog of which everything is off, or nothing has restarted yet,
        proves nothing.
      - V(0) lets catalogs pass of which no machine proves anything. They are named in RV(unproven).
    type: int
    default: 1
  out_of_date_percent:
    description:
      - How many percent of the machines that are on may still run the image before. Give V(100) where machines are not
        restarted.
    type: int
    default: 0
  new_faults:
    description:
      - How many machines of each catalog may be faulty (not registered, failed to start, stuck on boot, VM not found)
        that are not in O(baseline).
    type: int
    default: 0
  heartbeat_seconds:
    description:
      - How long the site may take to notice that a machine died. V(0) believes every registration.
    type: int
    default: 600
  restarted_after:
    description:
      - The moment after which restarts were ordered, as ISO 8601 with an offset from UTC, in quotes. Needed only where
        the catalog got its image longer ago than O(wait_timeout) and O(heartbeat_seconds) together.
    type: str
  baseline:
    description:
      - Names of the machines that were faulty before, as V(DOMAIN\\HOST). Take them from RV(faulty) of a look at the
        catalogs before they were moved.
    type: list
    elements: str
    default: []
  fail_when_closed:
    description:
      - Whether the task fails when a gate did not open. Otherwise only RV(open) tells.
    type: bool
    default: true
  wait:
    description:
      - Whether to wait until every gate is open. Otherwise one look decides.
    type: bool
    default: true
  wait_timeout:
    description:
      - How many seconds to wait at most. Give more than the restarts take.
    type: int
    default: 3600
notes:
  - The account needs the role Read Only Administrator.
  - Each look costs two requests for each catalog whose gate was not open yet, and one more for each further thousand of
    its machines.
seealso:
  - module: euc.nutanix_citrix.citrix_catalog_image
  - module: euc.nutanix_citrix.citrix_catalog_rollback
  - module: euc.nutanix_citrix.citrix_machine_info
extends_documentation_fragment:
  - euc.nutanix_citrix.citrix
  - euc.nutanix_citrix.citrix.catalogs
  - euc.nutanix_citrix.attributes
  - euc.nutanix_citrix.attributes.info
"""

EXAMPLES = r"""
- name: Remember which machines are faulty already
  euc.nutanix_citrix.citrix_catalog_gate:
    catalogs:
      - name: W11-Canary
    wait: false
    fail_when_closed: false
  register: before

- name: Wait until the canary has restarted into the new image and registered again
  euc.nutanix_citrix.citrix_catalog_gate:
    catalogs:
      - name: W11-Canary
    image: ctx_Gold_2026.11.20-1
    registered_percent: 95
    baseline: "{{ before.faulty }}"
    wait_timeout: 5400
"""

RETURN = r"""
open:
  description: Whether every gate is open.
  returned: when the site could be asked
  type: bool
unproven:
  description: Full names of the catalogs of which no machine proves anything, open or not.
  returned: when the site could be asked
  type: list
  elements: str
  sample: []
faulty:
  description: Names of all machines that are faulty now.
  returned: when the site could be asked
  type: list
  elements: str
  sample: ['CORP\W11-017']
catalogs:
  description: What was seen of each catalog.
  returned: when the site could be asked
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
      description: Its folder, levels separated by V(/).
      type: str
      returned: always
    full_name:
      description: Folder and name as the site writes them.
      type: str
      returned: always
    image:
      description: Name of its master image.
      type: str
      returned: always
    open:
      description: Whether its gate is open.
      type: bool
      returned: always
    reason:
      description: Why not.
      type: str
      returned: always
    machines_take_image:
      description: Whether its machines take a new image at their next start, null when the site does not tell.
      type: bool
      returned: always
    machines:
      description: Number of its machines.
      type: int
      returned: always
    maintenance_mode:
      description: Number of those in maintenance mode.
      type: int
      returned: always
    "on":
      description: Number of those that are on and not in maintenance mode.
      type: int
      returned: always
    registered:
      description: Number of those on that are registered.
      type: int
      returned: always
    proven:
      description: Number of the registered ones that are also on the image, as far as the site can know.
      type: int
      returned: always
    doubtful:
      description: Names of those that are called registered, perhaps only because nobody has noticed their end yet.
        They count as not registered.
      type: list
      elements: str
      returned: always
    registered_percent:
      description: RV(catalogs[].registered) in percent, rounded down, 100 when none is on.
      type: int
      returned: always
    out_of_date:
      description: Number of those on that still run the image before.
      type: int
      returned: always
    out_of_date_percent:
      description: The same in percent, rounded down.
      type: int
      returned: always
    faulty:
      description: Names of its faulty machines.
      type: list
      elements: str
      returned: always
    new_faults:
      description: Names of those that are not in O(baseline).
      type: list
      elements: str
      returned: always
    summary:
      description: All its machines counted, as in RV(euc.nutanix_citrix.citrix_machine_info#module:summary).
      type: dict
      returned: always
  sample:
    - id: c0ffee00-0000-4000-8000-000000000001
      name: W11-Canary
      folder: Prod
      full_name: Prod/W11-Canary
      image: ctx_Gold_2026.11.20-1
      open: false
      reason: 17 of 20 machines that are on are registered, 90 % are wanted
      machines_take_image: true
      machines: 20
      maintenance_mode: 0
      "on": 20
      registered: 17
      proven: 17
      doubtful: []
      registered_percent: 85
      out_of_date: 0
      out_of_date_percent: 0
      faulty: []
      new_faults: []
      summary:
        total: 20
        registered: 17
        image_out_of_date: 0
        maintenance_mode: 0
        with_sessions: 4
        by_power_state: {"On": 20}
        by_fault_state: {}
"""

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import run_as_module
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.operations.citrix_catalog_gate import OPERATION


def main() -> None:
    run_as_module(OPERATION)


if __name__ == "__main__":
    main()
