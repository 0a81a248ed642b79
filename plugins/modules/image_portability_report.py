#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: image_portability_report
short_description: Show and write what became of an image that was carried to clouds
version_added: 1.0.0
description:
  - Puts what became of the stages and catalogs of Image Portability into one table, one JSON file and one HTML page. It
    names each stage with its job, bytes and duration, what nobody can know, and what somebody has to do by hand.
  - Fails unless everything is complete, so that the exit status of the playbook is reliable.
    O(fail_when_incomplete) switches this off.
  - Experimental, as all of Image Portability.
  - Stays on the controller. Sends no requests. The files do not change the estate, so RV(ignore:changed) is always
    false. In check mode no file is written.
author:
  - The euc.nutanix_citrix engineers (@euc-nutanix-citrix)
options:
  release:
    description:
      - The id of the release.
    type: str
    required: true
  name:
    description:
      - The name of the image.
    type: str
    required: true
  workflow:
    description:
      - From where to where the image was carried.
    type: str
    required: true
    choices: [mcs_to_mcs, pvs_to_mcs, pvs_to_pvs, mcs_to_pvs]
  export:
    description:
      - What became of the export, in the form of the stages of O(targets). Empty for a workflow without one.
    type: dict
    default: {}
  targets:
    description:
      - What became of each target, by inventory host, as the role P(euc.nutanix_citrix.image_portability#role) collects
        it. Keys are C(message) (empty unless the target failed as a whole), C(error), C(platform), C(store), and
        C(stages), each with C(stage), C(state), C(message), C(error), C(output), C(job), C(bytes), C(note), C(started),
        C(finished) and C(seconds).
    type: dict
    required: true
  sites:
    description:
      - What became of the catalogs of each Citrix site, by inventory host, as in
        M(euc.nutanix_citrix.image_release_report).
    type: dict
    default: {}
  wanted:
    description:
      - The catalogs that the operator wished for on each site. One of which nobody told what became of it is missing.
    type: dict
    default: {}
  operator:
    description:
      - Who ran it.
    type: str
    default: ""
  started:
    description:
      - When the run began, in the form C(2026-11-20T23:33:00.125Z). By default now.
    type: str
  report_path:
    description:
      - A file to write the report to. An existing file is replaced as a whole. What earlier runs of the same image,
        release and workflow did is kept in its C(runs). See C(docs/schemas/image_portability_report.json).
    type: path
  page_path:
    description:
      - A file to write the HTML page to.
    type: path
  page_template:
    description:
      - A Jinja2 template of your own for the page, on the controller. See C(docs/report_pages.md).
    type: path
extends_documentation_fragment:
  - euc.nutanix_citrix.attributes
  - euc.nutanix_citrix.attributes.info
  - euc.nutanix_citrix.report
"""

EXAMPLES = r"""
- name: Show and write the report
  euc.nutanix_citrix.image_portability_report:
    release: 2026.11.20-1
    name: W11
    workflow: pvs_to_mcs
    targets: "{{ targets }}"
    report_path: /var/lib/euc/image_portability_W11_2026.11.20-1.json
  run_once: true
  delegate_to: localhost

- name: Only show it, and do not fail
  euc.nutanix_citrix.image_portability_report:
    release: 2026.11.20-1
    name: W11
    workflow: pvs_to_mcs
    targets: "{{ targets }}"
    fail_when_incomplete: false
"""

RETURN = r"""
summary:
  description: The report in a few lines. It is posted to O(notify_url). The statistics of the run hold it as
    C(euc_image_portability_report), which AWX and Automation Platform show as artifacts of the job and pass to the next
    job of a workflow.
  returned: always
  type: dict
  contains:
    text:
      description: What became of it, in one line.
      type: str
      returned: always
    succeeded:
      description: Whether nothing is missing.
      type: bool
      returned: always
    check_mode:
      description: Whether it ran in check mode.
      type: bool
      returned: always
    problem_count:
      description: The number of parts that are missing.
      type: int
      returned: always
    problems:
      description: The first ten of them, one sentence each.
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
    text: "Image Portability pvs_to_mcs: W11 2026.11.20-1: complete"
    succeeded: true
    check_mode: false
    problem_count: 0
    problems: []
complete:
  description: Whether every target has the image, and every catalog is on it.
  returned: always
  type: bool
  sample: true
problems:
  description: What is missing, one sentence each.
  returned: always
  type: list
  elements: str
  sample: ["weu, prepare: failed (job 5c2b failed)"]
problems_of:
  description: The same by inventory host, for those that have any. What the export lacks stands under C(source).
  returned: always
  type: dict
  sample: {"weu": ["prepare: failed (job 5c2b failed)"]}
later:
  description: Waves that the operator wished to leave for later. Empty when none.
  returned: always
  type: dict
  sample: {}
unknown:
  description: What nobody can say, one sentence each, such as how a job ended that the service has forgotten.
  returned: always
  type: list
  elements: str
  sample: []
registrations:
  description: What has to be done by hand in Citrix Provisioning, one sentence each.
  returned: always
  type: list
  elements: str
  sample: []
report_path:
  description: The report file. Null when there is none.
  returned: always
  type: str
  sample: /var/lib/euc/image_portability_W11_2026.11.20-1.json
page_path:
  description: The HTML page. Null when there is none.
  returned: always
  type: str
  sample: /var/lib/euc/image_portability_W11_2026.11.20-1.html
rows:
  description: The rows of the table.
  returned: when the task does not fail
  type: list
  elements: dict
  sample:
    - where: weu
      what: prepare
      result: prepared
      detail: W11-2026.11.20-1
      settled: true
      advice: ""
      kind: stage
      phase: prepare
"""

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import run_as_module
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.operations.image_portability_report import OPERATION


def main() -> None:
    run_as_module(OPERATION)


if __name__ == "__main__":
    main()
