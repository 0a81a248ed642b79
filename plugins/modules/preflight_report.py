#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: preflight_report
short_description: Decide whether an image release can be started
version_added: 1.0.0
description:
  - Makes one table from what the role P(euc.nutanix_citrix.preflight#role) has read from clusters and Citrix sites,
    with ok, warning or stop for each check, and with advice.
  - Fails when any check results in stop. Warnings do not fail.
  - Sends no requests. The report file does not change the estate, so RV(ignore:changed) is always false.
author:
  - The euc.nutanix_citrix engineers (@euc-nutanix-citrix)
options:
  base_vm:
    description: The name of the golden VM.
    type: str
    required: true
  release:
    description:
      - The id of the planned release. Without it the image of the release is not checked.
    type: str
    default: ""
  protection_domain:
    description: The protection domain that holds the golden VM. Empty when the image travels without one.
    type: str
    default: ""
  strategy:
    description: How the image travels from the source, as C(image_release_strategy) of the role
      P(euc.nutanix_citrix.image_release#role).
    type: str
    default: protection_domain
  recovery_point:
    description: The existing recovery point that is to be released, if any.
    type: str
    default: ""
  storage_container:
    description: The storage container that the image is to be in on clusters of Prism Centrals, if not that of the
      golden VM.
    type: str
    default: ""
  vm_uuid:
    description: The uuid of the golden VM, where several have its name.
    type: str
    default: ""
  source:
    description: The inventory host of the cluster of the golden VM.
    type: str
    required: true
  remote_sites:
    description: The remote sites that the release will replicate to. Defaults to those of the schedules of the
      protection domain.
    type: list
    elements: str
  require_powered_off:
    description: Whether a running golden VM is a stop. If V(false), it is a warning.
    type: bool
    default: true
  space_factor:
    description: How many times the size of the disks of the golden VM must be free on each cluster.
    type: float
    default: 1.2
  certificate_days:
    description: A certificate that expires within this number of days is a warning.
    type: int
    default: 30
  clock_warning:
    description: A clock that differs from the controller's by more than this number of seconds is a warning.
    type: int
    default: 60
  clock_stop:
    description: A clock that differs from the controller's by more than this number of seconds is a stop.
    type: int
    default: 300
  replication_timeout:
    description: A transfer of a snapshot that is older than this number of seconds counts as stuck, which is a warning.
    type: int
    default: 14400
  clusters:
    description:
      - Facts by cluster. C(message) says why the host could not be asked, C(address) and C(port) are its inventory's.
        The rest are results of the info modules, left out where they could not be read. C(endpoint) is the whole result
        of M(euc.nutanix_citrix.endpoint_info). C(cluster), C(storage_containers), C(snapshots), C(protection_domains)
        and C(vms) are the results of these names. C(image) is the whole result of
        M(euc.nutanix_citrix.pe_vm_snapshot_info) asked for the name of the release's image. C(strategy) is how the
        image travels to this cluster.
    type: dict
    required: true
  centrals:
    description:
      - Facts by Prism Central. C(message) and C(endpoint) are as for O(clusters). C(central), C(api_versions),
        C(by_api_key), C(peers) and C(clusters) are results of M(euc.nutanix_citrix.pc_cluster_info), C(central) being
        its RV(euc.nutanix_citrix.pc_cluster_info#module:prism_central). C(templates) are those of the release's name.
        Only the Prism Central of the source has C(vms), those of the name of the golden VM, and C(choice), the whole
        result of M(euc.nutanix_citrix.pc_recovery_point_choice), and C(points), the recovery points of the release's
        name, where it is to make one, and C(origins), those that images of the release came out of.
    type: dict
    default: {}
  targets:
    description:
      - What each target of Image Portability has, by inventory host, as the part C(look) of the role
        P(euc.nutanix_citrix.image_portability#role) remembers it.
    type: dict
    default: {}
  pools:
    description:
      - What each XenServer pool has, by inventory host. C(message) is as for O(clusters), C(is_source) says that the
        image comes from it, C(storage) lists the storage repositories (SRs) that are to get it, C(hosts) and
        C(storage_repositories) are as M(euc.nutanix_citrix.xen_pool_info) returns them. C(disks) and C(doubts) are
        C(vdis) and C(doubts) of M(euc.nutanix_citrix.xen_vdi_info), on the source. On the others, C(had) holds the
        C(disks) of the name C(image), and C(wrappers) and C(namesakes) as
        M(euc.nutanix_citrix.xen_vm_wrapper_info) returns them, and C(targets) is what
        P(euc.nutanix_citrix.pool_targets#filter) returned. C(uuid) and C(address) are those of the pool.
    type: dict
    default: {}
  sites:
    description:
      - Facts by Citrix site. C(message) and C(endpoint) are as for O(clusters), C(wanted) are the catalogs to move,
        C(of_pools) those of a release for XenServer pools, C(waves) and C(reboot) the waves of the roll-out and the
        reboot policy of those that have none of their own, C(site), C(hosting_units) and C(catalogs) the results of
        these names.
    type: dict
    required: true
  show_ok:
    description: Whether the table on the screen includes checks that are ok. The report always includes them.
    type: bool
    default: true
  report_path:
    description:
      - A file to write the report to, as JSON. An existing file is replaced as a whole. Nothing is written in check
        mode.
      - C(schema) in it holds its C(name) and C(version). See C(docs/schemas/preflight_report.json).
    type: path
extends_documentation_fragment:
  - euc.nutanix_citrix.prefix
  - euc.nutanix_citrix.attributes
  - euc.nutanix_citrix.attributes.info
  - euc.nutanix_citrix.report
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
    report_path: /var/log/releases/preflight.json
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
summary:
  description: The report in a few lines. It is posted to O(notify_url). The statistics of the run hold it as
    C(euc_preflight_report), which AWX and Automation Platform show as artifacts of the job and pass to the next job
    of a workflow.
  returned: always
  type: dict
  contains:
    text:
      description: What became of it, in one line.
      type: str
      returned: always
    succeeded:
      description: Whether there is no problem.
      type: bool
      returned: always
    check_mode:
      description: Whether it is only a plan.
      type: bool
      returned: always
    problem_count:
      description: The number of problems.
      type: int
      returned: always
    problems:
      description: The first ten problems, one sentence each.
      type: list
      elements: str
      returned: always
    report_path:
      description: The report file.
      type: str
      returned: when there is one
  sample:
    text: "Preflight of Gold: 0 x stop, 0 x warning, 31 x ok"
    succeeded: true
    check_mode: false
    problem_count: 0
    problems: []
ready:
  description: Whether no check results in stop.
  returned: always
  type: bool
stop_count:
  description: The number of checks that result in stop.
  returned: always
  type: int
warning_count:
  description: The number of checks that result in a warning.
  returned: always
  type: int
problems:
  description: The rows with a warning or stop.
  returned: always
  type: list
  elements: dict
  contains: &problems
    where:
      description: The inventory host.
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
      description: The kind of the check, such as V(space) or V(golden_vm).
      type: str
      returned: always
    phase:
      description: The phase of a release that the check is about, such as V(replicate). Empty when it is about all of
        them.
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
  description: All lines of the table. When a check results in stop, they are only in the report file.
  returned: success
  type: list
  elements: dict
  contains: *problems
  sample:
    - where: cluster-a
      what: golden VM
      result: ok
      detail: "'Gold' is there once and powered off"
      advice: ""
      kind: golden_vm
      phase: snapshot
report_path:
  description: The report file. Null when none was written.
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
