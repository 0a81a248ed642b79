# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """Connection to a XenServer pool; mirrors clients/xenserver/client.py CONNECTION_ARGUMENTS."""

    DOCUMENTATION = r"""
options:
  xenserver_host:
    description:
      - The address of the pool, which is that of its master. A member names the master, which is asked then. If not
        set, the host variable C(xenserver_host) is used, else the environment variable E(XENSERVER_HOST).
    type: str
    required: true
  xenserver_port:
    description:
      - The port of XAPI. If not set, the host variable C(xenserver_port) is used, else the environment variable
        E(XENSERVER_PORT).
    type: int
    default: 443
  xenserver_username:
    description:
      - The account to log in with, V(root) for example. If not set, the host variable
        C(xenserver_username) is used, else the environment variable E(XENSERVER_USERNAME).
    type: str
    required: true
  xenserver_password:
    description:
      - The password of the account. If not set, the host variable C(xenserver_password) is used, else the environment
        variable E(XENSERVER_PASSWORD).
      - A refused password is not tried a second time in the same run.
    type: str
    required: true
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
        C(ca_path) is used, else the environment variable E(XENSERVER_CA_PATH).
    type: path
  read_timeout:
    description:
      - The number of seconds to wait for the answer to one request. Raise it for an endpoint that needs longer to
        answer. If not set, the host variable C(read_timeout) is used, else the environment variable
        E(XENSERVER_READ_TIMEOUT).
    type: int
    default: 60
requirements:
  - requests >= 2.31
  - XenAPI >= 24.11
attributes:
  action_group:
    description: Connection options can be set once for all modules of the group with C(module_defaults).
    support: full
    membership:
      - euc.nutanix_citrix.xenserver
"""
