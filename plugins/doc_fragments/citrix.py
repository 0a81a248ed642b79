# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """Connection to a Citrix site, mirrors clients/citrix/client.py CONNECTION_ARGUMENTS; and options that several
    Citrix modules share."""

    DOCUMENTATION = r"""
options:
  hostname:
    description:
      - On premises, the address of a delivery controller; required there.
      - For Citrix DaaS, the API host of the region. Defaults to V(api.cloud.com). The other hosts are
        V(api-us.cloud.com), V(api-eu.cloud.com), V(api-ap-s.cloud.com) and V(api.citrixcloud.jp).
      - A port may follow, as in V(ddc.example.com:8443).
      - If not set, the host variable C(citrix_hostname) is used, else the environment variable E(CITRIX_HOSTNAME).
    type: str
  trust_hostname:
    description:
      - The host that issues tokens for Citrix DaaS, if it differs from O(hostname). Not used on premises.
      - If not set, the host variable C(citrix_trust_hostname) is used, else the environment variable
        E(CITRIX_TRUST_HOSTNAME).
    type: str
  customer_id:
    description:
      - The Citrix Cloud customer id. V(CitrixOnPremises) stands for a CVAD site on premises.
      - If not set, the host variable C(citrix_customer_id) is used, else the environment variable
        E(CITRIX_CUSTOMER_ID).
    type: str
    default: CitrixOnPremises
  client_id:
    description:
      - The id of an API client (service principal) of Citrix Cloud. On premises, an account as V(DOMAIN\\user).
      - If not set, the host variable C(citrix_client_id) is used, else the environment variable E(CITRIX_CLIENT_ID).
    type: str
    required: true
  client_secret:
    description:
      - The secret of the API client. On premises, the password of the account.
      - Refused credentials are never tried a second time.
      - If not set, the host variable C(citrix_client_secret) is used, else the environment variable
        E(CITRIX_CLIENT_SECRET).
    type: str
    required: true
  site:
    description:
      - The name or id of the site. Required only when the customer has several sites.
      - If not set, the host variable C(citrix_site) is used.
    type: str
  api_root:
    description:
      - The path of the REST API on O(hostname).
      - If not set, the host variable C(citrix_api_root) is used.
    type: str
    default: /cvad/manage
  validate_certs:
    description:
      - Whether to require a trusted TLS certificate. If not set, the host variable C(validate_certs) is used, else the
        environment variable E(VALIDATE_CERTS).
      - Set O(ca_path) rather than switching this off. Without validation the secret goes to whatever host answers.
    type: bool
    default: true
  ca_path:
    description:
      - A file with the certificates of the authorities to trust instead of the system's. If not set, the host variable
        C(ca_path) is used, else the environment variable E(CITRIX_CA_PATH).
    type: path
  read_timeout:
    description:
      - The number of seconds to wait for the answer to one request. Raise it for an endpoint that needs longer to
        answer. If not set, the host variable C(read_timeout) is used, else the environment variable
        E(CITRIX_READ_TIMEOUT).
    type: int
    default: 120
requirements:
  - requests >= 2.31
attributes:
  action_group:
    description: Connection options can be set once for all modules of the group with C(module_defaults).
    support: full
    membership:
      - euc.nutanix_citrix.citrix
"""

    # Mirrors clients/citrix/catalogs.py SELECTOR_ARGUMENTS, for modules whose catalogs need nothing more
    CATALOGS = r"""
options:
  catalogs:
    description:
      - The machine catalogs to work on.
    type: list
    elements: dict
    suboptions:
      name:
        description:
          - The whole name of the catalog. Case does not matter.
        type: str
      folder:
        description:
          - The folder of the catalog, with V(/) or V(|) between its levels. An empty string is the root.
          - Required when several folders have a catalog of this name.
        type: str
      id:
        description:
          - The id of the catalog, instead of O(catalogs[].name) and O(catalogs[].folder).
        type: str
"""

    # Mirrors procedures/citrix/image_updates.py REBOOT_ARGUMENTS
    REBOOT = r"""
options:
  reboot:
    description:
      - When machines restart to take the image, and how their users are warned. By default each machine takes it at its
        next shutdown.
      - Machines of persistent catalogs keep their disks. Only machines that are created later get the image.
    type: dict
    suboptions:
      within_minutes:
        description:
          - V(-1) waits for the next shutdown of each machine, V(0) restarts all machines at once, and any other number
            spreads the restarts over that many minutes.
        type: int
        default: -1
      warning_minutes:
        description:
          - How many minutes before the restart to warn users. V(0) gives no warning. With O(reboot.within_minutes=-1)
            only V(0) and V(-1) are possible; V(-1) warns at once.
        type: int
        default: 0
      warning_title:
        description:
          - The title of the warning.
        type: str
      warning_message:
        description:
          - The text of the warning. Required for a warning. C(%m%) stands for the minutes left.
        type: str
      warning_repeat_minutes:
        description:
          - The number of minutes after which the warning is repeated. V(0) never repeats it.
        type: int
        default: 0
"""

    # Mirrors procedures/citrix/image_updates.py UPDATE_ARGUMENTS, but for `reboot`
    UPDATES = r"""
options:
  concurrency:
    description:
      - How many catalogs to move at the same time. Each one keeps the site and its hypervisor busy for a while.
    type: int
    default: 8
  bypass_cache:
    description:
      - Whether to bypass the inventory cache of the site at once when looking for the image. If V(false), the cache is
        bypassed only when it does not show the image.
    type: bool
    default: true
"""
