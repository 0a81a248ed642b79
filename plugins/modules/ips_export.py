#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: ips_export
short_description: Export a disk to an SMB share as VHD or VHDX, through Citrix Image Portability
version_added: 1.0.0
description:
  - Lets the Image Portability service of Citrix Cloud write the content of a disk to a share, from where it can be
    uploaded to a cloud.
  - Looks before it starts a job, because two equal orders make two jobs. A job of the same O(release) that reads and
    makes the same is waited for, or counts as done when it is complete. When the answer to the start is lost, it looks
    again; when the list of jobs cannot tell, the task fails and says so.
  - Fails when the job fails or somebody cancels it. The next run then starts a new one.
author:
  - The euc.nutanix_citrix engineers (@euc-nutanix-citrix)
extends_documentation_fragment:
  - euc.nutanix_citrix.image_portability
  - euc.nutanix_citrix.image_portability.jobs
  - euc.nutanix_citrix.image_portability.files
  - euc.nutanix_citrix.attributes
seealso:
  - module: euc.nutanix_citrix.ips_prepare
  - module: euc.nutanix_citrix.ips_publish
  - module: euc.nutanix_citrix.ips_job_info
  - module: euc.nutanix_citrix.ips_credential
"""

EXAMPLES = r"""
- name: Export the golden image of a Nutanix cluster
  euc.nutanix_citrix.ips_export:
    customer_id: examplecustomer
    client_id: "{{ citrix_api_client }}"
    client_secret: "{{ vault_citrix_api_secret }}"
    platform: ahv
    resource_location_id: 5f0e2c2a-6d0a-4f5e-9d59-3c1f6a7b8c9d
    credential: prism
    ahv: {prism_host: prism-east.example.com, disk: W11-Gold}
    share: {location: smb://files.example.com/images/, credential: files}
    file_name: W11_2026-11-20-1
    release: 2026.11.20-1
    record: /var/lib/images/W11_2026-11-20-1.export.json
"""

RETURN = r"""
job:
  description: The job. V(null) when O(state=cancelled) and there is none.
  returned: success
  type: dict
  contains:
    id:
      description: The id of the job. Empty when none was started.
      type: str
      returned: always
    kind:
      description: V(export), V(prepare) or V(publish).
      type: str
      returned: always
    platform:
      description: The platform.
      type: str
      returned: always
    status:
      description: What the service calls its state.
      type: str
      returned: always
    state:
      description: V(running), V(complete), V(failed), V(cancelled), V(planned), or V(unknown) for a job that the
        service forgot before its end was seen, and for states with a name that nobody knows. Look for what it was to
        make.
      type: str
      returned: always
    progress_percent:
      description: How far it is. V(null) when the service does not tell.
      type: int
      returned: always
    artifacts:
      description: What the service says that the job made. The names in it are not documented.
      type: dict
      returned: always
    parameters:
      description: What the service says of its order.
      type: dict
      returned: always
    release:
      description: The release that it works for.
      type: str
      returned: always
    message:
      description: Why it failed, as far as the service says.
      type: str
      returned: always
adopted:
  description: Whether a job of an earlier run does the work, or did it.
  returned: success
  type: bool
  sample: false
disk_hash:
  description: The MD5 hash of the disk's content. Empty when the service did not tell it.
  returned: success
  type: str
  sample: 396b35dde669721c34731a69248bcfca
timeline:
  description: What took how long. Missing when nothing was waited for, and in check mode.
  returned: when a job was waited for
  type: list
  elements: dict
  contains:
    phase:
      description: The kind of the job.
      type: str
      returned: always
    started:
      description: When the wait began.
      type: str
      returned: always
    finished:
      description: When it ended.
      type: str
      returned: always
    failed:
      description: Whether it ended with a failure.
      type: bool
      returned: always
file:
  description: The file on the share, with C(location), C(name) and C(format). Nobody has looked whether it is there.
  returned: success
  type: dict
  sample:
    location: smb://files.example.com/images/
    name: W11_2026-11-20-1.vhdx
    format: vhdx
"""

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import run_as_module
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.operations.ips_export import OPERATION


def main() -> None:
    run_as_module(OPERATION)


if __name__ == "__main__":
    main()
