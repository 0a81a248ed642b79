#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: citrix_image_version_share
short_description: Share a version of a prepared image with hosting units
version_added: 1.0.0
description:
  - Shares a version of an image definition of a Citrix DaaS or CVAD site with hosting units, or takes it away from
    them. A catalog can use a version only in a hosting unit that has it.
  - The site gets the whole list of hosting units each time, with the primary one, in which the image was prepared,
    first. The primary one always keeps the image.
  - Waits for the job, and then until each hosting unit shows a final state of its own, because a job can be complete
    while one of them failed. One of O(hosting_units) where the image failed earlier is tried
    again.
  - Refuses, before it changes anything, hosting units of another kind of connection, another region or another account,
    as far as the site tells these, and to take the image away where catalogs are still on it.
  - Needs a site of orchestration API version 125 or later in the cloud, and of API version 126 and product version 7.45
    or later on premises. An older site is refused.
author:
  - The euc.nutanix_citrix engineers (@euc-nutanix-citrix)
options:
  definition:
    description:
      - The name or id of the image definition. A name must be whole; case does not matter.
    type: str
    required: true
  number:
    description:
      - The number of the version. Either this option or O(release) is required.
    type: int
  release:
    description:
      - The release of the version, which is the first line of its description without the mark of the collection. Of
        several versions of a release the one that is ready counts.
    type: str
  hosting_units:
    description:
      - The names or ids of hosting units. The primary one need not be among them.
    type: list
    elements: str
    required: true
  state:
    description:
      - With V(shared), these hosting units have the image in addition to those that have it.
      - With V(exact), these hosting units and the primary one have it, and no other.
      - With V(unshared), these hosting units have it no longer.
      - Whether a site takes an image away from a hosting unit that is left out of the list is not documented by Citrix.
        The module reads it back, and fails when the image is still there.
    type: str
    choices: [exact, shared, unshared]
    default: shared
  hosting_unit:
    description:
      - In check mode, the name or id of the hosting unit in which another task is going to prepare the version. Without
        it, a version that does not exist is an error.
    type: str
  custom_properties:
    description:
      - Custom properties for the plug-in, by the name or id of the hosting unit, each a dictionary of name and value.
    type: dict
    default: {}
  cluster_ids:
    description:
      - The UUIDs of clusters by the name or id of the hosting unit, for Nutanix through Prism Central. Each is added to
        the O(custom_properties) of its hosting unit under the name O(cluster_property).
    type: dict
    default: {}
  wait_timeout:
    description:
      - The number of seconds to wait until all hosting units have the image. After that the task fails with "still
        running" and cancels nothing. Another run continues from the state that it finds.
    type: int
    default: 3600
notes:
  - The account needs the role Machine Catalog Administrator or Full Administrator, and must see all catalogs on the
    version.
  - For AWS and WorkSpaces Core the site tells the region of a connection but not its account; another account is then
    refused by the site.
seealso:
  - module: euc.nutanix_citrix.citrix_image_version_info
  - module: euc.nutanix_citrix.citrix_image_definition
extends_documentation_fragment:
  - euc.nutanix_citrix.citrix
  - euc.nutanix_citrix.image_cluster
  - euc.nutanix_citrix.attributes
"""

EXAMPLES = r"""
- name: Bring a release to the other two availability zones
  euc.nutanix_citrix.citrix_image_version_share:
    definition: W11
    release: 2026.11.20-1
    hosting_units: [eu-central-1b, eu-central-1c]

- name: Take an old version away from all hosting units but the primary one, before it is deleted
  euc.nutanix_citrix.citrix_image_version_share:
    definition: W11
    number: 3
    hosting_units: []
    state: exact
"""

RETURN = r"""
image_version:
  description: The version. In check mode as it is, null when it is still to be prepared.
  type: dict
  returned: success, and on failure once something was shared
  contains:
    id:
      description: Id of the version.
      type: str
      returned: always
    number:
      description: Its number, which the site gives.
      type: int
      returned: always
    definition:
      description: Its image definition.
      type: dict
      returned: always
      contains:
        id:
          description: Id of the definition.
          type: str
          returned: always
        name:
          description: Its name.
          type: str
          returned: always
    description:
      description: Its description.
      type: str
      returned: always
    release:
      description: The release that it is of, which is the first line of its description without the mark.
      type: str
      returned: always
    marked:
      description: Whether its description ends with the mark of the collection, which then made it.
      type: bool
      returned: always
    state:
      description: V(InProgress), V(Success) or V(Failed).
      type: str
      returned: always
    ready:
      description: Whether catalogs can use it.
      type: bool
      returned: always
    created:
      description: When it was made, as the site writes it.
      type: str
      returned: always
    image:
      description: The image that it was made from; null when the site does not tell.
      type: dict
      returned: always
      contains:
        name:
          description: Name of the image.
          type: str
          returned: always
        path:
          description: Its XDHyp path.
          type: str
          returned: always
    hosting_units:
      description: The hosting units that have the prepared image.
      type: list
      elements: dict
      returned: always
      contains:
        id:
          description: Id of the hosting unit.
          type: str
          returned: always
        name:
          description: Its name.
          type: str
          returned: always
        connection:
          description: The name of its hypervisor connection.
          type: str
          returned: always
        connection_type:
          description: The kind of that connection.
          type: str
          returned: always
        primary:
          description: Whether the image was prepared there.
          type: bool
          returned: always
        state:
          description: V(Success) when catalogs there can use it, else V(InProgress), V(Failed) or V(Deleting).
          type: str
          returned: always
        errors:
          description: Why it is not there.
          type: list
          elements: str
          returned: always
        custom_properties:
          description: The custom properties that the plug-in was told, by name.
          type: dict
          returned: always
    specs:
      description: Its specs, the master and the prepared image.
      type: list
      elements: dict
      returned: always
      contains:
        id:
          description: Id of the spec.
          type: str
          returned: always
        preparation:
          description: V(None) for the master, V(Mcs) for the prepared image.
          type: str
          returned: always
        state:
          description: Its state.
          type: str
          returned: always
        hosting_unit:
          description: The name of its primary hosting unit.
          type: str
          returned: always
        machine_profile:
          description: The XDHyp path of its machine profile, empty without one.
          type: str
          returned: always
        service_offering:
          description: Its service offering.
          type: str
          returned: always
        cpu_count:
          description: The number of CPUs of the machine that prepared it. Null when the site does not tell.
          type: int
          returned: always
        memory_mb:
          description: Its memory in MiB. Null when the site does not tell.
          type: int
          returned: always
    errors:
      description: Why its preparation failed.
      type: list
      elements: str
      returned: always
    warnings:
      description: What its preparation warned of.
      type: list
      elements: str
      returned: always
shared:
  description: The names of the hosting units that got the image, or would get it in check mode.
  type: list
  elements: str
  returned: success, and on failure once something was shared
  sample: [eu-central-1b, eu-central-1c]
unshared:
  description: The names of the hosting units that it was taken away from, or would be in check mode.
  type: list
  elements: str
  returned: success, and on failure once something was shared
  sample: []
timeline:
  description: The steps of the work.
  returned: when something was shared or taken away
  type: list
  elements: dict
  sample:
    - phase: share
      started: "2026-11-20T23:33:00.125Z"
      finished: "2026-11-20T23:43:04.250Z"
      failed: false
"""

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import run_as_module
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.operations.citrix_image_version_share import OPERATION


def main() -> None:
    run_as_module(OPERATION)


if __name__ == "__main__":
    main()
