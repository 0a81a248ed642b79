#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: citrix_hosting_connection_reset
short_description: Reset hypervisor connections and wait until power states are known
version_added: 1.0.0
description:
  - Resets hypervisor connections of a Citrix DaaS or CVAD site, twice, and waits until the power states of the machines
    are known.
  - A machine that was re-hosted has no known power state until the site has looked at the hypervisor again. The site
    does so by itself within five to ten minutes, and after a reset within one minute. V(Unknown) and V(Unavailable)
    count as not known.
  - A connection whose machines all have a known power state is left alone unless O(force=true).
  - The reset happens a moment later than the answer, and the first reset may still see the state before the change.
    This is why it is repeated, as the vendor's own script for disaster recovery does.
  - A connection in maintenance mode is an error, because the site does not use it. A fault is reported and does not
    prevent the reset, which may end it.
author:
  - The euc.nutanix_citrix engineers (@euc-nutanix-citrix)
options:
  names:
    description:
      - The names or ids of the connections. Names must be whole; case does not matter. An empty list does nothing.
    type: list
    elements: str
    required: true
  force:
    description:
      - Whether to reset although all power states are known. Use it after the hosting of machines was changed, because
        a known state may be an old one.
    type: bool
    default: false
  always_twice:
    description:
      - Whether to reset a second time in any case. If V(false), only connections with machines whose power state is
        still unknown are reset again.
    type: bool
    default: true
  settle_timeout:
    description:
      - The largest number of seconds between the two resets. The second reset follows as soon as all power states are
        known. Where they were known before, the effect of the first reset cannot be seen, and the task waits for the
        whole time.
    type: int
    default: 30
notes:
  - The task watches the machines of the connections, narrowed by the options that select machines. Without any of these
    options it reads all machines of the site once, and a machine whose power state never becomes known keeps the task
    waiting.
  - The account needs the role Host Administrator, or Full Administrator.
seealso:
  - module: euc.nutanix_citrix.citrix_hosting_connection_info
  - module: euc.nutanix_citrix.citrix_machine_proof
extends_documentation_fragment:
  - euc.nutanix_citrix.citrix
  - euc.nutanix_citrix.machine_scope
  - euc.nutanix_citrix.waiting
  - euc.nutanix_citrix.attributes
attributes:
  idempotent:
    support: partial
    details: With O(force=true), every run resets.
"""

EXAMPLES = r"""
- name: Let the site find out about machines that were re-hosted
  euc.nutanix_citrix.citrix_hosting_connection_reset:
    names:
      - AHV-DR-conn
    catalogs:
      - name: W11-Persistent
    force: "{{ rehosted is changed }}"
    wait_timeout: 900

- name: Reset once, and a second time only where that was not enough
  euc.nutanix_citrix.citrix_hosting_connection_reset:
    names:
      - AHV-01-conn
      - AHV-02-conn
    always_twice: false
"""

RETURN = r"""
connections:
  description: The connections.
  returned: when the site could be asked
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
    machines:
      description: The number of its machines that were watched.
      type: int
      returned: always
    resets:
      description: The number of times it was reset.
      type: int
      returned: always
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
      machines: 200
      resets: 2
machines:
  description: The number of all machines that were watched.
  returned: when the site could be asked
  type: int
  sample: 200
power_unknown:
  description: The names of the machines whose power state is unknown at the end, or now in check mode.
  returned: when the site could be asked
  type: list
  elements: str
  sample: ['CORP\W11-017']
vm_not_found:
  description: The names of the machines whose VM the hypervisor does not know. Either their hosting is wrong or the VM
    is lost.
  returned: when the site could be asked
  type: list
  elements: str
  sample: []
timeline:
  description: The steps of the work.
  returned: when something was reset
  type: list
  elements: dict
  sample:
    - phase: reset
      started: "2026-11-20T23:33:00.125Z"
      finished: "2026-11-20T23:34:10.250Z"
      failed: false
"""

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import run_as_module
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.operations.citrix_hosting_connection_reset import (
    OPERATION,
)


def main() -> None:
    run_as_module(OPERATION)


if __name__ == "__main__":
    main()
