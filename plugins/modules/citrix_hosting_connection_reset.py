#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: citrix_hosting_connection_reset
short_description: Let a site look at its hypervisors anew and wait until it knows the power states
version_added: 0.1.0
description:
  - Resets hypervisor connections of a Citrix DaaS or CVAD site, twice, and waits until the power states of the machines
    are known.
  - A machine that was re-hosted has no known power state until the site has looked at the hypervisor again, by itself
    within five to ten minutes, after a reset within one. V(Unknown) and V(Unavailable) count as not known.
  - A connection of which all power states are known is left alone unless O(force=true).
  - The reset itself happens a moment later than the answer, and the first may still meet what was there before. This is
    why it is done a second time, as the vendor's own script for disaster recovery does.
  - A connection in maintenance mode is refused, since the site does not use it. A fault is told and does not stop the
    reset, which may end it.
author:
  - The euc.nutanix_citrix engineers (@euc-nutanix-citrix)
options:
  names:
    description:
      - Names or ids of the connections, whole and without regard to case. With an empty list nothing is done.
    type: list
    elements: str
    required: true
  force:
    description:
      - Whether to reset although all power states are known. Give it after the hosting of machines was changed, since a
        state that is known may be an old one.
    type: bool
    default: false
  always_twice:
    description:
      - Whether the second reset is done in any case. Otherwise only for connections of which some power state is still
        not known after the first.
    type: bool
    default: true
  settle_timeout:
    description:
      - How many seconds there are at most between the two resets. The second is done as soon as all power states are
        known. Where they were known before, nothing can be seen of the first reset, and the whole time is waited.
    type: int
    default: 30
notes:
  - The machines that are looked at are those of the connections, narrowed by the options that choose machines. Without
    any of these all machines of the site are read once, and a machine whose power state will never be known keeps the
    task waiting.
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
    details: With O(force=true) every run resets.
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
      description: Its type in the site's words, V(Custom) for Nutanix.
      type: str
      returned: always
    addresses:
      description: Its addresses in the plug-in's own form.
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
      description: Whether it is in maintenance mode. The site does not use it then.
      type: bool
      returned: always
    fault:
      description: What is wrong with it, null when nothing is.
      type: dict
      returned: always
      contains:
        state:
          description: State of the fault in the site's words.
          type: str
          returned: always
        reason:
          description: Why, in the site's words.
          type: str
          returned: always
    machines:
      description: Number of its machines that were looked at.
      type: int
      returned: always
    resets:
      description: How often it was reset.
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
  description: Number of all machines that were looked at.
  returned: when the site could be asked
  type: int
  sample: 200
power_unknown:
  description: Names of the machines whose power state is not known, in the end or in check mode now.
  returned: when the site could be asked
  type: list
  elements: str
  sample: ['CORP\W11-017']
vm_not_found:
  description: Names of the machines whose VM the hypervisor does not know. Their hosting is wrong, or the VM is lost.
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
