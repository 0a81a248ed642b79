#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: citrix_image_version_info
short_description: Read the versions of image definitions
version_added: 1.0.0
description:
  - Reads the versions of image definitions of a Citrix DaaS or CVAD site. Tells the master image that each was made
    from, how its preparation ended, the hosting units that have it with the state in each, and the catalogs on it.
  - Prepared images need a site of orchestration API version 121 or later in the cloud, and of API version 118 and
    product version 7.41 or later on premises. An older site is refused.
author:
  - The euc.nutanix_citrix engineers (@euc-nutanix-citrix)
options:
  definition:
    description:
      - The name or id of one image definition. A name must be whole; case does not matter. Defaults to all.
    type: str
  number:
    description:
      - The number of one version of O(definition).
    type: int
  release:
    description:
      - A release. Only its versions are returned, which are those with this first line in their description, with or
        without the mark of the collection behind it.
    type: str
notes:
  - The account needs the role Read Only Administrator.
seealso:
  - module: euc.nutanix_citrix.citrix_image_definition_info
extends_documentation_fragment:
  - euc.nutanix_citrix.citrix
  - euc.nutanix_citrix.attributes
  - euc.nutanix_citrix.attributes.info
"""

EXAMPLES = r"""
- name: Read all versions of an image definition
  euc.nutanix_citrix.citrix_image_version_info:
    definition: W11
  register: versions

- name: Show which catalogs a version keeps from being deleted
  euc.nutanix_citrix.citrix_image_version_info:
    definition: W11
    number: 3
  register: version
"""

RETURN = r"""
image_versions:
  description: The versions, by image definition and number. Empty when none fits.
  type: list
  elements: dict
  returned: success
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
    catalogs:
      description: The machine catalogs on it. A catalog that the account may not see has an empty id.
      type: list
      elements: dict
      returned: always
      contains:
        id:
          description: Id of the catalog.
          type: str
          returned: always
        full_name:
          description: Folder and name as the site writes them.
          type: str
          returned: always
        hosting_unit:
          description: The name of its hosting unit.
          type: str
          returned: always
    could_return:
      description: The catalogs that had it and are on another image now, as far as the account sees them. A roll-back
        could lead them to it.
      type: list
      elements: dict
      returned: always
      contains:
        id:
          description: Id of the catalog.
          type: str
          returned: always
        full_name:
          description: Folder and name as the site writes them.
          type: str
          returned: always
        hosting_unit:
          description: The name of its hosting unit.
          type: str
          returned: always
        steps_back:
          description: How far back it is in the history, V(1) for the image that the next roll-back leads to. Null when
            the dates in the history do not tell.
          type: int
          returned: always
"""

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import run_as_module
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.operations.citrix_image_version_info import OPERATION


def main() -> None:
    run_as_module(OPERATION)


if __name__ == "__main__":
    main()
