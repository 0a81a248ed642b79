#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: report_info
short_description: Read what the reports of earlier jobs say
version_added: 1.0.0
description:
  - Looks through the JSON files of a directory for the reports of releases, roll-backs, failovers and drills, and
    returns which job each is of, when it ended, and whether it was complete.
  - Stays on the controller, where jobs leave their reports. Sends no requests and writes nothing.
author:
  - The euc.nutanix_citrix engineers (@euc-nutanix-citrix)
options:
  directory:
    description:
      - The directory of the reports, such as the value of C(report_directory).
    type: path
    required: true
extends_documentation_fragment:
  - euc.nutanix_citrix.attributes
  - euc.nutanix_citrix.attributes.info
seealso:
  - module: euc.nutanix_citrix.estate_report
"""

EXAMPLES = r"""
- name: Read the reports
  euc.nutanix_citrix.report_info:
    directory: /var/lib/euc
  register: earlier
  run_once: true
  delegate_to: localhost

- name: Fail when the last drill was not complete
  ansible.builtin.assert:
    that: (earlier.reports | selectattr('kind', 'equalto', 'drill') | last).complete
"""

RETURN = r"""
reports:
  description: The reports, the last one to end at the end.
  returned: success
  type: list
  elements: dict
  contains:
    file:
      description: The file of the report.
      type: str
      returned: always
    kind:
      description: V(release) or V(rollback); of desktops V(planned), V(unplanned), V(failback), V(drill), V(rehost) or
        V(undo).
      type: str
      returned: always
    id:
      description: The id of the release or the move.
      type: str
      returned: always
    base_vm:
      description: The golden VM of a release. Empty for a move.
      type: str
      returned: always
    finished:
      description: When the job ended, in UTC.
      type: str
      returned: always
    complete:
      description: Whether it was complete.
      type: bool
      returned: always
    check_mode:
      description: Whether it was only a plan.
      type: bool
      returned: always
  sample:
    - file: /var/lib/euc/image_release_2026.11.20-1.json
      kind: release
      id: 2026.11.20-1
      base_vm: Gold
      finished: "2026-11-20T23:58:14.125Z"
      complete: true
      check_mode: false
unreadable:
  description: The JSON files that cannot be read or understood, each with C(file) and C(reason). The directory itself
    when it does not exist.
  returned: success
  type: list
  elements: dict
  sample: []
"""

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import run_as_module
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.operations.report_info import OPERATION


def main() -> None:
    run_as_module(OPERATION)


if __name__ == "__main__":
    main()
