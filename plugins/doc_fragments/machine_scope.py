# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options that choose machines, shared by the modules that work on many."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  catalogs:
    description:
      - Only machines of these catalogs. Identify each by O(catalogs[].name), with O(catalogs[].folder) where names
        repeat, or by O(catalogs[].id).
      - This is the fastest selection on a large site, because only these catalogs are read.
      - Options that select machines are combined; each one narrows the selection.
    type: list
    elements: dict
    suboptions:
      name:
        description: The whole name of the catalog. Case does not matter.
        type: str
      folder:
        description: Its admin folder, with V(/) between levels. Empty for the root.
        type: str
      id:
        description: Its GUID.
        type: str
  delivery_groups:
    description: Only machines of the delivery groups with these names. Delivery groups that contain none of the
      selected machines are reported.
    type: list
    elements: str
  machines:
    description:
      - Only these machines, each as V(DOMAIN\\HOST), V(HOST) or the whole DNS name. Case does not matter.
      - A V(HOST) that exists in several domains is an error.
    type: list
    elements: str
  machines_csv:
    description:
      - A CSV file with more names for O(machines). Its first line names the columns; the names are in the column
        C(machine) or C(name). Commas or semicolons separate columns.
      - The file is read where the module runs, which is the controller unless the task is delegated.
    type: path
  vm_names:
    description:
      - Only machines whose VM may have one of these names, for example the members of a protection domain. The VM of a
        machine is expected to be called V(HOST), or the whole DNS name of the machine, or the name that the site
        reports (HostedMachineName). Case does not matter.
    type: list
    elements: str
  vm_uuids:
    description:
      - Only machines whose VM has one of these uuids. Together with O(vm_names), one match of either is enough.
      - A machine whose VM is in this list is selected whatever its hosting connection is.
    type: list
    elements: str
  other_vm_uuids:
    description:
      - The uuids of VMs that exist and are out of scope. A machine whose VM is in this list is never selected, whatever
        its name is.
    type: list
    elements: str
    default: []
  hypervisor_connections:
    description:
      - Only machines that are on one of these hosting connections, on another one to the same cluster, or on none. A
        name alone does not identify a machine, because names repeat across clusters and sites.
    type: list
    elements: str
  exclude:
    description: Leave these machines out, each as V(DOMAIN\\HOST), V(HOST) or the whole DNS name.
    type: list
    elements: str
    default: []
"""
