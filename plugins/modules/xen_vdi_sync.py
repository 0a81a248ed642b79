#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: xen_vdi_sync
short_description: Bring a virtual disk to another XenServer pool by rsync between the control domains
version_added: 1.0.0
description:
  - Brings the file of a virtual disk (VDI) from a storage repository (SR) of one pool to an SR of another, by C(rsync)
    over SSH between the control domains (Dom0) of their hosts, and makes it a virtual disk there. Both SRs must be on
    NFS or a local file system.
  - Only what the new image does not have in common with the newest image on the target SR travels.
  - The file bears a name that no scan sees until it is complete. Before it gets its own, its payload is compared with
    that of the source by SHA-256, C(vhd-util check) judges it, and the flag of a base copy is cleared.
  - The transfer goes on when Ansible is killed. The next run waits for it, or resumes it when it was killed as well.
  - An image is always a new disk. No file that is there is written to. It bears marks with its source and its content,
    by which a second run finds it and transfers nothing.
author:
  - The euc.nutanix_citrix engineers (@euc-nutanix-citrix)
notes:
  - XAPI is asked from the controller. The task itself runs on the control domain of a host, by C(delegate_to) with an
    SSH connection, through its shell. No Python is needed there.
  - SSH is off on new hosts of XenServer. It has to be on for the two hosts that take part, and the one must be able to
    log in to the other without a question. Its host key must be known there, and its key be authorized.
  - Where the SR is local, the host of the target must be the one that has it.
  - The account needs the role C(vm-power-admin) in the pool of the target. Nothing is changed on the pool of the
    source.
  - Files of interrupted transfers of other images that nobody has touched for a day are removed from the SR with the
    next transfer. A warning names them.
  - A second run on the same host waits for the first. A run on another host is refused while the first one is bringing
    the same image to the same SR. Should two hosts begin at the same moment, each writes a file of its own, and the one
    that is complete first becomes the disk.
  - Both hosts read the whole file once for its hash. Lines on the screen tell how far they are.
  - Notes of a transfer under way are in C(~/.euc_nutanix_citrix) on the control domain that runs C(rsync).
options:
  storage_repository:
    description:
      - The SR for the new disk, by its uuid, or by its name if only one SR has it.
    type: str
    required: true
  name:
    description:
      - The name of the new disk.
    type: str
    required: true
  release:
    description:
      - The release that the image belongs to, for the mark and the description of the new disk.
    type: str
    default: ""
  source:
    description:
      - Where the image is.
    type: dict
    required: true
    suboptions:
      vdi_uuid:
        description:
          - The disk. One without data of its own stands for its parent, as every disk of a provisioning scheme does
            that has machines.
          - A disk with data in several files is refused. Make a full copy of it first. An encrypted one is refused as
            well, because another pool would need its key.
        type: str
        required: true
      storage_repository_uuid:
        description:
          - The SR that it lies on.
        type: str
        required: true
      pool_uuid:
        description:
          - Its pool, for the mark of the new disk.
        type: str
        default: ""
      sr_directory:
        description:
          - The directory with those of all SRs on its control domain.
        type: str
        default: /var/run/sr-mount
  peer:
    description:
      - The other control domain, as the one that the task runs on reaches it. The paths are paths on the latter.
    type: dict
    required: true
    suboptions:
      address:
        description:
          - Its address.
        type: str
        required: true
      port:
        description:
          - The port of its SSH.
        type: int
        default: 22
      user:
        description:
          - Whom to log in as.
        type: str
        default: root
      private_key_path:
        description:
          - The key to log in with. By default what SSH is set up to use there.
        type: str
      known_hosts_path:
        description:
          - The file that holds its host key. By default what SSH is set up to use there. An unknown host is refused.
        type: str
  sr_directory:
    description:
      - The directory with those of all SRs on the control domain of the target.
    type: str
    default: /var/run/sr-mount
  direction:
    description:
      - V(pull) when the task runs on the control domain of the target, V(push) when it runs on that of the source.
    type: str
    choices: [pull, push]
    default: pull
  basis_vdi_uuid:
    description:
      - A disk on the target SR to start from, so that only what differs from it travels. By default the newest image
        of this collection there, one from the same pool first. Give an empty string to start from nothing.
    type: str
  bandwidth_kib:
    description:
      - How many KiB may travel in a second. 0 is no limit.
    type: int
    default: 0
  attempts:
    description:
      - How often to try when the link is cut.
    type: int
    default: 3
  wait_timeout:
    description:
      - The number of seconds to wait for the transfer and the hashes before and after it. After that the module fails
        with "still running" and cancels nothing. The next run gets what has been done.
    type: int
    default: 14400
extends_documentation_fragment:
  - euc.nutanix_citrix.xenserver
  - euc.nutanix_citrix.attributes
seealso:
  - module: euc.nutanix_citrix.xen_vdi_info
  - module: euc.nutanix_citrix.xen_vdi_transfer
  - module: euc.nutanix_citrix.xen_vm_wrapper
"""

EXAMPLES = r"""
- name: Let a host of the western pool fetch the image from the eastern one
  euc.nutanix_citrix.xen_vdi_sync:
    xenserver_host: xs-west.example.com
    xenserver_username: root
    xenserver_password: "{{ vault_xenserver_password }}"
    storage_repository: NFS-West
    name: W11-Pool_2026-11-20-1
    release: 2026.11.20-1
    source:
      vdi_uuid: "{{ image.chosen[0] }}"
      storage_repository_uuid: "{{ image.vdis[0].storage_repository_uuid }}"
    peer:
      address: xs-east-1.example.com
    bandwidth_kib: 12500
  delegate_to: xs-west-1.example.com
  register: synced

- name: Push it from the eastern pool instead
  euc.nutanix_citrix.xen_vdi_sync:
    xenserver_host: xs-west.example.com
    xenserver_username: root
    xenserver_password: "{{ vault_xenserver_password }}"
    storage_repository: NFS-West
    name: W11-Pool_2026-11-20-1
    source:
      vdi_uuid: 02fc6d44-6ed9-4e1a-a1fa-ee3866bba75b
      storage_repository_uuid: 6a3a7d30-9ed2-4c58-9a0c-9d5a3ef2a9a5
    direction: push
    peer:
      address: xs-west-1.example.com
      private_key_path: /root/.ssh/id_image_sync
  delegate_to: xs-east-1.example.com
"""

RETURN = r"""
vdi_uuid:
  description: The disk that the image is in the pool of the target. Empty where it is only planned.
  returned: success
  type: str
  sample: 9082af8f-3a0c-5d0b-8d4e-6e4a41b1bb0d
source_vdi_uuid:
  description: The disk that it was copied from.
  returned: success
  type: str
  sample: 02fc6d44-6ed9-4e1a-a1fa-ee3866bba75b
source_pool_uuid:
  description: The pool of this disk, as it was given.
  returned: success
  type: str
  sample: 0d6ff7ac-1df5-0d92-9b7c-9a0ae91e5c8b
sha256:
  description:
    - The hash of the payload, which is all between the two footers of the file. It is another one than that of
      M(euc.nutanix_citrix.xen_vdi_transfer), which is of a whole exported file.
    - Empty where the transfer is only planned.
  returned: success
  type: str
  sample: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
size_bytes:
  description: The size of the file.
  returned: success
  type: int
  sample: 8589934592
virtual_size_bytes:
  description: The size of the disk as a VM sees it.
  returned: success
  type: int
  sample: 42949672960
transferred_bytes:
  description:
    - How many bytes this run had on the wire, in both directions. 0 when nothing was to do.
    - What C(rsync) has moved before it was killed is not in it.
  returned: success
  type: int
  sample: 214748364
resumed:
  description: Whether a part of the image was there from an interrupted transfer.
  returned: success
  type: bool
  sample: false
basis_vdi_uuid:
  description: The file on the target SR that the transfer started from. Empty when there was none.
  returned: success
  type: str
  sample: 5b1fdb1c-33a9-4b5c-9f2b-2a8b8d1f4f2e
timeline:
  description: When the work was done. Left out when there was none.
  returned: when work was done
  type: list
  elements: dict
  sample:
    - phase: sync
      started: "2026-11-20T10:00:00.000Z"
      finished: "2026-11-20T10:12:04.000Z"
      failed: false
"""

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import run_as_module
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.operations.xen_vdi_sync import OPERATION


def main() -> None:
    run_as_module(OPERATION)


if __name__ == "__main__":
    main()
