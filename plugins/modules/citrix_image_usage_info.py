#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: citrix_image_usage_info
short_description: Read all references to images on a Citrix site
version_added: 1.0.0
description:
  - Reads every reference to an image on a Citrix DaaS or CVAD site. References are the current master image of each MCS
    catalog, every slot of its image history, its machine profile, the target of a running image update, and the images
    and machine profiles of all image versions (prepared images).
  - Use it before deleting an image. The module fails when it cannot read all references.
author:
  - The euc.nutanix_citrix engineers (@euc-nutanix-citrix)
options:
  images:
    description:
      - Return only references to images of these names. Names must be whole; case does not matter. Defaults to all
        references.
    type: list
    elements: str
notes:
  - The account needs the role Read Only Administrator. It does not see catalogs outside of its scope, so give it the
    scope All.
  - Image versions are read where the version of the site supports them.
  - The module sends one request for each catalog, for its history.
seealso:
  - module: euc.nutanix_citrix.image_retention_plan
  - module: euc.nutanix_citrix.citrix_catalog_info
extends_documentation_fragment:
  - euc.nutanix_citrix.citrix
  - euc.nutanix_citrix.attributes
  - euc.nutanix_citrix.attributes.info
"""

EXAMPLES = r"""
- name: Read everything that is in use
  euc.nutanix_citrix.citrix_image_usage_info:
  register: usage

- name: See who uses one image
  euc.nutanix_citrix.citrix_image_usage_info:
    images: [ctx_Gold_2026.10.16-1]
  register: october

- name: Tell it
  ansible.builtin.debug:
    msg: "{{ october.references | map(attribute='of') | unique | join(', ') }}"
"""

RETURN = r"""
site:
  description: The site's C(id), C(name), C(product_version), C(api_version) and C(licensing_model).
  returned: success
  type: dict
  sample:
    id: 0f7c6a0e-0000-4000-8000-000000000001
    name: cloudxdsite
    product_version: "7.45"
    api_version: 126
    licensing_model: UserDevice
references:
  description: The references, sorted by the object that they belong to.
  returned: success
  type: list
  elements: dict
  contains:
    kind:
      description: V(master image), V(prepared image), V(history), V(machine profile), V(image update) or
        V(image version).
      type: str
      returned: always
    of:
      description: The full name of the catalog, or the image definition and version.
      type: str
      returned: always
    names:
      description: All image names that the reference may mean. Which of them is the snapshot depends on the hypervisor
        plug-in.
      type: list
      elements: str
      returned: always
    path:
      description: The reference as the site writes it.
      type: str
      returned: always
    hosting_unit:
      description: Name of the hosting unit.
      type: str
      returned: always
    rank:
      description:
        - The position of a history slot, V(1) for the one that the next roll-back leads to. Null when it cannot be
          determined, and for references that are no history slot.
      type: int
      returned: always
  sample:
    - kind: master image
      of: Prod/W11-Pool
      names: [ctx_Gold_2026.10.16-1, ctx_Gold_2026.10.16-1.template]
      path: XDHyp:\HostingUnits\AHV-01\ctx_Gold_2026.10.16-1.template
      hosting_unit: AHV-01
      rank: null
catalogs:
  description: All catalogs, each with C(id), C(name), C(folder), C(full_name), C(image) (null, or C(name) and C(path))
    and C(update_running).
  returned: success
  type: list
  elements: dict
  sample:
    - id: c0ffee00-0000-4000-8000-000000000001
      name: W11-Pool
      folder: Prod
      full_name: Prod/W11-Pool
      image:
        name: ctx_Gold_2026.10.16-1
        path: XDHyp:\HostingUnits\AHV-01\ctx_Gold_2026.10.16-1.template
      update_running: false
image_definitions:
  description: The number of image definitions. Null on a site whose version does not support them.
  returned: success
  type: int
  sample: 0
"""

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import run_as_module
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.operations.citrix_image_usage_info import OPERATION


def main() -> None:
    run_as_module(OPERATION)


if __name__ == "__main__":
    main()
