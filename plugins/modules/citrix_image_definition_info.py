#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: citrix_image_definition_info
short_description: Read the image definitions of a site
version_added: 1.0.0
description:
  - Reads the image definitions of a Citrix DaaS or CVAD site with the hypervisor connections that they are bound to.
  - Prepared images need a site of orchestration API version 121 or later in the cloud, and of API version 118 and
    product version 7.41 or later on premises. An older site is refused.
author:
  - The euc.nutanix_citrix engineers (@euc-nutanix-citrix)
options:
  name:
    description:
      - The name or id of one image definition. A name must be whole; case does not matter. Defaults to all.
    type: str
notes:
  - The account needs the role Read Only Administrator.
seealso:
  - module: euc.nutanix_citrix.citrix_image_version_info
extends_documentation_fragment:
  - euc.nutanix_citrix.citrix
  - euc.nutanix_citrix.attributes
  - euc.nutanix_citrix.attributes.info
"""

EXAMPLES = r"""
- name: Read all image definitions
  euc.nutanix_citrix.citrix_image_definition_info:
  register: definitions

- name: Read one
  euc.nutanix_citrix.citrix_image_definition_info:
    name: W11
  register: definition
"""

RETURN = r"""
image_definitions:
  description: The image definitions, by name.
  type: list
  elements: dict
  returned: success
  contains:
    id:
      description: Id of the image definition.
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
    os_type:
      description: V(Windows) or V(Linux).
      type: str
      returned: always
    session_support:
      description: V(SingleSession) or V(MultiSession).
      type: str
      returned: always
    latest_version:
      description: The number of the version made last, which may be gone.
      type: int
      returned: always
    created:
      description: When it was made, as the site writes it.
      type: str
      returned: always
    connections:
      description: The hypervisor connections that it is bound to.
      type: list
      elements: dict
      returned: always
      contains:
        id:
          description: Id of the connection.
          type: str
          returned: always
        name:
          description: Its name.
          type: str
          returned: always
        plugin:
          description: Its plug-in.
          type: str
          returned: always
        custom_properties:
          description: The custom properties that the plug-in was told, by name.
          type: dict
          returned: always
"""

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import run_as_module
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.operations.citrix_image_definition_info import (
    OPERATION,
)


def main() -> None:
    run_as_module(OPERATION)


if __name__ == "__main__":
    main()
