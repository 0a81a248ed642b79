#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: ips_image_file_info
short_description: Read what a VHD or VHDX file tells about its disk
version_added: 1.0.0
description:
  - Looks for the file of an image and tells its format, its sizes, and why it could not be uploaded, such as a missing
    end. Only a few of its bytes are read, unless its hash is asked for.
  - B(Experimental). The Image Portability service that writes such files was announced deprecated.
author:
  - The euc.nutanix_citrix engineers (@euc-nutanix-citrix)
options:
  source:
    required: true
  sha256:
    description:
      - Whether to hash the content of the disk. The file is converted for that, as for an upload, and
        M(euc.nutanix_citrix.ips_upload) goes on with what is converted.
    type: bool
    default: false
  work_directory:
    description:
      - Where the image is converted. It needs room for the data of the image. Required with O(sha256=true).
    type: path
extends_documentation_fragment:
  - euc.nutanix_citrix.image_source
  - euc.nutanix_citrix.attributes
  - euc.nutanix_citrix.attributes.info
requirements:
  - requests >= 2.31
  - C(qemu-img) (with O(sha256=true))
seealso:
  - module: euc.nutanix_citrix.ips_upload
"""

EXAMPLES = r"""
- name: Look whether the export has written the image
  euc.nutanix_citrix.ips_image_file_info:
    source:
      path: /mnt/images/w11-2026-11-20-1
  register: exported
"""

RETURN = r"""
exists:
  description: Whether the file is there.
  returned: success
  type: bool
  sample: true
name:
  description: The name of the file, with its extension. Empty when it is not there.
  returned: success
  type: str
  sample: w11-2026-11-20-1.vhdx
format:
  description: V(vhd), V(vhdx) or V(raw).
  returned: success
  type: str
  sample: vhdx
size_bytes:
  description: The size of the file.
  returned: success
  type: int
  sample: 21474836480
virtual_size_bytes:
  description: The size of the disk as a VM sees it.
  returned: success
  type: int
  sample: 42949672960
problems:
  description: Why the file cannot be uploaded. Empty when it can, as far as its first and last bytes tell.
  returned: success
  type: list
  elements: str
  sample: [its end is missing]
sha256:
  description: The SHA-256 of the raw content. Empty unless asked for, in check mode, and when there are problems.
  returned: success
  type: str
  sample: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
md5:
  description: The MD5 of the raw content. Empty when RV(sha256) is.
  returned: success
  type: str
  sample: d41d8cd98f00b204e9800998ecf8427e
"""

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import run_as_module
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.operations.ips_image_file_info import OPERATION


def main() -> None:
    run_as_module(OPERATION)


if __name__ == "__main__":
    main()
