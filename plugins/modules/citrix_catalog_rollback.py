#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: citrix_catalog_rollback
short_description: Move MCS machine catalogs back to an earlier image
version_added: 1.0.0
description:
  - Gives machine catalogs of a Citrix DaaS or CVAD site an image of their history back, many at once, and waits until
    each has it.
  - The image must be in the history of the catalog and still be visible in its hosting unit. A prepared image of the
    history must still be a version that is ready and shared with it.
  - A machine profile that is the image which the catalog leaves goes back with it.
  - A failure of one catalog does not stop the others. The task then fails at the end, and RV(catalogs) holds the result
    for each catalog.
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
          - The image for this catalog, instead of O(image).
        type: str
      image_version:
        description:
          - The version for this catalog, instead of O(image) or O(image_version).
        type: dict
        suboptions: &image_version
          definition:
            description: Name or id of the image definition.
            type: str
          number:
            description: The number of the version.
            type: int
          release:
            description: The release of the version, which is the first line of its description without the mark of the
              collection. The one that is ready counts.
            type: str
          id:
            description: The id of the version, instead of definition and number or release.
            type: str
      from_image:
        description:
          - The image for this catalog to move away from, instead of O(from_image).
        type: str
      from_image_version:
        description:
          - The version for this catalog to move away from, instead of O(from_image) or O(from_image_version).
        type: dict
        suboptions: *image_version
  from_image:
    description:
      - The image to move away from, by its exact name directly below the hosting unit or by its whole path. A version
        of an image definition is called C(version 3 of W11), or given by its address.
      - Catalogs with another image stay as they are, so that a second run does not go back another step.
      - Without O(image), the catalogs get the image that they had before this one. An image that a roll-back has
        withdrawn from a catalog does not count, until the catalog gets it again. When the dates and notes of the
        history do not show which image that is, the catalog fails.
    type: str
  image:
    description:
      - The image of the history to go back to, by its exact name or its whole path. A version is given as in
        O(from_image). Catalogs that have it already stay
        as they are.
    type: str
  from_image_version:
    description:
      - A version of an image definition to move away from, instead of O(from_image).
    type: dict
    suboptions: *image_version
  image_version:
    description:
      - A version of the history to go back to, instead of O(image).
    type: dict
    suboptions: *image_version
  note:
    description:
      - The note to keep with the image. For each image that the catalog leaves behind, a mark C([back from IMAGE]) is
        added, by which a later roll-back recognises it.
    type: str
notes:
  - The module rolls back by an image update to the older image. The roll-back of the API itself accepts neither image
    nor note, and from a release that was taken back once it leads to the withdrawn one.
  - The account needs the role Machine Catalog Administrator and, to see the images, Host Administrator.
  - O(wait_timeout) applies to each catalog from the start of its own roll-back. Nothing is ever cancelled.
seealso:
  - module: euc.nutanix_citrix.citrix_catalog_image
  - module: euc.nutanix_citrix.citrix_catalog_info
extends_documentation_fragment:
  - euc.nutanix_citrix.citrix
  - euc.nutanix_citrix.citrix.reboot
  - euc.nutanix_citrix.citrix.updates
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

- name: Take the version of a release back, whatever its number is on this site
  euc.nutanix_citrix.citrix_catalog_rollback:
    from_image_version:
      definition: W11
      release: 2026.11.20-1
    catalogs:
      - name: W11-euc1-a
      - name: W11-euc1-b
"""

RETURN = r"""
catalogs:
  description:
    - The result for each catalog, as in RV(euc.nutanix_citrix.citrix_catalog_image#module:catalogs). Also returned when
      the task fails.
    - C(action) is V(unchanged), V(rolled_back), V(published) (an older image of the history), V(adopted) (the same
      update was running already), V(planned) (check mode) or V(failed).
  returned: when the site could be asked
  type: list
  elements: dict
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
failures:
  description: The catalogs that did not get their image. Empty when all did.
  returned: when the site could be asked
  type: list
  elements: dict
  contains:
    id:
      description: The id of the catalog. Empty when none was found.
      type: str
      returned: always
    name:
      description: Its name with its folder, or as it was given when none was found.
      type: str
      returned: always
    reason:
      description: Why, and what to do about it.
      type: str
      returned: always
"""

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import run_as_module
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.operations.citrix_catalog_rollback import OPERATION


def main() -> None:
    run_as_module(OPERATION)


if __name__ == "__main__":
    main()
