#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: image_release_report
short_description: Show and write the result of an image release
version_added: 1.0.0
description:
  - Puts the results that the role P(euc.nutanix_citrix.image_release#role) collected from clusters and Citrix sites
    into one table, one JSON file and one HTML page with a timeline. The page is self-contained, so that it can be
    mailed and archived.
  - Fails unless every cluster has the image and every catalog is moved to it, so that the exit status of the playbook
    is reliable. O(fail_when_incomplete) switches this off.
  - Sends no requests. A report does not change the estate, so RV(ignore:changed) is always false.
  - Works on the controller whatever the connection of the host is. All paths are paths there.
author:
  - The euc.nutanix_citrix engineers (@euc-nutanix-citrix)
options:
  release:
    description: The id of the release.
    type: str
    required: true
  base_vm:
    description: The name of the golden VM.
    type: str
    required: true
  image:
    description: The name of the image.
    type: str
    required: true
  protection_domain:
    description: The protection domain whose snapshot carried the image.
    type: str
  clusters:
    description:
      - The results by cluster, each a dictionary with C(state), C(message) and, where known, C(image_uuid),
        C(snapshot_id), C(leftover) and C(timeline), the steps of the work as
        M(euc.nutanix_citrix.pe_protection_domain_restore) returns them.
      - C(taken_back) says why an image of an interrupted run was removed, or in check mode would be.
      - For a failure, C(error) holds C(message) and C(advice) separately. C(leftover) is such a failure, a dictionary
        with C(message) and C(error).
      - Of a cluster whose image travels by recovery points, C(prism_central) is the inventory host of its Prism
        Central, C(copy_id) the copy that was restored, and C(failed_at) the Prism Central that a task for this cluster
        failed at. Such a failure is reported for that host.
      - Of XenServer pools, with O(of_pools), C(origin) says what the image comes from, and C(transferred_bytes) how
        much was transferred.
    type: dict
    required: true
  of_pools:
    description: Whether O(clusters) are XenServer pools.
    type: bool
    default: false
  prism_centrals:
    description:
      - The results by Prism Central, for a release by recovery points, each a dictionary with C(message), and with
        C(error) as in O(clusters). C(removed) lists the ids of the recovery points that were removed, in check
        mode with C(planned) those that would be, C(untold) those of copies of a recovery point of others that an
        interrupted run may have ordered, C(leftover) is the failure of a removal.
    type: dict
    default: {}
  templates:
    description:
      - The templates of a release by recovery points, by the inventory host of the Prism Central, each a dictionary
        with C(state), C(message), C(ext_id), C(snapshot_id) (the recovery point), and C(error) and
        C(taken_back) as in O(clusters).
    type: dict
    default: {}
  definitions:
    description:
      - Of a release of prepared images, the results by Citrix site, each a dictionary with C(message), C(error) as in
        O(clusters), and C(definitions), a list with one entry for each image definition as the role
        P(euc.nutanix_citrix.prepared_image_release#role) collects them.
    type: dict
    default: {}
  sites:
    description:
      - The results by Citrix site, each a dictionary with C(message), C(catalogs) as
        M(euc.nutanix_citrix.citrix_catalog_image) returns them, C(waiting) (the catalogs that were not touched), and
        C(error) as in O(clusters).
      - A catalog may also hold C(machines), a dictionary with C(total) and C(image_out_of_date), and C(wave).
    type: dict
    required: true
  source:
    description: The cluster of the golden VM.
    type: str
    default: ""
  protection:
    description:
      - The result of the protection domain snapshot, a dictionary with C(snapshot_id) and, where known, C(timeline).
    type: dict
    default: {}
  wanted:
    description:
      - The catalogs to move, by Citrix site. Each is a dictionary with C(name) and C(folder), or with C(id), and with
        C(cluster), whose image it uses. A catalog that O(sites) does not mention counts as not moved. The page draws
        the lineage from this option.
    type: dict
    default: {}
  operator:
    description: Who ran the release.
    type: str
    default: ""
  started:
    description: When the run began, in UTC, for example V(2026-11-20T23:33:00.125Z). Defaults to the beginning of the
      first step.
    type: str
  report_path:
    description:
      - A file to write the report to, as JSON. An existing file is replaced as a whole. Nothing is written in check
        mode.
      - What earlier runs of the same release did is taken over from the existing file as C(runs), oldest first. The
        machines that were faulty before each catalog got the image are taken over as C(faulty_before), by site.
      - A file that holds the record of another image, or anything else, is left alone. The name of the image is then
        added to the names of the report and of the page, and RV(report_path) holds the path.
      - The report holds all options, C(timeline) (the steps in the order of their beginning) and C(critical_path) (the
        steps that determined the duration of the run). For each catalog that was moved, C(own_paths) compares its
        duration with the time of the work for this catalog alone (C(path_seconds)).
      - C(paths) tells for each cluster, and for each Prism Central with a template, which path the image took there.
        It names the Prism Central, the copy of the recovery point, the temporary VM and the image, and when each of
        them was there.
      - C(schema) in it holds its C(name) and C(version). See C(docs/schemas/image_release_report.json).
    type: path
  page_path:
    description:
      - A file to write the HTML page to. An existing file is replaced as a whole. Nothing is written in check mode.
    type: path
  page_template:
    description:
      - A Jinja2 template on the controller that makes the page instead of the template of the collection. It may extend
        that one. See C(docs/report_pages.md) for the variables of a template.
      - All output of a template is escaped.
    type: path
  publish_when:
    description:
      - Whether a catalog needed the image on its own cluster only, or on all clusters. O(wanted) names the cluster of
        each catalog.
    type: str
    default: needed_clusters
    choices: [needed_clusters, all_clusters]
  rollback:
    description:
      - Whether this is the report of a roll-back. O(sites) then holds catalogs as
        M(euc.nutanix_citrix.citrix_catalog_rollback) returns them, and a catalog that was moved back counts as done.
    type: bool
    default: false
extends_documentation_fragment:
  - euc.nutanix_citrix.attributes
  - euc.nutanix_citrix.attributes.info
  - euc.nutanix_citrix.report
"""

EXAMPLES = r"""
- name: Show and write the report
  euc.nutanix_citrix.image_release_report:
    release: 2026.11.20-1
    base_vm: Gold
    image: ctx_Gold_2026.11.20-1
    protection_domain: PD-Gold
    clusters: "{{ image_release_clusters }}"
    sites: "{{ image_release_sites }}"
    source: "{{ image_release_source }}"
    report_path: /var/log/releases/2026.11.20-1.json
    page_path: /var/log/releases/2026.11.20-1.html
  run_once: true
  delegate_to: localhost

- name: Only show it
  euc.nutanix_citrix.image_release_report:
    release: 2026.11.20-1
    base_vm: Gold
    image: ctx_Gold_2026.11.20-1
    clusters:
      cluster-a: {state: made, message: "", snapshot_id: "353902"}
    sites: {}
"""

RETURN = r"""
summary:
  description: The report in a few lines. It is posted to O(notify_url). The statistics of the run hold it as
    C(euc_image_release_report), which AWX and Automation Platform show as artifacts of the job and pass to the next job
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
    text: "Release 2026.11.20-1 of Gold: complete"
    succeeded: true
    check_mode: false
    problem_count: 0
    problems: []
complete:
  description: Whether every cluster has the image and every catalog is on it. False in check mode.
  returned: always
  type: bool
later:
  description: What the run was to leave for a later one because of C(catalog_rollout_last_wave). It is no problem, and
    RV(complete) is false. Empty when nothing was left.
  returned: always
  type: dict
  contains:
    waves:
      description: The names of the waves that were not started.
      type: list
      elements: str
      returned: when something was left
    catalogs:
      description: The number of catalogs in them that do not have the image.
      type: int
      returned: when something was left
    text:
      description: The same as a sentence.
      type: str
      returned: when something was left
  sample: {}
problems:
  description: One sentence for each thing that is missing.
  returned: always
  type: list
  elements: str
  sample: ["cluster-b, image: failed (Prism Element cluster-b cannot be reached)"]
problems_of:
  description: The same sentences by inventory host.
  returned: always
  type: dict
  sample: {cluster-b: ["image: failed (Prism Element cluster-b cannot be reached)"]}
rows:
  description: The lines of the table.
  returned: success
  type: list
  elements: dict
  contains:
    where:
      description: The inventory host.
      type: str
      returned: always
    what:
      description: The image, a catalog, the site or the Prism Central.
      type: str
      returned: always
    result:
      description: The result.
      type: str
      returned: always
    detail:
      description: The change that was made, or why it was not made.
      type: str
      returned: always
    advice:
      description: What to do about it. Empty when there is nothing to do.
      type: str
      returned: always
    settled:
      description: Whether this line is done.
      type: bool
      returned: always
    kind:
      description: What the line is about, such as V(catalog).
      type: str
      returned: always
    phase:
      description: The phase of the timeline in which it was done, such as V(publish). Empty when it has none.
      type: str
      returned: always
  sample:
    - where: cluster-a
      what: image
      result: image made
      detail: from protection domain snapshot 353902
      settled: true
      advice: ""
      kind: image
      phase: image
report_path:
  description: The report file. Null when there is none.
  returned: always
  type: str
  sample: /var/log/releases/2026.11.20-1.json
page_path:
  description: The HTML page. Null when there is none.
  returned: always
  type: str
  sample: /var/log/releases/2026.11.20-1.html
"""

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import run_as_module
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.operations.image_release_report import OPERATION


def main() -> None:
    run_as_module(OPERATION)


if __name__ == "__main__":
    main()
