#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: ips_job_info
short_description: Read jobs of Citrix Image Portability
version_added: 1.0.0
description:
  - Reads the jobs that run, and those that ended within the last 24 hours. The service forgets older ones.
author:
  - The euc.nutanix_citrix engineers (@euc-nutanix-citrix)
options:
  id:
    description:
      - The id of one job. RV(jobs) is empty when the service does not know it, which says nothing of how it ended.
    type: str
  kind:
    description:
      - Only jobs of this kind. A job that this collection did not start may look like another kind.
    type: str
    choices: [export, prepare, publish, other]
  state:
    description:
      - Only jobs in this state.
    type: str
    choices: [running, complete, failed, cancelled, unknown]
  release:
    description:
      - Only jobs of this release.
    type: str
extends_documentation_fragment:
  - euc.nutanix_citrix.image_portability
  - euc.nutanix_citrix.attributes
  - euc.nutanix_citrix.attributes.info
seealso:
  - module: euc.nutanix_citrix.ips_export
  - module: euc.nutanix_citrix.ips_prepare
  - module: euc.nutanix_citrix.ips_publish
"""

EXAMPLES = r"""
- name: Which jobs of a release failed
  euc.nutanix_citrix.ips_job_info:
    release: 2026.11.20-1
    state: failed
"""

RETURN = r"""
jobs:
  description: The jobs.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: The id of the job.
      type: str
      returned: always
    kind:
      description: What it does.
      type: str
      returned: always
    platform:
      description: The platform. Empty when the service does not tell.
      type: str
      returned: always
    status:
      description: What the service calls its state.
      type: str
      returned: always
    state:
      description: V(running), V(complete), V(failed), V(cancelled), or V(unknown) for a name that nobody knows.
      type: str
      returned: always
    progress_percent:
      description: How far it is. V(null) when the service does not tell.
      type: int
      returned: always
    artifacts:
      description: What the job made, by names that are not documented.
      type: dict
      returned: always
    parameters:
      description: What the service says of its order.
      type: dict
      returned: always
    release:
      description: The release that it works for. Empty when it is none of ours, or the service does not tell.
      type: str
      returned: always
    message:
      description: Why it failed, as far as the service says.
      type: str
      returned: always
    disk_hash:
      description: The hash of the disk's content. Empty when the service did not tell it.
      type: str
      returned: always
whole:
  description: Whether the service showed all jobs.
  returned: success
  type: bool
  sample: true
"""

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import run_as_module
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.operations.ips_job_info import OPERATION


def main() -> None:
    run_as_module(OPERATION)


if __name__ == "__main__":
    main()
