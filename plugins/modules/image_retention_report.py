#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: image_retention_report
short_description: Show and write what retention kept and deleted
version_added: 1.0.0
description:
  - Puts the decisions of M(euc.nutanix_citrix.image_retention_plan) and the results of the deletions into one table and
    one JSON file.
  - Fails when something could not be deleted, or when nothing could be decided because a cluster or site could not be
    asked, so that the exit status of the playbook is reliable. O(fail_when_incomplete) switches this off.
  - Sends no requests. The report file does not change the estate, so RV(ignore:changed) is always false.
author:
  - The euc.nutanix_citrix engineers (@euc-nutanix-citrix)
options:
  decisions:
    description:
      - The decisions.
    type: list
    elements: dict
    required: true
  doubts:
    description:
      - Why nothing may be deleted, each with C(reason) and as C(name) the inventory host that is to blame for it.
    type: list
    elements: dict
    default: []
  removals:
    description:
      - The results of the deleting tasks by cluster, each with its decision as C(item), as a loop registers them.
    type: dict
    default: {}
  report_path:
    description:
      - A file to write the report to. An existing file is replaced as a whole. It is also written in check mode,
        because a plan may need approval.
      - C(schema) in it holds its C(name) and C(version). See C(docs/schemas/image_retention_report.json).
    type: path
extends_documentation_fragment:
  - euc.nutanix_citrix.attributes
  - euc.nutanix_citrix.attributes.info
  - euc.nutanix_citrix.report
seealso:
  - module: euc.nutanix_citrix.image_retention_plan
"""

EXAMPLES = r"""
- name: Show and write the report
  euc.nutanix_citrix.image_retention_report:
    decisions: "{{ plan.decisions }}"
    doubts: "{{ plan.doubts }}"
    removals: "{{ image_retention_removals }}"
    report_path: /var/log/releases/retention.json
  run_once: true
  delegate_to: localhost

- name: Only show the plan
  euc.nutanix_citrix.image_retention_report:
    decisions: "{{ plan.decisions }}"
  check_mode: true
"""

RETURN = r"""
summary:
  description: The report in a few lines. It is posted to O(notify_url). The statistics of the run hold it as
    C(euc_image_retention_report), which AWX and Automation Platform show as artifacts of the job and pass to
    the next job of a workflow.
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
    text: "Retention: 4 kept, 2 deleted"
    succeeded: true
    check_mode: false
    problem_count: 0
    problems: []
totals:
  description: The number of objects with each result.
  returned: always
  type: dict
  sample: {deleted: 2, kept: 15}
problems:
  description: One sentence for each thing that went wrong.
  returned: always
  type: list
  elements: str
  sample: ["cluster-b, image ctx_Gold_2026.03.02-1: not deleted (Prism Element cluster-b cannot be reached)"]
problems_of:
  description: The same by inventory host. V(all hosts) stands for what no host is to blame for.
  returned: always
  type: dict
  sample: {cluster-b: ["image ctx_Gold_2026.03.02-1: not deleted (Prism Element cluster-b cannot be reached)"]}
objects:
  description: The decisions, each with C(result) (V(kept), V(deleted), V(would be deleted), V(was gone already) or
    V(not deleted)), C(detail), and C(phase), which is V(remove) when the object was to go and else empty.
  returned: always
  type: list
  elements: dict
  sample:
    - cluster: cluster-a
      kind: image
      name: ctx_Gold_2026.03.02-1
      id: 87f5999b-acc1-4794-897a-5325deeb294f
      protection_domain: null
      base_vm: Gold
      release: 2026.03.02-1
      created: "2026-03-02T08:00:00Z"
      delete: true
      reason: 263 days old, not among the newest 5 of 'Gold', and nothing on any site refers to it
      result: deleted
      detail: 263 days old, not among the newest 5 of 'Gold', and nothing on any site refers to it
      phase: remove
report_path:
  description: The report file. Null when there is none.
  returned: always
  type: str
  sample: /var/log/releases/retention.json
"""

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import run_as_module
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.operations.image_retention_report import OPERATION


def main() -> None:
    run_as_module(OPERATION)


if __name__ == "__main__":
    main()
