#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: citrix_site_info
short_description: Read the version, zones and own account of a Citrix site
version_added: 1.0.0
description:
  - Reads what a Citrix DaaS or CVAD site reports about itself, and its zones.
  - It is also the cheapest test of address, customer and credentials.
author:
  - The euc.nutanix_citrix engineers (@euc-nutanix-citrix)
notes:
  - The account needs the role Read Only Administrator.
extends_documentation_fragment:
  - euc.nutanix_citrix.citrix
  - euc.nutanix_citrix.attributes
  - euc.nutanix_citrix.attributes.info
"""

EXAMPLES = r"""
- name: Read the DaaS site
  euc.nutanix_citrix.citrix_site_info:
    hostname: api-eu.cloud.com
    customer_id: acme123
    client_id: 5f1b6f0e-1111-4222-8333-444455556666
    client_secret: "{{ vault_citrix_client_secret }}"
  register: daas

- name: Read the site on premises
  euc.nutanix_citrix.citrix_site_info:
    hostname: ddc.example.com
    client_id: CORP\svc_ansible
    client_secret: "{{ vault_citrix_password }}"
    ca_path: /etc/pki/corp.pem
  register: cvad
"""

RETURN = r"""
site:
  description: The site.
  returned: success
  type: dict
  contains:
    id:
      description: Id of the site.
      type: str
      returned: always
    name:
      description: Name of the site, V(cloudxdsite) on DaaS.
      type: str
      returned: always
    product_version:
      description: The version of the product as the site counts it, such as V(7.41).
      type: str
      returned: always
    api_version:
      description: The OrchestationApiVersion of the site, which decides which features it has.
      type: int
      returned: always
    licensing_model:
      description: The licensing model.
      type: str
      returned: always
    customer_id:
      description: The customer who owns the site, V(CitrixOnPremises) on premises.
      type: str
      returned: always
    is_cloud:
      description: Whether it is a Citrix DaaS site.
      type: bool
      returned: always
    administrator:
      description: The account that the module logged in with.
      type: str
      returned: always
    zones:
      description: The zones.
      type: list
      returned: always
      elements: dict
      contains:
        id:
          description: Id of the zone.
          type: str
          returned: always
        name:
          description: Name of the zone.
          type: str
          returned: always
        primary:
          description: Whether it is the primary zone.
          type: bool
          returned: always
        healthy:
          description: Whether the site reports the zone as healthy. Null when it does not report it.
          type: bool
          returned: always
  sample:
    id: 0f7c6a0e-0000-4000-8000-000000000001
    name: cloudxdsite
    product_version: "7.45"
    api_version: 125
    licensing_model: UserDevice
    customer_id: acme123
    is_cloud: true
    administrator: ansible
    zones:
      - id: 00000000-0000-0000-0000-000000000000
        name: Primary
        primary: true
        healthy: true
"""

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import run_as_module
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.operations.citrix_site_info import OPERATION


def main() -> None:
    run_as_module(OPERATION)


if __name__ == "__main__":
    main()
