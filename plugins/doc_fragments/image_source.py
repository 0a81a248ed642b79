# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """Where the image lies; mirrors procedures/image_sources.py ARGUMENTS."""

    DOCUMENTATION = r"""
options:
  source:
    description:
      - The file of the image, a VHD, a VHDX or the raw content of a disk. The format is seen in the file.
    type: dict
    suboptions:
      path:
        description:
          - The file on the host where the module runs, such as one on a mounted share.
          - The extension C(.vhd) or C(.vhdx) may be left out.
        type: path
      smb:
        description:
          - The file on an SMB share, which need not be mounted. It is fetched into the work directory first.
          - Exactly one of O(source.path) and O(source.smb) is needed.
        type: dict
        suboptions:
          server:
            description:
              - The file server.
            type: str
            required: true
          port:
            description:
              - Its port.
            type: int
            default: 445
          share:
            description:
              - The share.
            type: str
            required: true
          path:
            description:
              - The path on the share. The extension C(.vhd) or C(.vhdx) may be left out.
            type: str
            required: true
          username:
            description:
              - The account to log in with.
            type: str
            required: true
          password:
            description:
              - The password of the account.
            type: str
            required: true
          domain:
            description:
              - The domain of the account.
            type: str
requirements:
  - requests >= 2.31
  - smbprotocol (with O(source.smb))
"""
