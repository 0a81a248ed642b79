#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: ips_credential
short_description: Keep a credential in the wallet of Citrix Image Portability
version_added: 1.0.0
description:
  - Puts a credential for a hypervisor, a cloud or an SMB share into the wallet of the Image Portability service, or
    removes it. Jobs refer to it by O(id).
  - A secret can never be read back, so that nobody knows whether it differs. O(update_secret) says what to do then.
author:
  - The euc.nutanix_citrix engineers (@euc-nutanix-citrix)
options:
  id:
    description:
      - The id of the credential, which jobs refer to.
    type: str
    required: true
  state:
    description:
      - Whether it is to be there.
      - One that a running job uses is not removed, as far as the list of jobs tells what they use. The task fails.
    type: str
    choices: [present, absent]
    default: present
  type:
    description:
      - What it is for. V(UsernamePassword) is for XenServer, vCenter, Nutanix AHV and SMB shares. Required with
        O(state=present).
    type: str
    choices: [UsernamePassword, Azure, Aws, Gcp]
  username:
    description:
      - The user of O(type=UsernamePassword).
    type: str
  password:
    description:
      - The password of O(type=UsernamePassword).
    type: str
  domain:
    description:
      - The domain of the user.
    type: str
  azure:
    description:
      - A service principal of Azure.
    type: dict
    suboptions:
      tenant_id:
        description: The tenant.
        type: str
        required: true
      client_id:
        description: The id of the application.
        type: str
        required: true
      client_secret:
        description: Its secret.
        type: str
        required: true
  aws:
    description:
      - An access key of AWS.
    type: dict
    suboptions:
      access_key_id:
        description: The id of the key.
        type: str
        required: true
      secret_access_key:
        description: The key.
        type: str
        required: true
      session_token:
        description: The token of a session.
        type: str
  gcp:
    description:
      - A service account of Google Cloud.
    type: dict
    suboptions:
      service_account_key:
        description: The content of its key file, in JSON.
        type: str
        required: true
  data:
    description:
      - Keys of the request's body, put over those that this module writes. Only those of O(type=UsernamePassword) were
        ever read in the vendor's documents.
    type: dict
  update_secret:
    description:
      - V(always) writes the secret in each run, which is a change each time. V(on_create) writes it when the credential
        is made.
    type: str
    choices: [always, on_create]
    default: on_create
  replace_type:
    description:
      - Whether to delete a credential of this O(id) and another type, and make it anew. Otherwise the task fails.
    type: bool
    default: false
extends_documentation_fragment:
  - euc.nutanix_citrix.image_portability
  - euc.nutanix_citrix.attributes
seealso:
  - module: euc.nutanix_citrix.ips_credential_info
  - module: euc.nutanix_citrix.ips_export
"""

EXAMPLES = r"""
- name: Let the service write to the share
  euc.nutanix_citrix.ips_credential:
    id: files
    type: UsernamePassword
    username: svc_images
    password: "{{ vault_images_password }}"
    domain: CORP

- name: Rotate the secret of the service principal
  euc.nutanix_citrix.ips_credential:
    id: azure
    type: Azure
    azure:
      tenant_id: "{{ azure_tenant }}"
      client_id: "{{ azure_client }}"
      client_secret: "{{ vault_azure_secret }}"
    update_secret: always
"""

RETURN = r"""
credential:
  description: The credential without its secret. V(null) when it is absent.
  returned: success
  type: dict
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
      returned: outside check mode
    created_at:
      description: When it was created.
      type: str
      returned: outside check mode
    updated_at:
      description: When it was last changed.
      type: str
      returned: outside check mode
"""

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import run_as_module
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.operations.ips_credential import OPERATION


def main() -> None:
    run_as_module(OPERATION)


if __name__ == "__main__":
    main()
