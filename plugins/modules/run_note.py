#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: run_note
short_description: Tell the other hosts of a play something while they are at work
version_added: 0.1.0
description:
  - Leaves a note, or waits for notes of other hosts of the same play, under any strategy. Facts do not serve for this,
    because a task sees only those that were there when it began.
  - Notes are files in Ansible's own temporary directory on the controller, readable for its user only. They vanish with
    the run, and one play does not see those of another.
  - Works on the controller whatever the connection of the host, also in check mode.
author:
  - The euc.nutanix_citrix engineers (@euc-nutanix-citrix)
options:
  name:
    description:
      - What the note to leave is called. A note of that name is replaced.
    type: str
  note:
    description:
      - What it says.
    type: dict
  names:
    description:
      - The notes to wait for.
    type: list
    elements: str
    default: []
  wait_timeout:
    description:
      - How many seconds to wait at most. After that the task fails, and RV(notes) holds those that are there.
    type: int
    default: 86400
notes:
  - A host that waits keeps one of the forks. With fewer forks than hosts that wait for one another none gets on, unless
    the strategy is C(linear).
extends_documentation_fragment:
  - euc.nutanix_citrix.attributes
  - euc.nutanix_citrix.attributes.info
seealso:
  - module: euc.nutanix_citrix.citrix_catalog_image
"""

EXAMPLES = r"""
- name: Say that the image is there
  euc.nutanix_citrix.run_note:
    name: image of {{ inventory_hostname }}
    note:
      ready: true

- name: Wait until both clusters have said something
  euc.nutanix_citrix.run_note:
    names:
      - image of cluster-a
      - image of cluster-b
  register: clusters
"""

RETURN = r"""
notes:
  description: The notes that were waited for, by name.
  returned: always
  type: dict
  sample:
    image of cluster-a:
      ready: true
missing:
  description: Names of those that did not come.
  returned: always
  type: list
  elements: str
"""

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import run_as_module
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.operations.run_note import OPERATION


def main() -> None:
    run_as_module(OPERATION)


if __name__ == "__main__":
    main()
