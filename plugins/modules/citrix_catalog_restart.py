#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: citrix_catalog_restart
short_description: Restart machines that still run the previous image
version_added: 1.0.0
description:
  - Restarts machines in catalogs of a Citrix DaaS or CVAD site that have their image already while machines that are on
    do not run it yet. The restarts are rolling and with a warning, as in an image update with a reboot policy.
  - A site can warn and restart only whole catalogs. Where some of the running machines have the image already, this
    would end sessions for nothing. In such catalogs, the machines that are behind and have no session restart one by
    one and at once. Those with sessions are left alone and reported, unless O(whole_catalogs=true).
  - Running restarts are waited for instead of being ordered again.
  - Machines of catalogs that keep the changes of their users never take a new image. They are left alone, and
    RV(catalogs[].msg) says so.
  - Ends when every machine that was behind has restarted or is off. M(euc.nutanix_citrix.citrix_catalog_gate) checks
    whether the machines are healthy.
author:
  - The euc.nutanix_citrix engineers (@euc-nutanix-citrix)
options:
  catalogs:
    description:
      - The machine catalogs to restart.
    required: true
  image:
    description:
      - The master image that the catalogs must have, by its exact name directly below the hosting unit or by its whole
        path. A catalog with another image fails. By default any image is accepted.
    type: str
  reboot:
    description:
      - When machines restart, and how their users are warned. O(reboot.within_minutes) must be V(0) or more here.
    required: true
  whole_catalogs:
    description:
      - Whether to restart whole catalogs, with the warning and pace of O(reboot), also where some of their running
        machines have the image already.
    type: bool
    default: false
  concurrency:
    description: How many catalogs to restart at the same time.
    type: int
    default: 8
  start_before:
    description:
      - The end of the maintenance window as ISO 8601 with an offset from UTC, in quotes, for example
        V(2026-11-21T06:00:00+01:00). From then on no restart is ordered. Catalogs that still need one report
        V(window_over) and the task fails.
    type: str
  wait_timeout:
    description:
      - The number of seconds to wait for each catalog. Allow more time than the warning and the restarts take.
    type: int
    default: 3600
notes:
  - The account needs the role Machine Catalog Administrator.
  - The site answers at once and creates no job, so the module watches the machines until they have restarted. Each look
    takes one request for each thousand machines.
seealso:
  - module: euc.nutanix_citrix.citrix_catalog_image
  - module: euc.nutanix_citrix.citrix_catalog_gate
extends_documentation_fragment:
  - euc.nutanix_citrix.citrix
  - euc.nutanix_citrix.citrix.catalogs
  - euc.nutanix_citrix.citrix.reboot
  - euc.nutanix_citrix.waiting
  - euc.nutanix_citrix.attributes
"""

EXAMPLES = r"""
- name: Restart what still has the image before, over two hours and with a warning
  euc.nutanix_citrix.citrix_catalog_restart:
    catalogs:
      - name: W11-Pool
        folder: Prod
    image: ctx_Gold_2026.11.20-1
    reboot:
      within_minutes: 120
      warning_minutes: 10
      warning_message: This desktop restarts in %m% minutes. Please save your work.
    wait_timeout: 10800

- name: See whom it would concern
  euc.nutanix_citrix.citrix_catalog_restart:
    catalogs:
      - name: W11-Sales
    reboot:
      within_minutes: 0
  check_mode: true
  register: plan
"""

RETURN = r"""
failures:
  description: The catalogs that failed or came too late, each with C(id), C(name), which is its full name, and
    C(reason). Empty when there are none.
  returned: when the site could be asked
  type: list
  elements: dict
  sample: []
started:
  description: When the first restart was ordered, in UTC. Null when none was.
  returned: when the site could be asked
  type: str
  sample: "2026-11-20T23:43:12.480Z"
catalogs:
  description: The result for each catalog. Also returned when the task fails.
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
      description: Name of its master image.
      type: str
      returned: always
    machines_take_image:
      description: Whether its machines take the image at their next start, null when the site does not tell.
      type: bool
      returned: always
    action:
      description: V(unchanged), V(restarted), V(adopted) (restarts were running already), V(planned) (check mode),
        V(window_over) (O(start_before) has passed) or V(failed).
      type: str
      returned: always
    changed:
      description: Whether restarts were ordered, or would be in check mode.
      type: bool
      returned: always
    behind:
      description: The number of machines that were on and ran the previous image.
      type: int
      returned: always
    left:
      description: The names of machines that are not restarted because users have sessions on them.
      type: list
      elements: str
      returned: always
    restarted:
      description: The number of the other machines that restarted or went off. V(0) when the task did not wait for
        them.
      type: int
      returned: always
    impact:
      description: The machines and sessions that the restart affects, as in
        RV(euc.nutanix_citrix.citrix_catalog_image#module:catalogs[].impact). Null when nothing is restarted.
      type: dict
      returned: always
    seconds:
      description: The number of seconds that it took.
      type: float
      returned: always
    started:
      description: When it began, in UTC. Null when there was nothing to do.
      type: str
      returned: always
    finished:
      description: When it ended, in UTC. Null when there was nothing to do.
      type: str
      returned: always
    msg:
      description: Why it failed, or why nothing was done or waited for. Null otherwise.
      type: str
      returned: always
  sample:
    - id: c0ffee00-0000-4000-8000-000000000001
      name: W11-Pool
      folder: Prod
      full_name: Prod/W11-Pool
      image: ctx_Gold_2026.11.20-1
      machines_take_image: true
      action: restarted
      changed: true
      behind: 18
      left: []
      restarted: 18
      impact:
        machines: 20
        restart: 18
        sessions: 12
        at_next_start: 2
        keep_image: 0
        delivery_groups:
          - name: W11
            machines: 20
            restart: 18
            sessions: 12
      seconds: 7320.4
      started: "2026-11-20T23:43:12.480Z"
      finished: "2026-11-21T01:45:12.880Z"
      msg: null
"""

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import run_as_module
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.operations.citrix_catalog_restart import OPERATION


def main() -> None:
    run_as_module(OPERATION)


if __name__ == "__main__":
    main()
