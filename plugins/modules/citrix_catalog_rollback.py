#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: citrix_catalog_rollback
short_description: Move MCS machine catalogs back to an image that they had
version_added: 0.1.0
description:
  - Gives machine catalogs of a Citrix DaaS or CVAD site an image of their history back, many at once, and waits until
    each has it.
  - The image must be in the history of the catalog and still be visible in its hosting unit.
  - What goes wrong with one catalog does not stop the others. The task fails at the end, and RV(catalogs) tells what
    became of each.
author:
  - The euc.nutanix_citrix engineers (@euc-nutanix-citrix)
options:
  catalogs:
    description:
      - The machine catalogs to move back.
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
  from_image:
    description:
      - The image to get away from, by its exact name directly below the hosting unit or by its whole path. Catalogs
        with another image stay as they are, so that a second run does not go back another step.
      - Without O(image) the catalogs get the image that they had before this one came. An image that a roll-back has
        taken them away from is no such image, until they get it again. Where dates and notes of the history do not
        tell, the catalog is refused.
    type: str
  image:
    description:
      - The image of the history to go back to, by its exact name or its whole path. Catalogs that have it already stay
        as they are.
    type: str
  note:
    description:
      - Note to keep with the image. A mark C([back from IMAGE]) is added for each image that the catalog leaves behind,
        by which a later roll-back knows it.
    type: str
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
notes:
  - A roll-back is an image update to the older image. The API's own roll-back takes neither image nor note, and leads
    from a release that was taken back once to the one that was withdrawn.
  - The account needs the role Machine Catalog Administrator and, to see the images, Host Administrator.
  - O(wait_timeout) counts for each catalog from the start of its own rollback. Nothing is ever cancelled.
seealso:
  - module: euc.nutanix_citrix.citrix_catalog_image
  - module: euc.nutanix_citrix.citrix_catalog_info
extends_documentation_fragment:
  - euc.nutanix_citrix.citrix
  - euc.nutanix_citrix.citrix.reboot
  - euc.nutanix_citrix.waiting
  - euc.nutanix_citrix.attributes
"""

EXAMPLES = r"""
- name: Take back a bad release, wherever it has got to
  euc.nutanix_citrix.citrix_catalog_rollback:
    from_image: ctx_Gold_2026.11.20-1
    catalogs:
      - name: W11-Pool
        folder: Prod
      - name: W11-Office

- name: Go back to a certain image and restart all machines at once
  euc.nutanix_citrix.citrix_catalog_rollback:
    image: ctx_Gold_2026.09.18-1
    catalogs:
      - name: W11-Pool
        folder: Prod
    reboot:
      within_minutes: 0
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
      description: V(unchanged), V(rolled_back), V(published) (an older image of the history), V(adopted) (the same was
        running already), V(planned) (check mode) or V(failed).
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
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.operations.citrix_catalog_rollback import OPERATION


def main() -> None:
    run_as_module(OPERATION)


if __name__ == "__main__":
    main()
