#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: preflight_report
short_description: Judge whether an image release can be started
version_added: 0.1.0
description:
  - Takes what the role P(euc.nutanix_citrix.preflight#role) has read from clusters and Citrix sites, and makes one
    table of it, with ok, warning or stop for each check, and what to do.
  - Fails when any check says stop. Warnings do not fail.
  - Talks to nothing outside. The report file is no change of the estate, so RV(ignore:changed) is always false.
author:
  - The euc.nutanix_citrix engineers (@euc-nutanix-citrix)
options:
  base_vm:
    description: Name of the golden VM.
    type: str
    required: true
  release:
    description:
      - The id of the release to be. Without it nothing is said about its image.
    type: str
    default: ""
  protection_domain:
    description: Protection domain that holds the golden VM.
    type: str
    required: true
  source:
    description: Inventory host of the cluster where the golden VM lives.
    type: str
    required: true
  remote_sites:
    description: Remote sites that the release will replicate to. By default those of the protection domain's schedules.
    type: list
    elements: str
  require_powered_off:
    description: Whether a golden VM that is running is a stop or only a warning.
    type: bool
    default: true
  space_factor:
    description: How many times the size of the golden VM's disks must be free on each cluster.
    type: float
    default: 1.2
  certificate_days:
    description: Certificates that end within so many days are a warning.
    type: int
    default: 30
  clock_warning:
    description: Clocks that differ from the controller's by more seconds are a warning.
    type: int
    default: 60
  clock_stop:
    description: Clocks that differ from the controller's by more seconds are a stop.
    type: int
    default: 300
  replication_timeout:
    description: Transfers of snapshots older than so many seconds count as stuck, which is a warning.
    type: int
    default: 14400
  clusters:
    description:
      - Facts by cluster. C(message) says why the host could not be asked, C(address) and C(port) are its inventory's.
        The rest are results of the info modules, left out where they could not be read. C(endpoint) is the whole result
        of M(euc.nutanix_citrix.endpoint_info). C(cluster), C(storage_containers), C(snapshots), C(protection_domains)
        and C(vms) are the results of these names. C(image) is the whole result of
        M(euc.nutanix_citrix.pe_vm_snapshot_info) asked for the name of the release's image.
    type: dict
    required: true
  sites:
    description:
      - Facts by Citrix site. C(message) and C(endpoint) are as for O(clusters), C(wanted) are the catalogs to move,
        C(waves) and C(reboot) the waves of the roll-out and the reboot policy of those that have none of their own,
        C(site), C(hosting_units) and C(catalogs) the results of these names.
    type: dict
    required: true
  show_ok:
    description: Whether the table on the screen also shows what is in order. The report always does.
    type: bool
    default: true
  path:
    description:
      - File to write the report to, as JSON. It is replaced as a whole. In check mode nothing is written.
      - C(schema) in it holds its C(name) and C(version). See C(docs/schemas/preflight_report.json).
    type: path
extends_documentation_fragment:
  - euc.nutanix_citrix.prefix
  - euc.nutanix_citrix.attributes
  - euc.nutanix_citrix.attributes.info
seealso:
  - module: euc.nutanix_citrix.endpoint_info
"""

EXAMPLES = r"""
- name: Judge what was read
  euc.nutanix_citrix.preflight_report:
    base_vm: Gold
    protection_domain: PD-Gold
    source: cluster-a
    clusters: "{{ preflight_clusters }}"
    sites: "{{ preflight_sites }}"
    path: /var/log/releases/preflight.json
  run_once: true
  delegate_to: localhost

- name: Judge it more strictly, and show only what is not in order
  euc.nutanix_citrix.preflight_report:
    base_vm: Gold
    protection_domain: PD-Gold
    source: cluster-a
    space_factor: 3
    certificate_days: 90
    show_ok: false
    clusters: "{{ preflight_clusters }}"
    sites: {}
"""

RETURN = r"""
ready:
  description: Whether no check says stop.
  returned: always
  type: bool
stop_count:
  description: How many checks say stop.
  returned: always
  type: int
warning_count:
  description: How many checks say warning.
  returned: always
  type: int
problems:
  description: The rows that say warning or stop.
  returned: always
  type: list
  elements: dict
  contains:
    where:
      description: Inventory host.
      type: str
      returned: always
    what:
      description: What was checked.
      type: str
      returned: always
    result:
      description: V(ok), V(warning) or V(stop).
      type: str
      returned: always
    detail:
      description: What was found.
      type: str
      returned: always
    advice:
      description: What to do about it.
      type: str
      returned: always
    kind:
      description: The check that says so, such as V(space) or V(golden_vm).
      type: str
      returned: always
    phase:
      description: The phase of a release that it is about, such as V(replicate); empty when it is about all of them.
      type: str
      returned: always
  sample:
    - where: cluster-a
      what: golden VM
      result: stop
      detail: "'Gold' is powered on"
      advice: Seal it and shut it down
      kind: golden_vm
      phase: snapshot
rows:
  description: All lines of the table. When a check says stop they are in the report file only.
  returned: success
  type: list
  elements: dict
  contains:
    where:
      description: Inventory host.
      type: str
      returned: always
    what:
      description: What was checked.
      type: str
      returned: always
    result:
      description: V(ok), V(warning) or V(stop).
      type: str
      returned: always
    detail:
      description: What was found.
      type: str
      returned: always
    advice:
      description: What to do about it.
      type: str
      returned: always
    kind:
      description: The check that says so, such as V(space) or V(golden_vm).
      type: str
      returned: always
    phase:
      description: The phase of a release that it is about, such as V(replicate); empty when it is about all of them.
      type: str
      returned: always
  sample:
    - where: cluster-a
      what: golden VM
      result: ok
      detail: "'Gold' is there once and powered off"
      advice: ""
      kind: golden_vm
      phase: snapshot
report_path:
  description: The report file, null for none.
  returned: always
  type: str
  sample: /var/log/releases/preflight.json
"""

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import run_as_module
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.operations.preflight_report import OPERATION


def main() -> None:
    run_as_module(OPERATION)


if __name__ == "__main__":
    main()
