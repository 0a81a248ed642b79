#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: estate_report
short_description: Show and write the state of an estate
version_added: 1.0.0
description:
  - Puts what clusters, Prism Centrals and Citrix sites said into one table, one JSON file, one HTML page, and a file
    for Prometheus. It shows every catalog with its image, release, machines, sessions and protection, the certificates
    of all endpoints, what retention would do, and the last release and drill.
  - What could not be read is in RV(unknown), and never counts as good. The module fails then, so that the exit status
    of the playbook is reliable. O(fail_when_incomplete) switches this off.
  - Stays on the controller. Sends no requests. The files do not change the estate, so RV(ignore:changed) is always
    false. In check mode no file is written.
author:
  - The euc.nutanix_citrix engineers (@euc-nutanix-citrix)
options:
  clusters:
    description:
      - What each cluster said, by inventory host. Keys are C(message) (empty unless it could not be read), C(address),
        C(port), C(endpoint) as M(euc.nutanix_citrix.endpoint_info) returns it, C(cluster) as
        M(euc.nutanix_citrix.pe_cluster_info) does, C(snapshots) as M(euc.nutanix_citrix.pe_vm_snapshot_info) does, and
        C(protection_domains) as M(euc.nutanix_citrix.pe_protection_domain_info) does.
    type: dict
    required: true
  sites:
    description:
      - What each Citrix site said, by inventory host. Keys are C(message), C(endpoint), C(catalogs) as
        M(euc.nutanix_citrix.citrix_catalog_info) returns them, C(hosting_units) as
        M(euc.nutanix_citrix.citrix_hosting_unit_info) does, and C(machines), a list with the catalog id, the id of the
        VM, the number of sessions and whether the image is out of date for each machine.
    type: dict
    required: true
  prism_centrals:
    description:
      - What each Prism Central said, by inventory host. Keys are C(message), C(address), C(port), C(endpoint), and
        C(templates) as M(euc.nutanix_citrix.pc_template_info) returns them.
    type: dict
    default: {}
  decisions:
    description:
      - What retention would do, as M(euc.nutanix_citrix.image_retention_plan) returns it.
    type: list
    elements: dict
    default: []
  doubts:
    description:
      - Why retention cannot decide, each with C(reason).
    type: list
    elements: dict
    default: []
  reports:
    description:
      - The reports of earlier jobs, as M(euc.nutanix_citrix.report_info) returns them.
    type: list
    elements: dict
    default: []
  unreadable:
    description:
      - The files that M(euc.nutanix_citrix.report_info) could not read.
    type: list
    elements: dict
    default: []
  directory:
    description:
      - The directory of these reports. Empty when none was looked at.
    type: path
    default: ""
  certificate_days:
    description:
      - A certificate that expires within so many days is in RV(cares).
    type: int
    default: 30
  report_path:
    description:
      - A file to write the report to. An existing file is replaced as a whole. C(schema) in it holds its C(name) and
        C(version). See C(docs/schemas/estate_report.json).
    type: path
  page_path:
    description:
      - A file to write the HTML page to.
    type: path
  page_template:
    description:
      - A Jinja2 template of your own for the page, on the controller. See C(docs/report_pages.md).
    type: path
  metrics_path:
    description:
      - A file in the text format of Prometheus, for the textfile collector of its node exporter. Its name must end with
        C(.prom) there. It is replaced as a whole. What is unknown has no sample.
    type: path
extends_documentation_fragment:
  - euc.nutanix_citrix.attributes
  - euc.nutanix_citrix.attributes.info
  - euc.nutanix_citrix.prefix
  - euc.nutanix_citrix.report
seealso:
  - module: euc.nutanix_citrix.report_info
"""

EXAMPLES = r"""
- name: Show and write the overview
  euc.nutanix_citrix.estate_report:
    clusters: "{{ clusters }}"
    sites: "{{ sites }}"
    page_path: /var/lib/euc/estate.html
    metrics_path: /var/lib/node_exporter/euc.prom
  run_once: true
  delegate_to: localhost

- name: Only show it, and do not fail
  euc.nutanix_citrix.estate_report:
    clusters: "{{ clusters }}"
    sites: "{{ sites }}"
    fail_when_incomplete: false
"""

RETURN = r"""
summary:
  description: The report in a few lines. It is posted to O(notify_url). The statistics of the run hold it as
    C(euc_estate_report), which AWX and Automation Platform show as artifacts of the job and pass to the next job of a
    workflow.
  returned: always
  type: dict
  contains:
    text:
      description: What was seen, in one line.
      type: str
      returned: always
    succeeded:
      description: Whether everything is known.
      type: bool
      returned: always
    check_mode:
      description: Whether it ran in check mode.
      type: bool
      returned: always
    problem_count:
      description: The number of things that are unknown.
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
    text: "Estate: 4 x catalog, 0 x to look after, 0 x unknown"
    succeeded: true
    check_mode: false
    problem_count: 0
    problems: []
written:
  description: When the report was made, in UTC.
  returned: always
  type: str
  sample: "2026-11-20T23:33:00Z"
complete:
  description: Whether everything is known.
  returned: always
  type: bool
  sample: true
directory:
  description: The value of O(directory).
  returned: always
  type: str
  sample: /var/lib/euc
unknown:
  description: What is not known, one sentence each.
  returned: always
  type: list
  elements: str
  sample: ["cluster-b was not read: Prism Element cluster-b cannot be reached"]
cares:
  description: What somebody should look after, one sentence each.
  returned: always
  type: list
  elements: str
  sample: ["the certificate of cvad expires in 12 days"]
catalogs:
  description:
    - Every catalog of the sites that were read. C(release) is what the name of the image says, and C(verified) is true
      when the image is proven to be that one.
    - C(protection) has its C(state), the number of machines that are C(protected), C(local_only), C(unprotected) and
      C(unknown), and C(oldest_copy) and C(data_age_seconds) of the machine with the oldest data on another cluster.
  returned: always
  type: list
  elements: dict
  sample:
    - site: daas
      catalog: W11-Pool
      image: ctx_Gold_2026.11.20-1
      release: 2026.11.20-1
      verified: true
      image_age_seconds: 86400
      machines: 20
      machines_up_to_date: 18
      sessions: 12
endpoints:
  description: Every host with its C(kind), C(heard), C(message), C(certificate_expires), C(certificate_days) and
    C(certificate_trusted).
  returned: always
  type: list
  elements: dict
  sample:
    - host: cluster-a
      kind: prism_element
      heard: true
      message: ""
      certificate_expires: "2027-03-01T00:00:00Z"
      certificate_days: 93
      certificate_trusted: true
next_certificate:
  description: The endpoint whose certificate expires first. Null when no certificate could be read.
  returned: always
  type: dict
  sample:
    host: cluster-a
    certificate_days: 93
retention:
  description: What retention would do, with C(kept_count), C(would_delete_count) (null when it could not decide),
    C(would_delete) and C(doubts).
  returned: always
  type: dict
  sample: {kept_count: 12, would_delete_count: 0, would_delete: [], doubts: []}
last:
  description: The last C(release), C(complete_release), C(drill), C(complete_drill) and C(failover), as
    M(euc.nutanix_citrix.report_info) returns them. Null when there is none.
  returned: always
  type: dict
  sample: {release: null, complete_release: null, drill: null, complete_drill: null, failover: null}
report_path:
  description: The report file. Null when there is none.
  returned: always
  type: str
  sample: /var/lib/euc/estate.json
page_path:
  description: The HTML page. Null when there is none.
  returned: always
  type: str
  sample: /var/lib/euc/estate.html
metrics_path:
  description: The file for Prometheus. Null when there is none.
  returned: always
  type: str
  sample: /var/lib/euc/estate.prom
"""

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import run_as_module
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.operations.estate_report import OPERATION


def main() -> None:
    run_as_module(OPERATION)


if __name__ == "__main__":
    main()
