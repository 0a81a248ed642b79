#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: pe_protection_domain_schedule
short_description: Make sure that a protection domain is replicated
version_added: 1.0.0
description:
  - Adds a recurring schedule to a protection domain unless it has one that replicates to the same remote sites at least
    as often, through Prism Element, REST API v2.0.
  - A protection domain that was failed over has no schedule that replicates back. Without one its VMs are not protected
    and cannot be migrated back.
  - Never changes or removes a schedule. Suspended schedules are an error, because nothing is replicated then.
author:
  - The euc.nutanix_citrix engineers (@euc-nutanix-citrix)
notes:
  - The account needs the role Cluster Admin on the cluster. Viewer is enough in check mode.
options:
  name:
    description:
      - The exact name of the protection domain. It must be active on this cluster.
    type: str
    required: true
  remote_sites:
    description:
      - The remote sites to replicate to, by the names that this cluster gives them. At least one is required.
      - May be omitted when the cluster has exactly one remote site.
    type: list
    elements: str
  type:
    description:
      - The unit of O(every_nth).
    type: str
    choices: [MINUTELY, HOURLY, DAILY]
    default: HOURLY
  every_nth:
    description:
      - The number of minutes, hours or days between two snapshots.
    type: int
    default: 1
  keep_local:
    description:
      - How many snapshots of the new schedule to keep on this cluster.
    type: int
    default: 2
  keep_remote:
    description:
      - How many snapshots of the new schedule to keep at each remote site.
    type: int
    default: 2
extends_documentation_fragment:
  - euc.nutanix_citrix.prism_element
  - euc.nutanix_citrix.attributes
seealso:
  - module: euc.nutanix_citrix.pe_protection_domain_failover
  - module: euc.nutanix_citrix.pe_protection_domain_info
"""

EXAMPLES = r"""
- name: Protect the desktops on the cluster that took over
  euc.nutanix_citrix.pe_protection_domain_schedule:
    nutanix_host: cluster-b.example.com
    nutanix_username: svc_ansible
    nutanix_password: "{{ vault_nutanix_password }}"
    name: PD-W11
    remote_sites: [CLUSTER-A]
    type: HOURLY

- name: Replicate every 15 minutes to the only remote site
  euc.nutanix_citrix.pe_protection_domain_schedule:
    nutanix_host: cluster-b.example.com
    nutanix_username: svc_ansible
    nutanix_password: "{{ vault_nutanix_password }}"
    name: PD-W11
    type: MINUTELY
    every_nth: 15
    keep_remote: 8
"""

RETURN = r"""
name:
  description: The name of the protection domain.
  returned: success
  type: str
schedule:
  description: The schedule that meets the request, either an existing one or the new one.
  returned: success
  type: dict
  contains:
    type:
      description: The unit of C(every_nth).
      type: str
      returned: always
    every_nth:
      description: The number of these units between two snapshots.
      type: int
      returned: always
    keep_local:
      description: How many snapshots are kept on this cluster. Null when the schedule does not say.
      type: int
      returned: always
    keep_remote:
      description: How many snapshots are kept at each remote site, by its name.
      type: dict
      returned: always
    app_consistent:
      description: Whether its snapshots are application-consistent.
      type: bool
      returned: always
    suspended:
      description: Whether it is suspended.
      type: bool
      returned: always
"""

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import run_as_module
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.operations.pe_protection_domain_schedule import (
    OPERATION,
)


def main() -> None:
    run_as_module(OPERATION)


if __name__ == "__main__":
    main()
