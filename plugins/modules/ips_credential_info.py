#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: ips_credential_info
short_description: Read the credential wallet of Citrix Image Portability
version_added: 1.0.0
description:
  - Reads which credentials the Image Portability service of Citrix Cloud has. It never tells what is secret in them.
author:
  - The euc.nutanix_citrix engineers (@euc-nutanix-citrix)
options:
  id:
    description:
      - The id of one credential.
    type: str
  type:
    description:
      - Only credentials of this type.
    type: str
    choices: [UsernamePassword, Azure, Aws, Gcp]
extends_documentation_fragment:
  - euc.nutanix_citrix.image_portability
  - euc.nutanix_citrix.attributes
  - euc.nutanix_citrix.attributes.info
seealso:
  - module: euc.nutanix_citrix.ips_credential
"""

EXAMPLES = r"""
- name: Which credentials there are
  euc.nutanix_citrix.ips_credential_info:
  register: wallet
"""

RETURN = r"""
credentials:
  description: The credentials, sorted by id.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: The id.
      type: str
      returned: always
    type:
      description: The type.
      type: str
      returned: always
    state:
      description: What the service says of it.
      type: str
      returned: always
    created_at:
      description: When it was created.
      type: str
      returned: always
    updated_at:
      description: When it was last changed.
      type: str
      returned: always
"""

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import run_as_module
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.operations.ips_credential_info import OPERATION


def main() -> None:
    run_as_module(OPERATION)


if __name__ == "__main__":
    main()
