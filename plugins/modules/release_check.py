#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: release_check
short_description: Check what a release was asked for, before anything is looked at
version_added: 0.2.0
description:
  - The first task of every job about images. Tells everything at once that cannot be meant, such as empty groups, a
    catalog of an unknown cluster, a wave that does not exist, a window that is no moment, text where a dictionary is
    meant, a report path that cannot be written.
  - Gives the run a name, by which later parts tell what was said in this run from what an earlier one in the same
    playbook left behind.
  - Talks to nothing outside and writes nothing.
author:
  - The euc.nutanix_citrix engineers (@euc-nutanix-citrix)
options:
  job:
    description: What the run is going to do.
    type: str
    required: true
    choices: [release, preflight, rollout, rollback, retention, lineage]
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
  taking_part:
    description: The hosts that C(--limit) leaves in and that are not lost to the playbook already.
    type: list
    elements: str
    default: []
  variables:
    description:
      - The variables that each of these hosts is given, by name. The filter
        P(euc.nutanix_citrix.variables_of_hosts#filter) collects them.
      - If empty, only groups and C(--limit) are looked at.
    type: dict
    default: {}
  options:
    description: The options of the argument specs of the roles that read the variables.
    type: dict
    default: {}
  forks:
    description:
      - How many forks there are, when the sites that take part will wait for one another. V(0) when they will not.
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
  description: Name of the run, the moment when it began.
  returned: success
  type: str
  sample: "2026-11-20T23:33:00.125Z"
taking_part:
  description: The hosts given as O(taking_part).
  returned: success
  type: list
  elements: str
problems:
  description: One sentence for everything that cannot be meant.
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
