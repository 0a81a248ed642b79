#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: citrix_image_definition
short_description: Make or delete an image definition
version_added: 1.0.0
description:
  - Makes an image definition of a Citrix DaaS or CVAD site, bound to a hypervisor connection, or deletes one that has
    no versions.
  - Only the description of an existing definition can be changed. One that differs in anything else is refused.
  - Prepared images need a site of orchestration API version 121 or later in the cloud, and of API version 118 and
    product version 7.41 or later on premises. An older site is refused.
author:
  - The euc.nutanix_citrix engineers (@euc-nutanix-citrix)
options:
  name:
    description:
      - The name of the image definition, or the id of one that is there. A name must be whole; case does not matter.
    type: str
    required: true
  state:
    description:
      - V(present) makes it, V(absent) deletes it. One that still has versions is not deleted.
    type: str
    choices: [present, absent]
    default: present
  description:
    description:
      - Its description. By default that of an existing definition stays as it is.
    type: str
  os_type:
    description:
      - The operating system. A new definition gets V(Windows) by default.
    type: str
    choices: [Windows, Linux]
  session_support:
    description:
      - Whether machines have one session or several. Required to make a definition.
    type: str
    choices: [SingleSession, MultiSession]
  hypervisor_connection:
    description:
      - The name or id of the hypervisor connection. Required to make a definition.
      - A connection to Nutanix must be one through Prism Central; Prism Element has no prepared images.
    type: str
  custom_properties:
    description:
      - What the plug-in of the connection has to know, as names and values.
    type: dict
  wait_timeout:
    description:
      - The number of seconds to wait for the work. After that the task fails with "still running" and cancels nothing.
        Another run continues from the state that it finds.
    type: int
    default: 600
notes:
  - The account needs the role Machine Catalog Administrator.
seealso:
  - module: euc.nutanix_citrix.citrix_image_definition_info
extends_documentation_fragment:
  - euc.nutanix_citrix.citrix
  - euc.nutanix_citrix.image_cluster
  - euc.nutanix_citrix.image_cluster.one
  - euc.nutanix_citrix.attributes
"""

EXAMPLES = r"""
- name: Make the image definition of a golden image on WorkSpaces Core
  euc.nutanix_citrix.citrix_image_definition:
    name: W11
    session_support: SingleSession
    hypervisor_connection: aws-eu-central-1

- name: Make one on Nutanix through Prism Central
  euc.nutanix_citrix.citrix_image_definition:
    name: W11-AHV
    session_support: SingleSession
    hypervisor_connection: pc-zurich
    cluster_id: 00058ef8-c31c-f0bc-0000-000000007b23

- name: Delete one that has no versions any more
  euc.nutanix_citrix.citrix_image_definition:
    name: W10
    state: absent
"""

RETURN = r"""
image_definition:
  description: The image definition; null when it is gone, or would be made in check mode.
  type: dict
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
timeline:
  description: The steps of the work.
  returned: when something was changed
  type: list
  elements: dict
  sample:
    - phase: definition
      started: "2026-11-20T23:33:00.125Z"
      finished: "2026-11-20T23:33:04.250Z"
      failed: false
"""

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import run_as_module
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.operations.citrix_image_definition import OPERATION


def main() -> None:
    run_as_module(OPERATION)


if __name__ == "__main__":
    main()
