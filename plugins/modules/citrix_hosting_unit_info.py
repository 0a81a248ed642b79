#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: citrix_hosting_unit_info
short_description: Read hosting units and the images visible in them
version_added: 1.0.0
description:
  - Reads the hosting units (resource pools) of a Citrix DaaS or CVAD site with their hypervisor connections and, on
    request, the images visible in them.
  - A Prism Element snapshot is visible as an image of type V(Template).
author:
  - The euc.nutanix_citrix engineers (@euc-nutanix-citrix)
options:
  name:
    description:
      - The name of one hosting unit. Defaults to all. Names are unique in a site.
    type: str
  images:
    description:
      - Whether to read the images directly below each hosting unit as well.
    type: bool
    default: false
  folder:
    description:
      - The element below each hosting unit to read the images of, instead of those directly below it. On vSphere and
        XenServer this is a VM such as C(Gold.vm), on Azure a resource group such as
        C(image.folder\\Gold.resourcegroup). Use it with O(name); a hosting unit that lacks it is an error.
    type: str
    default: ""
  machine_profiles:
    description:
      - Whether to read the VMs, on vSphere the templates, and the versions of launch templates directly below each
        hosting unit as well, which a machine profile can be made of.
    type: bool
    default: false
  bypass_cache:
    description:
      - Whether to bypass the inventory cache of the site, which may hide a new image for more than half an hour. This
        is slower.
    type: bool
    default: false
notes:
  - The account needs the role Read Only Administrator. To read images it needs the role Machine Catalog Administrator
    or Host Administrator.
seealso:
  - module: euc.nutanix_citrix.citrix_catalog_image
extends_documentation_fragment:
  - euc.nutanix_citrix.citrix
  - euc.nutanix_citrix.attributes
  - euc.nutanix_citrix.attributes.info
"""

EXAMPLES = r"""
- name: Read all hosting units
  euc.nutanix_citrix.citrix_hosting_unit_info:
  register: units

- name: See whether a new image has arrived
  euc.nutanix_citrix.citrix_hosting_unit_info:
    name: AHV-01
    images: true
    bypass_cache: true
  register: unit
  until: "'ctx_Gold_2026.11.20-1' in unit.hosting_units[0].images | map(attribute='name')"
  retries: 10
  delay: 30
"""

RETURN = r"""
hosting_units:
  description: The hosting units, sorted by name.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: Id of the hosting unit.
      type: str
      returned: always
    name:
      description: Name of the hosting unit.
      type: str
      returned: always
    path:
      description: Its path.
      type: str
      returned: always
    region:
      description: The region that it leads to, empty where there is none or the site does not tell.
      type: str
      returned: always
    availability_zone:
      description: Its availability zone, empty where there is none or the site does not tell.
      type: str
      returned: always
    account:
      description: The subscription of Azure or the tenancy of Oracle that it leads to. Empty for other kinds; the
        account of AWS and of WorkSpaces Core is told by no site.
      type: str
      returned: always
    connection:
      description: Its hypervisor connection.
      type: dict
      returned: always
      contains:
        id:
          description: Id of the connection.
          type: str
          returned: always
        name:
          description: Name of the connection.
          type: str
          returned: always
        type:
          description: Its kind, such as V(Custom) for Nutanix or V(AmazonWorkSpacesCore).
          type: str
          returned: always
        plugin:
          description: Its plug-in, V(AcropolisFactory) for Prism Element.
          type: str
          returned: always
        addresses:
          description: Its addresses in the form of the plug-in.
          type: list
          returned: always
          elements: str
        zone:
          description: The name of its zone.
          type: str
          returned: always
        in_maintenance_mode:
          description: Whether it is in maintenance mode.
          type: bool
          returned: always
    machine_profiles:
      description: The VMs and versions of launch templates that are visible in it.
      type: list
      returned: when O(machine_profiles=true)
      elements: dict
      contains:
        name:
          description: Name.
          type: str
          returned: always
        path:
          description: Its path, as a machine profile is given.
          type: str
          returned: always
        type:
          description: V(Vm) or V(LaunchTemplateVersion).
          type: str
          returned: always
        id:
          description: Its id.
          type: str
          returned: always
    images:
      description: The images that are visible in it.
      type: list
      returned: when O(images=true)
      elements: dict
      contains:
        name:
          description: Name of the image.
          type: str
          returned: always
        path:
          description: Its path.
          type: str
          returned: always
        type:
          description: V(Template), V(Snapshot) or V(TemplateVersion).
          type: str
          returned: always
        id:
          description: Its id.
          type: str
          returned: always
  sample:
    - id: dddd0000-0000-4000-8000-000000000001
      name: AHV-01
      path: XDHyp:\HostingUnits\AHV-01
      region: ""
      availability_zone: ""
      account: ""
      connection:
        id: aaaa0000-0000-4000-8000-000000000001
        name: AHV-01-conn
        type: Custom
        plugin: AcropolisFactory
        addresses: [https://10.0.0.5:9440]
        zone: Primary
        in_maintenance_mode: false
      images:
        - name: ctx_Gold_2026.11.20-1
          path: XDHyp:\HostingUnits\AHV-01\ctx_Gold_2026.11.20-1.template
          type: Template
          id: 9d7e0000-0000-4000-8000-000000000001
"""

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import run_as_module
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.operations.citrix_hosting_unit_info import OPERATION


def main() -> None:
    run_as_module(OPERATION)


if __name__ == "__main__":
    main()
