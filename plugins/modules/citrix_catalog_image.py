#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: citrix_catalog_image
short_description: Move MCS machine catalogs to a master image or a prepared image
version_added: 1.0.0
description:
  - Gives machine catalogs of a Citrix DaaS or CVAD site a new master image, many at once, and waits until each has it.
    Or a version of an image definition, which is a prepared image.
  - Looks the image up in the hosting unit of each catalog and fails for the catalog when it is not there. It uses the
    path that the site itself lists for the image.
  - The same name is an AHV snapshot where the hosting connection leads to a cluster, a template where it leads to a
    Prism Central (plug-in C(AcropolisPCFactory)), and a version of a template where it does so by Citrix's own plug-in
    (C(AcropolisHypervisorPCFactory)).
  - A machine profile that was the image of the catalog before follows to the new image, also in a run after one that
    was interrupted. Any other machine profile stays as it is, which a warning says.
  - A catalog that has the image already is left alone. A catalog that an earlier run or somebody else is already moving
    to it is waited for and not moved twice. A catalog that is being moved to another image is an error.
  - A version must be ready, and be in the hosting unit of the catalog
    (M(euc.nutanix_citrix.citrix_image_version_share)). Its session support must be that of the catalog, and either both
    have a machine profile or none has. On C(AmazonWorkSpacesCore), the machines of the catalog must be pooled. What
    does not fit is an error of the catalog, before anything is changed. Whether a site lets a catalog change between
    master images and prepared images is not documented; if it does not, its answer is the error.
  - What a site tells of a running update to a version is not documented. An update that tells no image is waited for,
    and the catalog is looked at in the end.
  - A failure of one catalog does not stop the others. The task then fails at the end, and RV(catalogs) holds the result
    for each catalog.
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
      note:
        description:
          - The note for this catalog, instead of O(note).
        type: str
      start_when:
        description:
          - The names of the notes of other hosts of the play that this catalog waits for, see
            M(euc.nutanix_citrix.run_note). Its update starts as soon as all of them say C(ready). When a note says
            otherwise, the catalog is left alone, for the C(reason) in the note. A waiting catalog does not count for
            O(concurrency).
          - Where the module runs on another machine than the controller, all catalogs start when the last of their
            notes has arrived.
        type: list
        elements: str
      hold:
        description:
          - Why this catalog cannot be moved now. It is left alone and reported as V(not_ready).
        type: str
  image:
    description:
      - The master image, by its exact name directly below the hosting unit, or by its whole path beginning with
        C(XDHyp:).
      - Of versions of templates, by the name of a version in the template of the same name; a version called
        C(Initial Version) counts under the name of its template. Any other version is given by its path.
    type: str
  image_version:
    description:
      - A version of an image definition instead of O(image). Some catalogs of a list may get a master image, and others
        a version.
    type: dict
    suboptions: *image_version
  note:
    description:
      - The note to keep with the image. A catalog that has the image already is not updated only to change its note.
    type: str
  functional_level:
    description:
      - The minimum functional level of the image. By default the catalogs keep theirs. A catalog that has the image
        already is not updated only to change this level.
    type: str
    choices: [L5, LMIN, L7, L7_6, L7_7, L7_8, L7_9, L7_20, L7_25, L7_30, L7_34, LMAX]
  store_old_image:
    description:
      - Whether to keep the previous image in the history of the catalog, which
        M(euc.nutanix_citrix.citrix_catalog_rollback) needs.
    type: bool
    default: true
  image_will_exist:
    description:
      - In check mode, plan as if the image were visible already, or the version ready and shared, for a run that would
        make it first. Ignored outside of check mode.
    type: bool
    default: false
  start_before:
    description:
      - The end of the maintenance window as ISO 8601 with an offset from UTC, in quotes, for example
        V(2026-11-21T06:00:00+01:00). From then on no update is started, not even for catalogs that are waiting for
        their turn. These catalogs report V(window_over) and the task fails.
      - Running updates are waited for, and catalogs that have the image already count as done.
    type: str
  start_timeout:
    description:
      - The number of seconds to wait for O(catalogs[].start_when).
    type: int
    default: 86400
  look_before:
    description:
      - Whether to report in RV(catalogs[].faulty_before) which machines of a catalog are faulty right before it is
        moved.
    type: bool
    default: false
notes:
  - The account needs the role Machine Catalog Administrator and, to see the images, Host Administrator.
  - For versions, a DaaS site needs orchestration API version 121, and a site on premises 118 and product version 7.41.
  - O(wait_timeout) applies to each catalog from the start of its own update. No update is ever cancelled.
  - The module sends three requests for all catalogs together, three for each hosting unit with a new image, and a few
    for each catalog that is moved, one of them to count its machines.
seealso:
  - module: euc.nutanix_citrix.citrix_catalog_rollback
  - module: euc.nutanix_citrix.citrix_catalog_info
  - module: euc.nutanix_citrix.citrix_machine_info
extends_documentation_fragment:
  - euc.nutanix_citrix.citrix
  - euc.nutanix_citrix.citrix.reboot
  - euc.nutanix_citrix.citrix.updates
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

- name: Move catalogs of two availability zones to the prepared image of a release, and one to a master image
  euc.nutanix_citrix.citrix_catalog_image:
    image_version:
      definition: W11
      release: 2026.11.20-1
    catalogs:
      - name: W11-euc1-a
      - name: W11-euc1-b
      - name: W11-Office
        image: ctx_Gold_2026.11.20-1
"""

RETURN = r"""
catalogs:
  description: The result for each catalog. Also returned when the task fails.
  returned: when the site could be asked
  type: list
  elements: dict
  contains:
    id:
      description: The id of the catalog. Null when it was not found.
      type: str
      returned: always
    name:
      description: Name of the catalog.
      type: str
      returned: always
    folder:
      description: Its folder, with V(/) between levels. Null when it is in none or was not found.
      type: str
      returned: always
    full_name:
      description: Folder and name as the site writes them. Null when it was not found.
      type: str
      returned: always
    hosting_unit:
      description: Name of its hosting unit. Null when it was not found or has none.
      type: str
      returned: always
    before:
      description: Its image before the task. Null when it had none.
      type: dict
      returned: always
      contains: &before
        name:
          description: Name of the image. A version is called C(version 3 of W11).
          type: str
          returned: always
        path:
          description: Its path below the hosting unit. Of a version, its address
            C(ImageDefinitions/<id>/ImageVersions/<id>), which O(image) takes as well.
          type: str
          returned: always
    after:
      description: Its image after the task, or the one that it would get in check mode. Null when it has none.
      type: dict
      returned: always
      contains: *before
    action:
      description: V(unchanged), V(published), V(adopted) (an update to this image was running already), V(planned)
        (check mode), V(window_over) (O(start_before) has passed), V(not_ready) (something that it waits for did not
        arrive) or V(failed).
      type: str
      returned: always
    changed:
      description: Whether the catalog was moved to another image, or would be in check mode.
      type: bool
      returned: always
    job_id:
      description: The id of the job. Null when there was none.
      type: str
      returned: always
    job_status:
      description: The final status of the job. Null when there was none.
      type: str
      returned: always
    seconds:
      description: The number of seconds that it took.
      type: float
      returned: always
    started:
      description: When its update began, in UTC. Null when there was nothing to do.
      type: str
      returned: always
    finished:
      description: When its update ended, in UTC. Null when there was nothing to do.
      type: str
      returned: always
    faulty_before:
      description: The names of the machines that were faulty before it was moved. Omitted when this is unknown because
        the catalog has or had the image already.
      type: list
      elements: str
      returned: with O(look_before), where it can be told
    machines_take_image:
      description: Whether existing machines take the image at their next start. If V(false), only machines that are
        created later get it. Null when the site does not report it.
      type: bool
      returned: always
    impact:
      description: The machines and sessions that the change affects, as counted before it. Null when there was nothing
        to do or they could not be read.
      type: dict
      returned: always
      contains:
        machines:
          description: The number of its machines.
          type: int
          returned: always
        restart:
          description: The largest number of machines that may restart for the change.
          type: int
          returned: always
        sessions:
          description: The number of sessions that these restarts end.
          type: int
          returned: always
        at_next_start:
          description: The number of machines that take the image when they next start for another reason.
          type: int
          returned: always
        keep_image:
          description: The number of machines that keep their present image.
          type: int
          returned: always
        delivery_groups:
          description: C(machines), C(restart) and C(sessions) for each delivery group. C(name) is empty for machines
            that are in no delivery group.
          type: list
          elements: dict
          returned: always
    warning:
      description: Warnings of the site or of the module. Null when there is none.
      type: str
      returned: always
    msg:
      description: Why it failed, or a remark that the task did not wait for it. Null otherwise.
      type: str
      returned: always
    error:
      description: Why it failed (C(message)), what to do about it (C(advice)) and, where the advice names some, the
        options of this module that it means (C(options)).
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
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.operations.citrix_catalog_image import OPERATION


def main() -> None:
    run_as_module(OPERATION)


if __name__ == "__main__":
    main()
