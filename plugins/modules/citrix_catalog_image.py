#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: citrix_catalog_image
short_description: Move MCS machine catalogs to a master image
version_added: 0.1.0
description:
  - Gives machine catalogs of a Citrix DaaS or CVAD site a new master image, many at once, and waits until each has it.
  - The image is looked up in the hosting unit of each catalog and refused when it is not there. The path that the site
    itself lists for it is used.
  - A catalog that has the image already is left alone. One that is being moved to it, by an earlier run or by somebody
    else, is waited for and not moved twice. One that is being moved to another image is refused.
  - What goes wrong with one catalog does not stop the others. The task fails at the end, and RV(catalogs) tells what
    became of each.
author:
  - The euc.nutanix_citrix engineers (@euc-nutanix-citrix)
options:
  catalogs:
    description:
      - The machine catalogs to move.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description:
          - Name of the catalog, whole and without regard to case.
        type: str
      folder:
        description:
          - Folder that the catalog stands in, its levels separated by V(/) or V(|). An empty text is the root.
          - Needed where catalogs of one name stand in several folders.
        type: str
      id:
        description:
          - Id of the catalog, instead of O(catalogs[].name) and O(catalogs[].folder).
        type: str
      image:
        description:
          - Image for this catalog, instead of O(image).
        type: str
      note:
        description:
          - Note for this catalog, instead of O(note).
        type: str
      start_when:
        description:
          - Names of the notes of other hosts of the play that this catalog waits for, see
            M(euc.nutanix_citrix.run_note). It starts as soon as all of them say C(ready), and is not touched when one
            says otherwise, for the C(reason) in the note. It takes none of the O(concurrency) before it starts.
          - Where the module runs on another machine than the controller, all catalogs start when the last of their
            notes is there.
        type: list
        elements: str
      hold:
        description:
          - Why this catalog cannot be moved now. It is not touched and reported as V(not_ready).
        type: str
  image:
    description:
      - The master image, by its exact name directly below the hosting unit, or by its whole path beginning with
        C(XDHyp:).
    type: str
  note:
    description:
      - Note to keep with the image. A catalog that has the image already is not moved again for the sake of its note.
    type: str
  functional_level:
    description:
      - Minimum functional level of the image. If not given, the catalogs keep theirs. A catalog that has the image
        already is not moved again for its sake.
    type: str
    choices: [L5, LMIN, L7, L7_6, L7_7, L7_8, L7_9, L7_20, L7_25, L7_30, L7_34, LMAX]
  store_old_image:
    description:
      - Whether the image before is kept in the history of the catalog, which
        M(euc.nutanix_citrix.citrix_catalog_rollback) needs.
    type: bool
    default: true
  concurrency:
    description:
      - How many catalogs are moved at the same time. Each one keeps the site and its hypervisor busy for a while.
    type: int
    default: 8
  bypass_cache:
    description:
      - Whether to go past the site's inventory cache when looking for the image, at once. Otherwise that is done only
        when the cache does not show it.
    type: bool
    default: true
  image_will_exist:
    description:
      - In check mode, plan as if the image were visible already, for the plan of a run that makes it first. Without
        meaning otherwise.
    type: bool
    default: false
  start_before:
    description:
      - The end of the maintenance window as ISO 8601 with an offset from UTC, in quotes, for example
        V(2026-11-21T06:00:00+01:00). From then on no update is started any more, also not of catalogs that only wait
        for their turn. Those report V(window_over) and the task fails.
      - Updates that run are waited for, and catalogs that have the image already are as they should be.
    type: str
  start_timeout:
    description:
      - How many seconds to wait for O(catalogs[].start_when) at most.
    type: int
    default: 86400
  look_before:
    description:
      - Whether to tell in RV(catalogs[].faulty_before) which machines of a catalog are faulty right before it is moved.
    type: bool
    default: false
notes:
  - The account needs the role Machine Catalog Administrator and, to see the images, Host Administrator.
  - O(wait_timeout) counts for each catalog from the start of its own update. No update is ever cancelled.
  - Costs three requests for all catalogs together, three for each hosting unit with a new image and a few for each
    catalog that is moved, one of them to count its machines.
seealso:
  - module: euc.nutanix_citrix.citrix_catalog_rollback
  - module: euc.nutanix_citrix.citrix_catalog_info
  - module: euc.nutanix_citrix.citrix_machine_info
extends_documentation_fragment:
  - euc.nutanix_citrix.citrix
  - euc.nutanix_citrix.citrix.reboot
  - euc.nutanix_citrix.waiting
  - euc.nutanix_citrix.attributes
"""

EXAMPLES = r"""
- name: Move two catalogs to an image; machines take it up when they are next shut down
  euc.nutanix_citrix.citrix_catalog_image:
    image: ctx_Gold_2026.11.20-1
    note: Release 2026.11.20-1
    catalogs:
      - name: W11-Pool
        folder: Prod
      - name: W11-Office

- name: Move catalogs of two golden images in one night, restarts spread over two hours
  euc.nutanix_citrix.citrix_catalog_image:
    catalogs:
      - name: W11-Pool
        folder: Prod
        image: ctx_Gold_2026.11.20-1
      - id: c0ffee00-0000-4000-8000-000000000002
        image: ctx_Gold-Finance_2026.11.20-1
    concurrency: 4
    reboot:
      within_minutes: 120
      warning_minutes: 10
      warning_title: Restart
      warning_message: This desktop restarts in %m% minutes. Please save your work.
      warning_repeat_minutes: 5
"""

RETURN = r"""
catalogs:
  description: What became of each catalog, also when the task failed.
  returned: when the site could be asked
  type: list
  elements: dict
  contains:
    id:
      description: Id of the catalog, null when it was not found.
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
    hosting_unit:
      description: Name of its hosting unit.
      type: str
      returned: always
    before:
      description: Its image before, null when it has none.
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
    after:
      description: Its image now, in check mode the one that it would get.
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
    action:
      description: V(unchanged), V(published), V(adopted) (an update to this image was running already), V(planned)
        (check mode), V(window_over) (O(start_before) was over), V(not_ready) (what it waits for did not come) or
        V(failed).
      type: str
      returned: always
    changed:
      description: Whether its image was moved, or would be in check mode.
      type: bool
      returned: always
    job_id:
      description: Id of the job, null when there was none.
      type: str
      returned: always
    job_status:
      description: How the job ended.
      type: str
      returned: always
    seconds:
      description: How long it took.
      type: float
      returned: always
    started:
      description: When its update began, in UTC; null when there was nothing to do.
      type: str
      returned: always
    finished:
      description: When its update ended, in UTC; null when there was nothing to do.
      type: str
      returned: always
    faulty_before:
      description: Names of the machines that were faulty before it was moved. Left out when nobody can say, because the
        catalog had the image already, now or earlier.
      type: list
      elements: str
      returned: with O(look_before), where it can be told
    machines_take_image:
      description: Whether machines that are there already take the image, at their next start; null when the site does
        not tell. Where it is V(false) only machines that are made later get it.
      type: bool
      returned: always
    impact:
      description: Whom it concerns, as seen before anything was done; null when there was nothing to do or it could not
        be read.
      type: dict
      returned: always
      contains:
        machines:
          description: Number of its machines.
          type: int
          returned: always
        restart:
          description: How many of them may restart for it at most.
          type: int
          returned: always
        sessions:
          description: How many sessions end with these restarts.
          type: int
          returned: always
        at_next_start:
          description: How many take the image when they next start by themselves.
          type: int
          returned: always
        keep_image:
          description: How many keep the image that they have.
          type: int
          returned: always
        delivery_groups:
          description: C(machines), C(restart) and C(sessions) by delivery group, C(name) being empty for machines that
            are in none.
          type: list
          elements: dict
          returned: always
    warning:
      description: What the site or we have to remark.
      type: str
      returned: always
    msg:
      description: Why it failed, or that it was not waited for.
      type: str
      returned: always
    error:
      description: Why it failed and what to do about it, each by itself.
      type: dict
      returned: always, null unless it failed
  sample:
    - id: c0ffee00-0000-4000-8000-000000000001
      name: W11-Pool
      folder: Prod
      full_name: Prod/W11-Pool
      hosting_unit: AHV-01
      before:
        name: ctx_Gold_2026.10.16-1
        path: XDHyp:\HostingUnits\AHV-01\ctx_Gold_2026.10.16-1.template
      after:
        name: ctx_Gold_2026.11.20-1
        path: XDHyp:\HostingUnits\AHV-01\ctx_Gold_2026.11.20-1.template
      action: published
      changed: true
      job_id: 5f1b6f0e-0000-4000-8000-000000000001
      job_status: Complete
      seconds: 1260.4
      started: "2026-11-20T23:43:12.480Z"
      finished: "2026-11-21T00:04:12.880Z"
      machines_take_image: true
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
      warning: null
      msg: null
      error: null
"""

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import run_as_module
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.operations.citrix_catalog_image import OPERATION


def main() -> None:
    run_as_module(OPERATION)


if __name__ == "__main__":
    main()
