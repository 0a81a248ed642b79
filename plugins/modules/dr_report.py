#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: dr_report
short_description: Show and write what became of a move of desktops to another cluster
version_added: 0.1.0
description:
  - Puts the results that the roles P(euc.nutanix_citrix.dr_failover#role) and P(euc.nutanix_citrix.machine_rehost#role)
    collected from clusters and Citrix sites into one table, with what is wrong and what to do about it, one JSON file,
    and one HTML page with a timeline. The page needs nothing else, so that it can be mailed and kept.
  - Fails unless the move is complete, so that the exit status of the playbook says the truth. The files are written
    before.
  - In check mode it is a plan. Nothing is written, and what has not been done yet is no failure, but what would stop
    the run or leave it incomplete is.
  - Every result may be missing or empty, as after a run that was killed. Then the report says that the run ended
    before. A result with C(skipped), as Ansible registers it for a task that was left out, says that the part was not
    wanted. A task that must not fail (C(failed_when)) and has a message counts as failed.
  - Talks to nothing outside. A report is no change of the estate, so RV(ignore:changed) is always false.
  - Works on the controller whatever the connection of the host is. All paths are paths there.
author:
  - The euc.nutanix_citrix engineers (@euc-nutanix-citrix)
options:
  move:
    description: The operator's name for the move.
    type: str
    required: true
  mode:
    description:
      - What kind of move it is. V(planned), V(unplanned) and V(failback) need O(failovers), V(drill) needs O(drills),
        V(rehost) and V(undo) need O(sites).
      - A move of machines that is not proven is not complete, except for V(drill) and V(undo).
    type: str
    required: true
    choices: [planned, unplanned, failback, drill, rehost, undo]
  source:
    description: Inventory host of the cluster that was left.
    type: str
    default: ""
  target:
    description: Inventory host of the cluster that took over.
    type: str
    default: ""
  operator:
    description: Who ran it.
    type: str
    default: ""
  started:
    description: When the run began, in UTC, for example V(2026-11-20T23:33:00.125Z). If not given, it began with the
      first piece of work.
    type: str
  failovers:
    description:
      - By protection domain, the result of M(euc.nutanix_citrix.pe_protection_domain_failover).
      - A result that would change something and has no C(timeline) is a plan that was not carried out.
    type: dict
    default: {}
  discards:
    description: By protection domain, the result of M(euc.nutanix_citrix.pe_protection_domain_failover) that gave it up
      on the target before a failback.
    type: dict
    default: {}
  ways_back:
    description: By protection domain, the result of M(euc.nutanix_citrix.pe_protection_domain_schedule) that makes it
      replicate from where it is active now.
    type: dict
    default: {}
  power:
    description: The result of powering the VMs on with M(euc.nutanix_citrix.pe_vm). Left out when nobody wanted that.
    type: dict
    default: {}
  sites:
    description:
      - By Citrix site, a dictionary with C(message), why its part failed, and the results C(drain) and C(release) of
        M(euc.nutanix_citrix.citrix_machine_maintenance), C(hosting) of M(euc.nutanix_citrix.citrix_machine_hosting),
        C(resets) of M(euc.nutanix_citrix.citrix_hosting_connection_reset), C(zones) of
        M(euc.nutanix_citrix.citrix_catalog_zone) and C(proof) of M(euc.nutanix_citrix.citrix_machine_proof).
      - Each may be one result, a list of results, or what a loop registered. C(stopped) says that the site had no part
        in a run that was stopped, C(nothing_saved) that there is no hosting that could be given back to its machines.
      - A VM is unexpected only when C(hosting) of every site lists it, since sites that share a protection domain do
        not know each other's machines. In the same way a name that one site does not know is no problem when another
        one does.
    type: dict
    default: {}
  drills:
    description: By protection domain, the result of M(euc.nutanix_citrix.pe_protection_domain_drill).
    type: dict
    default: {}
  obstacles:
    description:
      - What stopped the run before anything was moved, each as P(euc.nutanix_citrix.failure#filter) tells it, a result,
        or a text. That of a site is the second of a pair, behind the site's name. What another result tells as well is
        told once.
      - With any, a protection domain that was only planned was not begun, instead of cut short.
    type: list
    elements: raw
    default: []
  policy:
    description:
      - What follows from machines that could not be served, as for M(euc.nutanix_citrix.citrix_machine_hosting). Give
        both the same.
      - With V(stop) and V(fail) the move is not complete, with V(warn) they are told, with V(ignore) they are only
        counted.
    type: dict
    suboptions:
      ambiguous:
        description: Machines whose VM cannot be told. V(fail) if not given.
        type: str
        choices: [stop, fail, warn, ignore]
      missing:
        description: Machines that have no VM, and VMs that did not come with their protection domain. V(fail) if not
          given.
        type: str
        choices: [stop, fail, warn, ignore]
      refused:
        description: Machines that cannot be given another hosting. V(fail) if not given.
        type: str
        choices: [stop, fail, warn, ignore]
      unknown:
        description: Names that were asked for and that are no machine of any site. V(fail) if not given.
        type: str
        choices: [stop, fail, warn, ignore]
      unexpected:
        description: VMs that are no machine of any site. V(warn) if not given.
        type: str
        choices: [stop, fail, warn, ignore]
      unmanaged:
        description: Machines that are not power managed. V(warn) if not given.
        type: str
        choices: [stop, fail, warn, ignore]
      vanished:
        description: Machines that were deleted meanwhile. V(warn) if not given.
        type: str
        choices: [stop, fail, warn, ignore]
      namesakes:
        description: Machines that only bear the name of a VM that moves. V(warn) if not given.
        type: str
        choices: [stop, fail, warn, ignore]
      left_behind:
        description: Machines that are still on the hosting connection that was left. V(warn) if not given.
        type: str
        choices: [stop, fail, warn, ignore]
  accept_maintenance:
    description:
      - Whether machines in maintenance mode count as well although nobody knows that they were in it before the move.
      - Without it a failover of which such machines are left is not complete, because users cannot log on to them.
    type: bool
    default: false
  report_path:
    description:
      - File to write the report to, as JSON. It is replaced as a whole. Empty for none. In check mode nothing is
        written.
      - It holds all that was given and all that is returned. C(problems) and C(notes) are whole there, each with
        C(where), C(kind), C(what) (the machine, VM or protection domain), C(text) and C(advice).
      - C(machines) lists every machine once, with C(site), C(catalog), C(name), C(vm), C(hosting) (connection and id),
        C(action) (V(right), V(changed), V(would_change), V(failed), V(missing), V(ambiguous), V(refused), V(vanished),
        V(excluded), V(unmanaged), V(namesakes) or V(left_behind)), C(text), C(settled) and C(proof) (V(registered),
        V(not registered), V(off), V(gone), or empty when nobody looked).
      - C(unexpected) lists the VMs that no site claims. C(timeline) lists the pieces of work in the order of their
        beginning, each with C(where), C(what), C(phase), C(work) (what the module calls it), C(started), C(finished),
        C(seconds) and C(failed).
      - C(runs) lists the runs of this move that did something, oldest first, and this one, so that a repeat does not
        lose what the failover told. The file of another move, with the same id and other clusters, is left alone, and
        the report written beside it.
      - C(schema) in it holds its C(name) and C(version). See C(docs/schemas/dr_report.json).
    type: path
  page_path:
    description:
      - File to write the HTML page to. It is replaced as a whole. Empty for none. In check mode nothing is written.
    type: path
  page_template:
    description:
      - A Jinja2 template on the controller that makes the page instead of the template of the collection. It may extend
        that one. The page C(report_pages.md) in the documentation of the collection says what a template is given.
      - Everything that a template writes is escaped.
    type: path
extends_documentation_fragment:
  - euc.nutanix_citrix.attributes
  - euc.nutanix_citrix.attributes.info
seealso:
  - module: euc.nutanix_citrix.image_release_report
"""

EXAMPLES = r"""
- name: Show and write the report of a failover
  euc.nutanix_citrix.dr_report:
    move: 2026-11-20
    mode: unplanned
    source: cluster-a
    target: cluster-b
    failovers: "{{ dr_failovers }}"
    power: "{{ dr_power }}"
    sites: "{{ dr_sites }}"
    report_path: /var/log/dr/2026-11-20.json
    page_path: /var/log/dr/2026-11-20.html
  run_once: true
  delegate_to: localhost

- name: Show what became of one site, and accept machines without a VM
  euc.nutanix_citrix.dr_report:
    move: 2026-11-20
    mode: rehost
    sites:
      daas:
        message: ""
        hosting: "{{ hosting }}"
        proof: "{{ proof }}"
    policy:
      missing: warn
"""

RETURN = r"""
complete:
  description: Whether the move is complete. False in check mode.
  returned: always
  type: bool
problems:
  description: A sentence for each thing that makes the move incomplete. Of many that are alike 20 are told here, and
    all in the files.
  returned: always
  type: list
  elements: str
  sample:
    - 'daas: CORP\W11-007 has no VM on cluster-b: it was lost or never protected; it keeps its old hosting AHV-A'
notes:
  description: A sentence for each thing that is worth knowing and does not make the move incomplete, told as in
    RV(problems).
  returned: always
  type: list
  elements: str
  sample: ["cluster-b: PD-W11 is active on cluster-b and replicates nowhere"]
counts:
  description: How many of what.
  returned: always
  type: dict
  contains:
    protection_domains:
      description: Protection domains of the move.
      type: int
      returned: always
    failed_over:
      description: Those of them that are where they should be, or would be in check mode.
      type: int
      returned: always
    vms:
      description: VMs that came with them.
      type: int
      returned: always
    vms_lost:
      description: VMs that did not.
      type: int
      returned: always
    clones:
      description: Clones of a drill.
      type: int
      returned: always
    machines:
      description: Citrix machines that were looked at, whatever became of them.
      type: int
      returned: always
    right:
      description:
        - Machines that had the right hosting already. The other keys that are named like lists of
          M(euc.nutanix_citrix.citrix_machine_hosting) count these.
      type: int
      returned: always
    changed:
      description: Machines that were given another hosting.
      type: int
      returned: always
    would_change:
      description: Machines that would be.
      type: int
      returned: always
    unexpected:
      description: VMs that no site claims.
      type: int
      returned: always
    registered:
      description: Machines that are registered.
      type: int
      returned: always
    registered_of:
      description: Machines of which it is known whether they are.
      type: int
      returned: always
  sample:
    protection_domains: 1
    failed_over: 1
    vms: 40
    vms_lost: 0
    clones: 0
    machines: 40
    right: 0
    changed: 39
    would_change: 0
    failed: 0
    missing: 1
    ambiguous: 0
    refused: 0
    vanished: 0
    excluded: 0
    unmanaged: 0
    namesakes: 0
    left_behind: 0
    unexpected: 0
    registered: 38
    registered_of: 39
data_age_seconds:
  description: Age of the oldest data that came up, in seconds. Null where nothing is known, as after a planned move,
    which loses none.
  returned: always
  type: float
  sample: 1560
recovery_seconds:
  description: Seconds from the beginning of the run to the end of the last piece of work. Null when nothing was done.
  returned: always
  type: float
  sample: 723.4
phases:
  description:
    - When each phase was done, from its first beginning to its last end wherever that was, and how many seconds that
      are. C(phase) is V(drain), V(fail over), V(clone), V(power on), V(re-host), V(reset), V(zone), V(release) or
      V(proof).
  returned: always
  type: list
  elements: dict
  sample:
    - phase: fail over
      started: "2026-11-20T23:33:00.125Z"
      finished: "2026-11-20T23:34:10.480Z"
      seconds: 70.355
      failed: false
rows:
  description: The lines of the table. When the module fails they are in the report file only.
  returned: success
  type: list
  elements: dict
  contains:
    where:
      description: Inventory host.
      type: str
      returned: always
    what:
      description: The protection domain, the catalog, or the part of the move.
      type: str
      returned: always
    result:
      description: What became of it.
      type: str
      returned: always
    detail:
      description: Age of data, machines that are registered, or why not.
      type: str
      returned: always
    settled:
      description: Whether it is as it should be.
      type: bool
      returned: always
    advice:
      description: Always V(''). RV(problems) and RV(notes) say what to do.
      type: str
      returned: always
    kind:
      description: What the line is about, such as V(protection domain).
      type: str
      returned: always
    phase:
      description: The phase of the timeline in which it was done, such as V(fail over); empty for none.
      type: str
      returned: always
  sample:
    - where: daas
      what: catalog W11-Pool
      result: 39 re-hosted
      detail: registered 39 of 39
      settled: true
      advice: ""
      kind: catalog
      phase: re-host
report_path:
  description: The report file that was written.
  returned: always
  type: str
  sample: /var/log/dr/2026-11-20.json
page_path:
  description: The HTML page.
  returned: always
  type: str
  sample: /var/log/dr/2026-11-20.html
"""

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import run_as_module
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.operations.dr_report import OPERATION


def main() -> None:
    run_as_module(OPERATION)


if __name__ == "__main__":
    main()
