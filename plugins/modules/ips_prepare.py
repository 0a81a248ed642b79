#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: ips_prepare
short_description: Prepare an uploaded disk for its platform, through Citrix Image Portability
version_added: 1.0.0
description:
  - Lets the Image Portability service of Citrix Cloud take the parts of the old platform out of an image, put those of
    the new one in, and reconfigure the VDA. What comes out can be a master image of MCS or be published to Citrix
    Provisioning.
  - Looks before it starts a job, because two equal orders make two jobs. A job of the same O(release) that reads and
    makes the same is waited for, or counts as done when it is complete. When the answer to the start is lost, it looks
    again; when the list of jobs cannot tell, the task fails and says so.
  - Fails when the job fails or somebody cancels it. The next run then starts a new one.
author:
  - The euc.nutanix_citrix engineers (@euc-nutanix-citrix)
options:
  output_name:
    description:
      - The name of what comes out.
    type: str
    required: true
  output_kind:
    description:
      - What comes out, a V(disk), a V(snapshot) or an V(image). By default what the platform makes; on Azure a disk of
        a disk and a snapshot of a snapshot.
    type: str
    choices: [disk, snapshot, image]
  provisioning_type:
    description:
      - What the image is for, MCS or Citrix Provisioning.
    type: str
    choices: [mcs, pvs]
    default: mcs
  md5_hash:
    description:
      - The MD5 hash that the content of the disk must have. The job fails when it has another.
    type: str
  xd_reconfigure:
    description:
      - How to reconfigure the VDA. The names that the service takes are V(controllers), V(portnumber) and
        V(enable_hdx_ports).
    type: dict
    default: {}
  domain_unjoin:
    description:
      - Whether to take the image out of its domain.
    type: bool
  install_pvs:
    description:
      - The version of the target software of Citrix Provisioning to put in.
    type: str
  install_misa:
    description:
      - Whether to put the Machine Identity Service Agent in.
    type: bool
  overwrite:
    description:
      - Whether the service may write over an output of this name.
    type: bool
    default: false
extends_documentation_fragment:
  - euc.nutanix_citrix.image_portability
  - euc.nutanix_citrix.image_portability.jobs
  - euc.nutanix_citrix.attributes
seealso:
  - module: euc.nutanix_citrix.ips_export
  - module: euc.nutanix_citrix.ips_publish
  - module: euc.nutanix_citrix.ips_job_info
"""

EXAMPLES = r"""
- name: Prepare the uploaded snapshot for MCS on AWS
  euc.nutanix_citrix.ips_prepare:
    platform: aws
    resource_location_id: 0b8f4d8e-0a53-4d0c-9b1f-6c1f5b1e2a77
    credential: aws
    aws: {snapshot: snap-0a1b2c3d4e5f60718, region: us-east-1, subnet_id: subnet-0f1e2d3c}
    output_name: W11_2026-11-20-1
    md5_hash: "{{ upload.md5 }}"
    xd_reconfigure: {controllers: ddc.aws.example.com}
    release: 2026.11.20-1
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
output:
  description: What comes out, with C(name) and C(kind). Nobody has looked whether it is there.
  returned: success
  type: dict
  sample: {name: W11_2026-11-20-1, kind: snapshot}
"""

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import run_as_module
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.operations.ips_prepare import OPERATION


def main() -> None:
    run_as_module(OPERATION)


if __name__ == "__main__":
    main()
