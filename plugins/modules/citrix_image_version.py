#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: citrix_image_version
short_description: Prepare a version of an image definition, or delete versions
version_added: 1.0.0
description:
  - Prepares the version of an image definition for a release, and waits until catalogs can use it. The site numbers
    versions itself; the release stands in the description of its version, and that is how another run knows it again.
  - A version of the release that is being prepared already, by whomever, is waited for. One whose preparation failed is
    prepared again under its number.
  - A version of the release that was made from another image or in another hosting unit is refused, and so is one with
    another O(machine_profile), O(service_offering), O(cpu_count) or O(memory_mb), as far as the site tells them.
    Networks and custom properties are not compared.
  - Deletes the versions of a release, or one by its number or id. A version that catalogs are on, that is shared with
    other hosting units or that is being prepared is not deleted, and the error names what keeps it. With O(unshare) it
    is taken away from the other hosting units first.
  - Prepared images need a site of orchestration API version 121 or later in the cloud, and of API version 118 and
    product version 7.41 or later on premises. An older site is refused.
author:
  - The euc.nutanix_citrix engineers (@euc-nutanix-citrix)
options:
  definition:
    description:
      - The name or id of the image definition. A name must be whole; case does not matter.
    type: str
    required: true
  state:
    description:
      - V(present) prepares the version of O(release).
      - V(absent) deletes all versions of O(release), or that of O(number) or O(id).
    type: str
    choices: [present, absent]
    default: present
  release:
    description:
      - The id of the release, which becomes the description of its version, with the mark of the collection behind it.
        Case matters.
    type: str
  number:
    description:
      - The number of one version to delete.
    type: int
  id:
    description:
      - The id of one version to delete.
    type: str
  hypervisor_connection:
    description:
      - In check mode, the name or id of the hypervisor connection that the image definition will have, when another
        task is going to make it. Without it, a definition that does not exist is an error.
    type: str
  hosting_unit:
    description:
      - The name or id of the hosting unit to prepare it in. Required unless the version is there. It must belong to the
        connection of the image definition.
    type: str
  image:
    description:
      - The name or XDHyp path of the master image in O(hosting_unit). Required unless the version is there.
      - A version of the release that was made from another image is refused.
    type: str
  machine_profile:
    description:
      - The XDHyp path of the machine profile, such as a launch template. WorkSpaces Core requires one.
      - Either all versions of an image definition have one or none has.
    type: str
  service_offering:
    description:
      - The path of the service offering or machine size.
    type: str
  cpu_count:
    description:
      - The number of CPUs of the machine that prepares the image.
    type: int
  memory_mb:
    description:
      - Its memory in MiB.
    type: int
  network_mapping:
    description:
      - The networks of its network adapters.
    type: list
    elements: dict
    suboptions:
      device:
        description:
          - The name or id of the network adapter.
        type: str
        required: true
      network:
        description:
          - The XDHyp path of its network.
        type: str
        required: true
  custom_properties:
    description:
      - What the plug-in of the connection has to know, as names and values.
    type: dict
  unshare:
    description:
      - Whether to take a version that is to be deleted away from all hosting units but the primary one first.
    type: bool
    default: false
  purge_db_only:
    description:
      - Whether to delete only the record in the site. The disks stay on the hypervisor then.
    type: bool
    default: false
  retry:
    description:
      - Whether to prepare a version again whose preparation failed. With V(false) such a version is a failure.
    type: bool
    default: true
  wait:
    description:
      - Whether to wait for the end of the preparation. V(false) returns as soon as the site shows the version, so that
        several can be prepared at the same time. Call the module again, with O(retry=false), to wait for its end.
    type: bool
    default: true
  wait_timeout:
    description:
      - The number of seconds to wait for the work. After that the task fails with "still running" and cancels nothing.
        Another run continues from the state that it finds.
    type: int
    default: 3600
notes:
  - The account needs the role Machine Catalog Administrator.
  - The master image needs VDA 2311 or later with the storage driver of MCS.
  - When the answer to the order got lost and no version is to be seen, the task fails and does not order again. Another
    run looks first.
seealso:
  - module: euc.nutanix_citrix.citrix_image_definition
  - module: euc.nutanix_citrix.citrix_image_version_info
  - module: euc.nutanix_citrix.citrix_image_version_share
extends_documentation_fragment:
  - euc.nutanix_citrix.citrix
  - euc.nutanix_citrix.image_cluster
  - euc.nutanix_citrix.image_cluster.one
  - euc.nutanix_citrix.attributes
"""

EXAMPLES = r"""
- name: Prepare the version of a release on WorkSpaces Core
  euc.nutanix_citrix.citrix_image_version:
    definition: W11
    release: 2026.11.20-1
    hosting_unit: eu-central-1a
    image: W11-2026.11.20-1 (ami-0a1b2c3d4e5f60718)
    machine_profile: XDHyp:\HostingUnits\eu-central-1a\W11 (lt-0a1b2c3d).launchtemplate\W11 (1).launchtemplateversion
    wait_timeout: 7200
  register: version

- name: Delete the version of an old release
  euc.nutanix_citrix.citrix_image_version:
    definition: W11
    release: 2026.08.14-1
    state: absent

- name: Delete the version of an old release, in all hosting units
  euc.nutanix_citrix.citrix_image_version:
    definition: W11
    release: 2026.08.14-1
    state: absent
    unshare: true

- name: Delete a version whose preparation failed
  euc.nutanix_citrix.citrix_image_version:
    definition: W11
    number: 7
    state: absent
"""

RETURN = r"""
image_version:
  description: The version of the release; null when it is gone, or would be made in check mode.
  type: dict
  returned: success
  contains:
    id:
      description: Id of the version.
      type: str
      returned: always
    number:
      description: Its number, which the site gives.
      type: int
      returned: always
    definition:
      description: Its image definition.
      type: dict
      returned: always
      contains:
        id:
          description: Id of the definition.
          type: str
          returned: always
        name:
          description: Its name.
          type: str
          returned: always
    description:
      description: Its description.
      type: str
      returned: always
    release:
      description: The release that it is of, which is the first line of its description without the mark.
      type: str
      returned: always
    marked:
      description: Whether its description ends with the mark of the collection, which then made it.
      type: bool
      returned: always
    state:
      description: V(InProgress), V(Success) or V(Failed).
      type: str
      returned: always
    ready:
      description: Whether catalogs can use it.
      type: bool
      returned: always
    created:
      description: When it was made, as the site writes it.
      type: str
      returned: always
    image:
      description: The image that it was made from; null when the site does not tell.
      type: dict
      returned: always
      contains:
        name:
          description: Name of the image.
          type: str
          returned: always
        path:
          description: Its XDHyp path.
          type: str
          returned: always
    hosting_units:
      description: The hosting units that have the prepared image.
      type: list
      elements: dict
      returned: always
      contains:
        id:
          description: Id of the hosting unit.
          type: str
          returned: always
        name:
          description: Its name.
          type: str
          returned: always
        connection:
          description: The name of its hypervisor connection.
          type: str
          returned: always
        connection_type:
          description: The kind of that connection.
          type: str
          returned: always
        primary:
          description: Whether the image was prepared there.
          type: bool
          returned: always
        state:
          description: V(Success) when catalogs there can use it, else V(InProgress), V(Failed) or V(Deleting).
          type: str
          returned: always
        errors:
          description: Why it is not there.
          type: list
          elements: str
          returned: always
        custom_properties:
          description: The custom properties that the plug-in was told, by name.
          type: dict
          returned: always
    specs:
      description: Its specs, the master and the prepared image.
      type: list
      elements: dict
      returned: always
      contains:
        id:
          description: Id of the spec.
          type: str
          returned: always
        preparation:
          description: V(None) for the master, V(Mcs) for the prepared image.
          type: str
          returned: always
        state:
          description: Its state.
          type: str
          returned: always
        hosting_unit:
          description: The name of its primary hosting unit.
          type: str
          returned: always
        machine_profile:
          description: The XDHyp path of its machine profile, empty without one.
          type: str
          returned: always
        service_offering:
          description: Its service offering.
          type: str
          returned: always
        cpu_count:
          description: The number of CPUs of the machine that prepared it. Null when the site does not tell.
          type: int
          returned: always
        memory_mb:
          description: Its memory in MiB. Null when the site does not tell.
          type: int
          returned: always
    errors:
      description: Why its preparation failed.
      type: list
      elements: str
      returned: always
    warnings:
      description: What its preparation warned of.
      type: list
      elements: str
      returned: always
deleted:
  description: The versions that were deleted, or would be in check mode.
  type: list
  elements: dict
  returned: success
  contains:
    id:
      description: Id of the version.
      type: str
      returned: always
    number:
      description: Its number, which the site gives.
      type: int
      returned: always
    definition:
      description: Its image definition.
      type: dict
      returned: always
      contains:
        id:
          description: Id of the definition.
          type: str
          returned: always
        name:
          description: Its name.
          type: str
          returned: always
    description:
      description: Its description.
      type: str
      returned: always
    release:
      description: The release that it is of, which is the first line of its description without the mark.
      type: str
      returned: always
    marked:
      description: Whether its description ends with the mark of the collection, which then made it.
      type: bool
      returned: always
    state:
      description: V(InProgress), V(Success) or V(Failed).
      type: str
      returned: always
    ready:
      description: Whether catalogs can use it.
      type: bool
      returned: always
    created:
      description: When it was made, as the site writes it.
      type: str
      returned: always
    image:
      description: The image that it was made from; null when the site does not tell.
      type: dict
      returned: always
      contains:
        name:
          description: Name of the image.
          type: str
          returned: always
        path:
          description: Its XDHyp path.
          type: str
          returned: always
    hosting_units:
      description: The hosting units that have the prepared image.
      type: list
      elements: dict
      returned: always
      contains:
        id:
          description: Id of the hosting unit.
          type: str
          returned: always
        name:
          description: Its name.
          type: str
          returned: always
        connection:
          description: The name of its hypervisor connection.
          type: str
          returned: always
        connection_type:
          description: The kind of that connection.
          type: str
          returned: always
        primary:
          description: Whether the image was prepared there.
          type: bool
          returned: always
        state:
          description: V(Success) when catalogs there can use it, else V(InProgress), V(Failed) or V(Deleting).
          type: str
          returned: always
        errors:
          description: Why it is not there.
          type: list
          elements: str
          returned: always
        custom_properties:
          description: The custom properties that the plug-in was told, by name.
          type: dict
          returned: always
    specs:
      description: Its specs, the master and the prepared image.
      type: list
      elements: dict
      returned: always
      contains:
        id:
          description: Id of the spec.
          type: str
          returned: always
        preparation:
          description: V(None) for the master, V(Mcs) for the prepared image.
          type: str
          returned: always
        state:
          description: Its state.
          type: str
          returned: always
        hosting_unit:
          description: The name of its primary hosting unit.
          type: str
          returned: always
        machine_profile:
          description: The XDHyp path of its machine profile, empty without one.
          type: str
          returned: always
        service_offering:
          description: Its service offering.
          type: str
          returned: always
        cpu_count:
          description: The number of CPUs of the machine that prepared it. Null when the site does not tell.
          type: int
          returned: always
        memory_mb:
          description: Its memory in MiB. Null when the site does not tell.
          type: int
          returned: always
    errors:
      description: Why its preparation failed.
      type: list
      elements: str
      returned: always
    warnings:
      description: What its preparation warned of.
      type: list
      elements: str
      returned: always
leftovers:
  description: >-
    The numbers of further versions of the release whose preparation failed. They can be deleted by their number.
  type: list
  elements: int
  returned: success
number:
  description: The number of the version whose preparation failed.
  returned: when its preparation failed
  type: int
  sample: 7
timeline:
  description: The steps of the work.
  returned: when something was changed
  type: list
  elements: dict
  sample:
    - phase: preparation
      started: "2026-11-20T23:33:00.125Z"
      finished: "2026-11-20T23:33:04.250Z"
      failed: false
"""

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import run_as_module
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.operations.citrix_image_version import OPERATION


def main() -> None:
    run_as_module(OPERATION)


if __name__ == "__main__":
    main()
