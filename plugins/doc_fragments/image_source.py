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
"""
