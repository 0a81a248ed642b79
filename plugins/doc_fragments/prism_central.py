# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """Connection to a Prism Central; mirrors clients/prism_central/client.py CONNECTION_ARGUMENTS."""

    DOCUMENTATION = r"""
options:
  nutanix_host:
    description:
      - The address of the Prism Central. If not set, the host variable C(nutanix_host) is used, else the environment
        variable E(NUTANIX_HOST).
    type: str
    required: true
  nutanix_port:
    description:
      - The port of the Prism Central. If not set, the host variable C(nutanix_port) is used, else the environment
        variable E(NUTANIX_PORT).
    type: int
    default: 9440
  nutanix_username:
    description:
      - The account to log in with, as V(user@domain) for a directory account. If not set, the host variable
        C(nutanix_username) is used, else the environment variable E(NUTANIX_USERNAME).
      - Either this and O(nutanix_password) or O(nutanix_api_key) is required.
    type: str
  nutanix_password:
    description:
      - The password of the account. If not set, the host variable C(nutanix_password) is used, else the environment
        variable E(NUTANIX_PASSWORD).
      - A refused password is never tried a second time, because accounts get locked.
    type: str
  nutanix_api_key:
    description:
      - The API key of a service account, used instead of user name and password even if these are set as well. If not
        set, the host variable C(nutanix_api_key) is used, else the environment variable E(NUTANIX_API_KEY). A task that
        sets O(nutanix_password) uses neither.
      - Prism Central does not accept API keys for the replication of recovery points.
    type: str
  api_version:
    description:
      - The highest version of the API to use, for example V(v4.0). By default, each part of the API is asked for its
        version. If not set, the host variable C(nutanix_api_version) is used, else the environment variable
        E(NUTANIX_API_VERSION).
    type: str
  validate_certs:
    description:
      - Whether to require a trusted TLS certificate. If not set, the host variable C(validate_certs) is used, else the
        environment variable E(VALIDATE_CERTS).
      - Set O(ca_path) rather than switching this off. Without validation the password goes to whatever host answers.
    type: bool
    default: true
  ca_path:
    description:
      - A file with the certificates of the authorities to trust instead of the system's. If not set, the host variable
        C(ca_path) is used, else the environment variable E(NUTANIX_CA_PATH).
    type: path
  read_timeout:
    description:
      - The number of seconds to wait for the answer to one request. Raise it for an endpoint that needs longer to
        answer. If not set, the host variable C(read_timeout) is used, else the environment variable
        E(NUTANIX_READ_TIMEOUT).
    type: int
    default: 60
requirements:
  - requests >= 2.31
attributes:
  action_group:
    description: Connection options can be set once for all modules of the group with C(module_defaults).
    support: full
    membership:
      - euc.nutanix_citrix.prism_central
"""
