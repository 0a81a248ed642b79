#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: run_note
short_description: Exchange notes between the hosts of a play while it runs
version_added: 1.0.0
description:
  - Leaves a note, or waits for notes of other hosts of the same play, under any strategy. Facts cannot do this, because
    a task sees only the facts that existed when it began.
  - Notes are files in Ansible's temporary directory on the controller, readable only by its user. They are removed at
    the end of the run. A play does not see the notes of another play.
  - Works on the controller whatever the connection of the host is, also in check mode.
author:
  - The euc.nutanix_citrix engineers (@euc-nutanix-citrix)
options:
  name:
    description:
      - The name of the note to leave. An existing note of that name is replaced.
    type: str
  note:
    description:
      - The content of the note.
    type: dict
  names:
    description:
      - The names of the notes to wait for.
    type: list
    elements: str
    default: []
  any:
    description:
      - Whether to stop waiting as soon as one of O(names) exists. RV(notes) then holds the notes that exist, and
        RV(missing) the names of the others.
    type: bool
    default: false
  wait_timeout:
    description:
      - The number of seconds to wait. After that the task fails, and RV(notes) holds the notes that exist.
    type: int
    default: 86400
notes:
  - A host that waits occupies one fork. When fewer forks exist than hosts that wait for one another, all of them are
    stuck, unless the strategy is C(linear).
extends_documentation_fragment:
  - euc.nutanix_citrix.attributes
  - euc.nutanix_citrix.attributes.info
seealso:
  - module: euc.nutanix_citrix.citrix_catalog_image
"""

EXAMPLES = r"""
- name: Report that the image exists
  euc.nutanix_citrix.run_note:
    name: image of {{ inventory_hostname }}
    note:
      ready: true

- name: Wait for the notes of both clusters
  euc.nutanix_citrix.run_note:
    names:
      - image of cluster-a
      - image of cluster-b
  register: clusters

- name: Go on as soon as one of the notes exists
  euc.nutanix_citrix.run_note:
    names:
      - image of cluster-a
      - image of cluster-b
    any: true
  register: first
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
  description: The names of the notes that did not arrive.
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
