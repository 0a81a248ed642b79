# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options that choose machines, shared by the modules that work on many."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  catalogs:
    description:
      - Only machines of these catalogs. Each is named by O(catalogs[].name), with O(catalogs[].folder) where names
        repeat, or by O(catalogs[].id).
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
    description: Only machines of delivery groups of these names. Delivery groups that contain none of the machines read
      for the task are reported.
    type: list
    elements: str
  machines:
    description:
      - Only these machines, each V(DOMAIN\\HOST), V(HOST) or the whole DNS name, without regard to case.
      - A V(HOST) that exists in several domains is refused.
    type: list
    elements: str
  machines_csv:
    description:
      - A CSV file with more names for O(machines), in the column C(machine) (or C(name)) named by its first line;
        commas or semicolons separate columns.
      - It is read where the module runs, which is the controller unless the task is delegated.
    type: path
  vm_names:
    description:
      - Only machines whose VM may bear one of these names, for example the members of a protection domain. A machine's
        VM is called V(HOST) or by the whole DNS name of the machine, without regard to case, or as the site says
        (HostedMachineName).
    type: list
    elements: str
  vm_uuids:
    description:
      - Only machines whose VM has one of these uuids. Together with O(vm_names) either of them is enough.
      - A machine whose VM is among them is meant whatever its hosting connection.
    type: list
    elements: str
  other_vm_uuids:
    description:
      - The uuids of VMs that exist and are not meant. A machine that has one of them as its VM is never meant, whatever
        its name.
    type: list
    elements: str
    default: []
  hypervisor_connections:
    description:
      - Only machines that are on one of these hosting connections, or on none. A name alone makes no machine the right
        one, because names repeat across clusters and sites.
    type: list
    elements: str
  exclude:
    description: Not these machines, each V(DOMAIN\\HOST), V(HOST) or the whole DNS name.
    type: list
    elements: str
    default: []
"""
