# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """The mark in the names of what is ours; mirrors release.py PREFIX_ARGUMENTS."""

    DOCUMENTATION = r"""
options:
  prefix:
    description:
      - What the names of all images and temporary VMs of the collection begin with. Nothing without it is taken for
        ours.
    type: str
    default: ctx_
"""
