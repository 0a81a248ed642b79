# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """Connection to a Citrix site, mirrors citrix/client.py CONNECTION_ARGUMENTS; and options that several Citrix
    modules share."""

    DOCUMENTATION = r"""
options:
  hostname:
    description:
      - On premises the address of a delivery controller, which must be given. For Citrix DaaS the region's API host,
        V(api.cloud.com) if not set; others are V(api-us.cloud.com), V(api-eu.cloud.com), V(api-ap-s.cloud.com) and
        V(api.citrixcloud.jp).
      - A port may follow, as in V(ddc.example.com:8443).
      - If not set, the host variable C(citrix_hostname) is used, else the environment variable E(CITRIX_HOSTNAME).
    type: str
  trust_hostname:
    description:
      - Host that gives out tokens for Citrix DaaS, if it is not O(hostname). Not used on premises.
      - If not set, the host variable C(citrix_trust_hostname) is used, else the environment variable
        E(CITRIX_TRUST_HOSTNAME).
    type: str
  customer_id:
    description:
      - Citrix Cloud customer id. V(CitrixOnPremises) stands for a CVAD site on premises.
      - If not set, the host variable C(citrix_customer_id) is used, else the environment variable
        E(CITRIX_CUSTOMER_ID).
    type: str
    default: CitrixOnPremises
  client_id:
    description:
      - Id of an API client (service principal) of Citrix Cloud, or on premises an account as V(DOMAIN\\user).
      - If not set, the host variable C(citrix_client_id) is used, else the environment variable E(CITRIX_CLIENT_ID).
    type: str
    required: true
  client_secret:
    description:
      - Secret of the API client, or on premises the password of the account.
      - Refused credentials are never tried a second time.
      - If not set, the host variable C(citrix_client_secret) is used, else the environment variable
        E(CITRIX_CLIENT_SECRET).
    type: str
    required: true
  site:
    description:
      - Name or id of the site, needed only when the customer has several.
      - If not set, the host variable C(citrix_site) is used.
    type: str
  api_root:
    description:
      - Path of the REST API on O(hostname). If not set, the host variable C(citrix_api_root) is used.
    type: str
    default: /cvad/manage
  validate_certs:
    description:
      - Whether the TLS certificate must be trusted.
        If not set, the host variable C(validate_certs) is used, else the environment variable E(VALIDATE_CERTS).
      - Give O(ca_path) rather than switching this off. Who answers gets the secret.
    type: bool
    default: true
  ca_path:
    description:
      - File with the certificates of the authorities to trust instead of the system's.
        If not set, the host variable C(ca_path) is used, else the environment variable E(CITRIX_CA_PATH).
    type: path
  read_timeout:
    description:
      - Seconds that one request may take to be answered. Raise it for an endpoint whose lists take longer.
        If not set, the host variable C(read_timeout) is used, else the environment variable E(CITRIX_READ_TIMEOUT).
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

    # Mirrors citrix/catalogs.py SELECTOR_ARGUMENTS, for modules whose catalogs need nothing more
    CATALOGS = r"""
options:
  catalogs:
    description:
      - The machine catalogs that are meant.
    type: list
    elements: dict
    suboptions:
      name:
        description:
          - Name of the catalog, whole and without regard to case.
        type: str
      folder:
        description:
          - Folder that the catalog stands in, its levels separated by V(/) or V(|). An empty text is the root.
          - Needed where catalogs of one name stand in several folders.
        type: str
      id:
        description:
          - Id of the catalog, instead of O(catalogs[].name) and O(catalogs[].folder).
        type: str
"""

    # Mirrors citrix/image_updates.py REBOOT_ARGUMENTS
    REBOOT = r"""
options:
  reboot:
    description:
      - When machines restart to take up the image, and how their users are warned. By default each does so at its next
        shutdown.
      - Machines of persistent catalogs keep their disks. There only new machines get the image.
    type: dict
    suboptions:
      within_minutes:
        description:
          - V(-1) leaves it to the next shutdown, V(0) restarts all at once, any other number spreads the restarts over
            so many minutes.
        type: int
        default: -1
      warning_minutes:
        description:
          - How long before the restart users are warned, V(0) for no warning. With O(reboot.within_minutes=-1) only
            V(0) and V(-1), which warns at once, are possible.
        type: int
        default: 0
      warning_title:
        description:
          - Title of the warning.
        type: str
      warning_message:
        description:
          - Text of the warning, needed for a warning. C(%m%) stands for the minutes left.
        type: str
      warning_repeat_minutes:
        description:
          - After how many minutes the warning is repeated, V(0) for never.
        type: int
        default: 0
"""
