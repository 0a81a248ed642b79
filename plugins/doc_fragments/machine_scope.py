# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options that choose machines, shared by the modules that work on many."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  catalogs:
    description:
      - Only machines of these catalogs. Each is named by O(catalogs[].name), with O(catalogs[].folder) where names repeat, or by O(catalogs[].id).
      - The quickest choice on a large site, since only these catalogs are read.
      - Every option that chooses machines narrows the choice.
    type: list
    elements: dict
    suboptions:
      name:
        description: Name of the catalog, whole and without regard to case.
        type: str
      folder:
        description: Its admin folder, levels separated by V(/); empty for the root.
        type: str
      id:
        description: Its GUID.
        type: str
  delivery_groups:
    description: Only machines of delivery groups of these names. One in which no machine is that was read for the task is told.
    type: list
    elements: str
  machines:
    description:
      - Only these machines, each V(DOMAIN\\HOST) or V(HOST), whole and without regard to case.
      - A V(HOST) that exists in several domains is refused.
    type: list
    elements: str
  machines_csv:
    description:
      - A CSV file with more names for O(machines), in the column C(machine) (or C(name)) named by its first line; commas or semicolons separate columns.
      - It is read where the module runs, which is the controller unless the task is delegated.
    type: path
  vm_names:
    description:
      - Only machines whose VM may bear one of these names, for example the members of a protection domain. A machine's VM is called V(HOST) or by the whole
        DNS name of the machine, without regard to case, or as the site says (HostedMachineName).
    type: list
    elements: str
  exclude:
    description: Not these machines, each V(DOMAIN\\HOST) or V(HOST).
    type: list
    elements: str
    default: []
"""
