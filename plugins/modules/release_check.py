#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: release_check
short_description: Check the operator input of a release before anything is read
version_added: 1.0.0
description:
  - The first task of every playbook about images. Reports every invalid input at once, such as empty groups, a catalog
    of an unknown cluster, a wave that does not exist, a window that is no point in time, a text instead of a
    dictionary, or a report path that cannot be written.
  - Gives the run a name, by which later parts distinguish the facts of this run from those that an earlier run in the
    same playbook left behind.
  - Sends no requests and writes nothing.
author:
  - The euc.nutanix_citrix engineers (@euc-nutanix-citrix)
options:
  job:
    description: The kind of the run.
    type: str
    required: true
    choices:
      - release
      - preflight
      - rollout
      - rollback
      - retention
      - lineage
      - estate
      - prepared_release
      - prepared_retirement
      - portability
      - xenserver_sync
      - xenserver_retirement
  clusters:
    description: The hosts of the inventory group C(prism_elements).
    type: list
    elements: str
    default: []
  sites:
    description: The hosts of the inventory group C(citrix_sites).
    type: list
    elements: str
    default: []
  pools:
    description: The inventory hosts of the group C(xenserver_pools).
    type: list
    elements: str
    default: []
  centrals:
    description: The inventory hosts of the group C(prism_centrals).
    type: list
    elements: str
    default: []
  targets:
    description: The inventory hosts of the group C(image_portability_targets).
    type: list
    elements: str
    default: []
  taking_part:
    description: The hosts that C(--limit) includes and that have not failed in the playbook already.
    type: list
    elements: str
    default: []
  variables:
    description:
      - The variables of each of these hosts, by name. The filter P(euc.nutanix_citrix.variables_of_hosts#filter)
        collects them.
      - If empty, only groups and C(--limit) are checked.
    type: dict
    default: {}
  misspelt:
    description:
      - The variables of hosts that no role has, each with the one that was probably meant, as the filter
        P(euc.nutanix_citrix.misspelt_variables#filter) returns them. Each is invalid input.
    type: dict
    default: {}
  options:
    description:
      - The first task of every playbook about images. Reports every invalid input at once, such as empty groups, a
        catalog of an unknown cluster, a wave that does not exist, a window that is no point in time, a text instead of
        a dictionary, or a report path that cannot be written.
      - Gives the run a name, by which later parts distinguish the facts of this run from those that an earlier run in
        the same playbook left behind.
      - Sends no requests and writes nothing.
    type: dict
    default: {}
  forks:
    description:
      - The number of forks, when the sites that take part will wait for one another. V(0) when they will not.
    type: int
    default: 0
extends_documentation_fragment:
  - euc.nutanix_citrix.attributes
  - euc.nutanix_citrix.attributes.info
"""

EXAMPLES = r"""
- name: Check what is wanted
  euc.nutanix_citrix.release_check:
    job: rollout
    sites: "{{ groups['citrix_sites'] | default([]) }}"
    taking_part: "{{ ansible_play_hosts_all }}"
    variables: >-
      {{ hostvars | euc.nutanix_citrix.variables_of_hosts(groups['citrix_sites'] | default([]),
      ['catalog_rollout_image', 'catalog_rollout_catalogs']) }}
  register: begun
  run_once: true
  delegate_to: localhost

- name: Look at groups and --limit only
  euc.nutanix_citrix.release_check:
    job: retention
    clusters: "{{ groups['prism_elements'] | default([]) }}"
    sites: "{{ groups['citrix_sites'] | default([]) }}"
    taking_part: "{{ ansible_play_hosts }}"
  register: begun
  run_once: true
  delegate_to: localhost
"""

RETURN = r"""
run:
  description: The name of the run, which is the moment when it began.
  returned: success
  type: str
  sample: "2026-11-20T23:33:00.125Z"
taking_part:
  description: The hosts given as O(taking_part).
  returned: success
  type: list
  elements: str
problems:
  description: One sentence for each invalid input.
  returned: always
  type: list
  elements: str
  sample: ["image_release_source is 'cluster-x', which is no host of the group prism_elements."]
"""

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import run_as_module
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.operations.release_check import OPERATION


def main() -> None:
    run_as_module(OPERATION)


if __name__ == "__main__":
    main()
