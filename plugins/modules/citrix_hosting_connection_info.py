#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: citrix_hosting_connection_info
short_description: Read hypervisor connections with zone, maintenance mode and fault
version_added: 1.0.0
description:
  - Reads the hypervisor connections (hosting connections) of a Citrix DaaS or CVAD site.
author:
  - The euc.nutanix_citrix engineers (@euc-nutanix-citrix)
options:
  names:
    description:
      - The names or ids of the connections. Names must be whole; case does not matter. Defaults to all. A connection
        that does not exist is an error.
    type: list
    elements: str
  hosting_units:
    description:
      - Whether to read the names of the hosting units of each connection as well. This takes one more request for each
        connection.
    type: bool
    default: false
notes:
  - The account needs the role Read Only Administrator.
seealso:
  - module: euc.nutanix_citrix.citrix_hosting_unit_info
  - module: euc.nutanix_citrix.citrix_hosting_connection_reset
extends_documentation_fragment:
  - euc.nutanix_citrix.citrix
  - euc.nutanix_citrix.attributes
  - euc.nutanix_citrix.attributes.info
"""

EXAMPLES = r"""
- name: Read all hypervisor connections
  euc.nutanix_citrix.citrix_hosting_connection_info:
  register: hosting

- name: Insist that the connection to the surviving cluster can be used
  euc.nutanix_citrix.citrix_hosting_connection_info:
    names:
      - AHV-DR-conn
    hosting_units: true
  register: dr
  failed_when: dr.connections[0].in_maintenance_mode or dr.connections[0].fault is not none
"""

RETURN = r"""
connections:
  description: The connections, sorted by name.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: Id of the connection.
      type: str
      returned: always
    name:
      description: Name of the connection.
      type: str
      returned: always
    plugin:
      description: Its plug-in, V(AcropolisFactory) for Prism Element.
      type: str
      returned: always
    connection_type:
      description: Its type in the words of the site, V(Custom) for Nutanix.
      type: str
      returned: always
    addresses:
      description: Its addresses in the form of the plug-in.
      type: list
      elements: str
      returned: always
    zone:
      description: Its zone.
      type: dict
      returned: always
      contains:
        id:
          description: Id of the zone.
          type: str
          returned: always
        name:
          description: Name of the zone.
          type: str
          returned: always
    in_maintenance_mode:
      description: Whether it is in maintenance mode. The site does not use a connection in maintenance mode.
      type: bool
      returned: always
    fault:
      description: The fault of the connection. Null when it has none.
      type: dict
      returned: always
      contains:
        state:
          description: The state of the fault in the words of the site.
          type: str
          returned: always
        reason:
          description: The reason of the fault in the words of the site.
          type: str
          returned: always
    hosting_units:
      description: The names of its hosting units, sorted.
      type: list
      elements: str
      returned: when O(hosting_units=true)
  sample:
    - id: aaaa0000-0000-4000-8000-000000000001
      name: AHV-DR-conn
      plugin: AcropolisFactory
      connection_type: Custom
      addresses: [https://10.0.0.5:9440]
      zone:
        id: 00000000-0000-0000-0000-000000000000
        name: Primary
      in_maintenance_mode: false
      fault: null
      hosting_units: [AHV-DR]
"""

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import run_as_module
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.operations.citrix_hosting_connection_info import (
    OPERATION,
)


def main() -> None:
    run_as_module(OPERATION)


if __name__ == "__main__":
    main()
