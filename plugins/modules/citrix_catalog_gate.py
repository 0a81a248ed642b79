#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: citrix_catalog_gate
short_description: Wait until the machines of catalogs are healthy on their new image
version_added: 1.0.0
description:
  - Watches machine catalogs of a Citrix DaaS or CVAD site after they were moved to a master image, until each catalog
    has the image and its machines are back, or until the time is over. Use it as a gate between the waves of a
    roll-out.
  - Percentages count the machines that are on and not in maintenance mode. A machine in the middle of a restart is on
    and not registered. Machines that are off take the image when they start and are not counted.
  - Machines of catalogs that keep the changes of their users keep the image that they were created from, whatever image
    the catalog gets. They verify nothing about O(image), and neither do catalogs without machines or with all machines
    in maintenance mode. The gate of such a catalog stays closed, and the module does not wait where no machine can ever
    verify the image.
  - A machine that died stays registered until the site misses its heartbeat. Where machines were restarted recently, a
    registration counts once the machine has deregistered or was connected to since, was seen unregistered, or was seen
    registered for O(heartbeat_seconds).
  - A machine that the site itself put into maintenance mode, because it failed to register too often, counts as faulty.
  - Reads only.
author:
  - The euc.nutanix_citrix engineers (@euc-nutanix-citrix)
options:
  catalogs:
    description:
      - The machine catalogs to watch.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description:
          - The whole name of the catalog. Case does not matter.
        type: str
      folder:
        description:
          - The folder of the catalog, with V(/) or V(|) between its levels. An empty string is the root.
          - Required when several folders have a catalog of this name.
        type: str
      id:
        description:
          - The id of the catalog, instead of O(catalogs[].name) and O(catalogs[].folder).
        type: str
      image:
        description:
          - The image that this catalog must have, instead of O(image).
        type: str
  image:
    description:
      - The master image that the catalogs must have, by its exact name directly below the hosting unit or by its whole
        path. A version of an image definition is called C(version 3 of W11), or given by its address. By default any
        image is accepted.
    type: str
  registered_percent:
    description:
      - The percentage of the machines that are on that must be registered.
    type: int
    default: 90
  registered_at_least:
    description:
      - The number of machines of each catalog that must verify the image, which means that they are registered and,
        when O(image) is set, run that image. In catalogs with fewer machines, all of them must. A catalog whose
        machines are all off, or of which no machine has restarted yet, verifies nothing.
      - V(0) also opens the gate of catalogs of which no machine verifies anything. They are reported in RV(unproven).
    type: int
    default: 1
  out_of_date_percent:
    description:
      - The percentage of the machines that are on that may still run the previous image. Use V(100) where machines are
        not restarted.
    type: int
    default: 0
  new_faults:
    description:
      - The number of machines of each catalog that may be faulty and are not in O(baseline). A machine is faulty when
        it is not registered, failed to start, is stuck on boot, or its VM was not found.
    type: int
    default: 0
  heartbeat_seconds:
    description:
      - The number of seconds that the site may need to notice that a machine died. V(0) trusts every registration.
    type: int
    default: 600
  restarted_after:
    description:
      - The moment after which restarts were ordered, as ISO 8601 with an offset from UTC, in quotes. Required only when
        the catalog got its image longer ago than O(wait_timeout) and O(heartbeat_seconds) together.
    type: str
  baseline:
    description:
      - The names of the machines that were faulty before, as V(DOMAIN\\HOST). Take them from RV(faulty) of a run before
        the catalogs were moved.
    type: list
    elements: str
    default: []
  fail_when_closed:
    description:
      - Whether the task fails when a gate did not open. If V(false), only RV(open) reports it.
    type: bool
    default: true
  wait:
    description:
      - Whether to wait until every gate is open. If V(false), the present state decides.
    type: bool
    default: true
  wait_timeout:
    description:
      - The number of seconds to wait. Allow more time than the restarts take.
    type: int
    default: 3600
notes:
  - The account needs the role Read Only Administrator.
  - Each look takes two requests for each catalog whose gate is not open yet, and one more for each further thousand of
    its machines.
seealso:
  - module: euc.nutanix_citrix.citrix_catalog_image
  - module: euc.nutanix_citrix.citrix_catalog_rollback
  - module: euc.nutanix_citrix.citrix_machine_info
extends_documentation_fragment:
  - euc.nutanix_citrix.citrix
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
  description: The full names of the catalogs of which no machine verifies the image, whether their gate is open or not.
  returned: when the site could be asked
  type: list
  elements: str
  sample: []
faulty:
  description: The names of all machines that are faulty now.
  returned: when the site could be asked
  type: list
  elements: str
  sample: ['CORP\W11-017']
catalogs:
  description: The state of each catalog.
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
      description: Its folder, with V(/) between levels.
      type: str
      returned: always
    full_name:
      description: Folder and name as the site writes them.
      type: str
      returned: always
    image:
      description: Name of its image.
      type: str
      returned: always
    open:
      description: Whether its gate is open.
      type: bool
      returned: always
    reason:
      description: Why its gate is closed. Empty when it is open.
      type: str
      returned: always
    machines_take_image:
      description: Whether its machines take a new image at their next start. Null when the site does not report it.
      type: bool
      returned: always
    machines:
      description: The number of its machines.
      type: int
      returned: always
    maintenance_mode:
      description: The number of machines in maintenance mode.
      type: int
      returned: always
    "on":
      description: The number of machines that are on and not in maintenance mode.
      type: int
      returned: always
    registered:
      description: The number of machines that are on and registered.
      type: int
      returned: always
    proven:
      description: The number of registered machines that also run the image, as far as the site can know.
      type: int
      returned: always
    doubtful:
      description: The names of machines that the site reports as registered although they may have died since. They
        count as not registered.
      type: list
      elements: str
      returned: always
    registered_percent:
      description: RV(catalogs[].registered) in percent, rounded down. 100 when no machine is on.
      type: int
      returned: always
    out_of_date:
      description: The number of machines that are on and still run the previous image.
      type: int
      returned: always
    out_of_date_percent:
      description: RV(catalogs[].out_of_date) in percent, rounded down.
      type: int
      returned: always
    faulty:
      description: The names of its faulty machines.
      type: list
      elements: str
      returned: always
    new_faults:
      description: The names of its faulty machines that are not in O(baseline).
      type: list
      elements: str
      returned: always
    summary:
      description: The counts of all its machines, as in RV(euc.nutanix_citrix.citrix_machine_info#module:summary).
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
