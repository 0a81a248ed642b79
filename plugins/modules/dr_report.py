#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: dr_report
short_description: Show and write the result of a move of desktops to another cluster
version_added: 1.0.0
description:
  - Puts the results that the roles P(euc.nutanix_citrix.dr_failover#role) and P(euc.nutanix_citrix.machine_rehost#role)
    collected from clusters and Citrix sites into one table with problems and advice, one JSON file, and one HTML page
    with a timeline. The page is self-contained, so that it can be mailed and archived.
  - Fails unless the move is complete, so that the exit status of the playbook is reliable. The files are written before
    that.
  - In check mode it is a plan. Nothing is written. Work that is still to do is no failure, but anything that would stop
    the run or leave it incomplete is.
  - Every result may be missing or empty, as after a run that was killed. The report then says that the run ended
    before. A result with C(skipped), as Ansible registers it for a skipped task, means that the part was not requested.
    A task that must not fail (C(failed_when)) and has a message counts as failed.
  - Sends no requests. A report does not change the estate, so RV(ignore:changed) is always false.
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
      - The kind of the move. V(planned), V(unplanned) and V(failback) need O(failovers), V(drill) needs O(drills),
        V(rehost) and V(undo) need O(sites).
      - A move whose machines are not verified is not complete, except for V(drill) and V(undo).
    type: str
    required: true
    choices: [planned, unplanned, failback, drill, rehost, undo]
  source:
    description: The inventory host of the cluster that the desktops left.
    type: str
    default: ""
  target:
    description: The inventory host of the cluster that took over.
    type: str
    default: ""
  operator:
    description: Who ran it.
    type: str
    default: ""
  started:
    description: When the run began, in UTC, for example V(2026-11-20T23:33:00.125Z). Defaults to the beginning of the
      first step.
    type: str
  failovers:
    description:
      - The results of M(euc.nutanix_citrix.pe_protection_domain_failover) by protection domain.
      - A result that would change something and has no C(timeline) is a plan that was not carried out.
    type: dict
    default: {}
  discards:
    description: The results of M(euc.nutanix_citrix.pe_protection_domain_failover) by protection domain that
      deactivated it on the target before a failback. C(removed_before) in them are VMs that an earlier run deleted.
    type: dict
    default: {}
  ways_back:
    description: The results of M(euc.nutanix_citrix.pe_protection_domain_schedule) by protection domain that make it
      replicate from where it is active now.
    type: dict
    default: {}
  power:
    description: The result of powering the VMs on with M(euc.nutanix_citrix.pe_vm). Omit it when this was not
      requested.
    type: dict
    default: {}
  sites:
    description:
      - By Citrix site, a dictionary with C(message), which says why its part failed, and the results C(drain) and
        C(release) of M(euc.nutanix_citrix.citrix_machine_maintenance), C(returned) of the same module for machines
        whose VMs did not move, C(hosting) of
        M(euc.nutanix_citrix.citrix_machine_hosting), C(resets) of
        M(euc.nutanix_citrix.citrix_hosting_connection_reset), C(zones) of M(euc.nutanix_citrix.citrix_catalog_zone) and
        C(proof) of M(euc.nutanix_citrix.citrix_machine_proof).
      - Each may be one result, a list of results, or what a loop registered. C(stopped) says that the site took no part
        in a run that was stopped. C(nothing_saved) says that no earlier hosting was saved for its machines.
      - A VM is unexpected only when C(hosting) of every site lists it, because sites that share a protection domain do
        not know each other's machines. In the same way, a name that one site does not know is no problem when another
        site does.
    type: dict
    default: {}
  drills:
    description: The results of M(euc.nutanix_citrix.pe_protection_domain_drill) by protection domain.
    type: dict
    default: {}
  warnings:
    description:
      - Warnings of modules that O(failovers), O(discards), O(drills) and O(sites) do not hold, a list of texts by
        inventory host. Ansible keeps those of a loop beside its results.
      - They stand in the report and on the page with those of all results, and change nothing else.
    type: dict
    default: {}
  obstacles:
    description:
      - What stopped the run before anything was moved. Each is a failure as P(euc.nutanix_citrix.failure#filter)
        returns it, a result, or a text. For a site it is a pair of the name of the site and one of these. An obstacle
        that another result reports as well is reported once.
      - With any obstacle, a protection domain that was only planned counts as not begun, instead of interrupted.
    type: list
    elements: raw
    default: []
  clusters:
    description:
      - Which cluster an inventory host is, as a dictionary with C(nutanix_host) by inventory host. With it, a refused
        log-in is reported at the host whose variables are wrong, even when another host was the one to log in there.
    type: dict
    default: {}
  policy:
    description:
      - What to do about machines that could not be matched or changed, as for
        M(euc.nutanix_citrix.citrix_machine_hosting). Use the same value for both.
      - V(stop) and V(fail) make the move incomplete. V(warn) reports them. V(ignore) only counts them.
    type: dict
    suboptions:
      ambiguous:
        description: Machines whose VM cannot be determined. Defaults to V(fail).
        type: str
        choices: [stop, fail, warn, ignore]
      missing:
        description: Machines that have no VM, and VMs that did not arrive with their protection domain. Defaults to
          V(fail).
        type: str
        choices: [stop, fail, warn, ignore]
      refused:
        description: Machines that cannot get another hosting. Defaults to V(fail).
        type: str
        choices: [stop, fail, warn, ignore]
      unknown:
        description: Requested names that no machine of any site has. Defaults to V(fail).
        type: str
        choices: [stop, fail, warn, ignore]
      unexpected:
        description: VMs that belong to no machine of any site. Defaults to V(warn).
        type: str
        choices: [stop, fail, warn, ignore]
      unmanaged:
        description: Machines that are not power-managed. Defaults to V(warn).
        type: str
        choices: [stop, fail, warn, ignore]
      vanished:
        description: Machines that were deleted meanwhile. Defaults to V(warn).
        type: str
        choices: [stop, fail, warn, ignore]
      namesakes:
        description: Machines that only have the name of a VM that moves. Defaults to V(warn).
        type: str
        choices: [stop, fail, warn, ignore]
      left_behind:
        description: Machines that are still on the hosting connection to the cluster that was left. Defaults to
          V(warn).
        type: str
        choices: [stop, fail, warn, ignore]
  accept_maintenance:
    description:
      - Whether to accept machines in maintenance mode although it is unknown whether they were in it before the move.
      - Without it, a failover that leaves such machines is not complete, because users cannot log on to them.
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
        that one. See C(docs/report_pages.md) for the variables of a template.
      - All output of a template is escaped.
    type: path
extends_documentation_fragment:
  - euc.nutanix_citrix.attributes
  - euc.nutanix_citrix.attributes.info
  - euc.nutanix_citrix.report
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
summary:
  description: The report in a few lines. It is posted to O(notify_url). The statistics of the run hold it as
    C(euc_dr_report), which AWX and Automation Platform show as artifacts of the job and pass to the next job
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
    page_path:
      description: The HTML page.
      type: str
      returned: when there is one
  sample:
    text: Planned failover 2026-11-20 from cluster-a to cluster-b
    succeeded: true
    check_mode: false
    problem_count: 0
    problems: []
complete:
  description: Whether the move is complete. False in check mode.
  returned: always
  type: bool
problems:
  description: One sentence for each problem that makes the move incomplete. Of many similar ones, 20 are listed here
    and all in the files.
  returned: always
  type: list
  elements: str
  sample:
    - 'daas: CORP\W11-007 has no VM on cluster-b: it was lost or never protected; it keeps its old hosting AHV-A'
problems_of:
  description: The same sentences by inventory host. V(all hosts) stands for what no host is to blame for.
  returned: always
  type: dict
  sample:
    daas:
      - 'daas: CORP\W11-007 has no VM on cluster-b: it was lost or never protected; it keeps its old hosting AHV-A'
notes:
  description: One sentence for each remark that does not make the move incomplete, listed as in RV(problems).
  returned: always
  type: list
  elements: str
  sample: ["cluster-b: PD-W11 is active on cluster-b and replicates nowhere"]
counts:
  description: The counts.
  returned: always
  type: dict
  contains:
    protection_domains:
      description: The number of protection domains of the move.
      type: int
      returned: always
    failed_over:
      description: The number of protection domains that are on the intended side, or would be in check mode.
      type: int
      returned: always
    vms:
      description: The number of VMs that arrived with them.
      type: int
      returned: always
    vms_lost:
      description: The number of VMs that did not arrive.
      type: int
      returned: always
    clones:
      description: The number of clones of a drill.
      type: int
      returned: always
    machines:
      description: The number of Citrix machines that were read, whatever their result is.
      type: int
      returned: always
    right:
      description:
        - The number of machines that had the right hosting already. The keys that are named like lists of
          M(euc.nutanix_citrix.citrix_machine_hosting) count the entries of these lists.
      type: int
      returned: always
    changed:
      description: The number of machines that got another hosting.
      type: int
      returned: always
    would_change:
      description: The number of machines that would get another hosting.
      type: int
      returned: always
    ambiguous:
      description: Machines that more than one VM could be.
      type: int
      returned: always
    missing:
      description: Machines that have no VM any more.
      type: int
      returned: always
    failed:
      description: Machines that could not be given another hosting.
      type: int
      returned: always
    refused:
      description: Machines that the policy or the site refused to give another hosting.
      type: int
      returned: always
    vanished:
      description: Machines that disappeared from the site during the move.
      type: int
      returned: always
    excluded:
      description: Machines that were excluded.
      type: int
      returned: always
    unmanaged:
      description: Machines whose power the site does not manage.
      type: int
      returned: always
    namesakes:
      description: Machines whose VM has a namesake.
      type: int
      returned: always
    left_behind:
      description: Machines that remained on the VM that they had before.
      type: int
      returned: always
    unexpected:
      description: The number of VMs that belong to no machine of any site.
      type: int
      returned: always
    registered:
      description: The number of machines that are registered.
      type: int
      returned: always
    registered_of:
      description: The number of machines whose registration is known.
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
  description: The age of the oldest data that was activated, in seconds. Null when it is unknown, as after a planned
    move, which loses no data.
  returned: always
  type: float
  sample: 1560
recovery_seconds:
  description: The number of seconds from the beginning of the run to the end of the last step. Null when nothing was
    done.
  returned: always
  type: float
  sample: 723.4
phases:
  description:
    - The beginning and end of each phase over all hosts, and its duration in seconds. C(phase) is V(drain), V(fail
      over), V(clone), V(power on), V(re-host), V(reset), V(zone), V(release) or V(proof).
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
  description: The lines of the table. When the module fails, they are only in the report file.
  returned: success
  type: list
  elements: dict
  contains:
    where:
      description: The inventory host.
      type: str
      returned: always
    what:
      description: The protection domain, the catalog, or the part of the move.
      type: str
      returned: always
    result:
      description: The result.
      type: str
      returned: always
    detail:
      description: The age of the data, the number of registered machines, or the reason.
      type: str
      returned: always
    settled:
      description: Whether this line is done.
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
      description: The phase of the timeline in which it was done, such as V(fail over). Empty when it has none.
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
  description: The report file that was written. Null when there is none.
  returned: always
  type: str
  sample: /var/log/dr/2026-11-20.json
page_path:
  description: The HTML page. Null when there is none.
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
