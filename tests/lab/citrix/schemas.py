# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Request bodies, as the vendor's models have them (contract citrix addition G 12)."""

from __future__ import annotations

from lab.citrix.vendor import body_of
from lab.schema import nullable

TEXT = nullable(str)
FLAG = nullable(bool)
PAIRS = nullable([{"Name": TEXT, "Value": TEXT}])

REBOOT_OPTIONS = body_of("RebootMachinesRequestModel")  # contract citrix 8.5
UPDATE_PROVISIONING_SCHEME = body_of("UpdateMachineCatalogProvisioningSchemeRequestModel")  # contract citrix 8.4
UPDATE_CATALOG = body_of("UpdateMachineCatalogRequestModel")  # contract citrix 8.7
CREATE_IMAGE_DEFINITION = body_of("CreateImageDefinitionRequestModel")  # contract citrix 13.3
UPDATE_IMAGE_DEFINITION = body_of("UpdateImageDefinitionRequestModel")  # contract citrix 13.2
CREATE_IMAGE_VERSION = body_of("CreateImageVersionRequestModel")  # contract citrix 13.4
UPDATE_IMAGE_VERSION = body_of("UpdateImageVersionRequestModel")  # contract citrix 13.2
UPDATE_IMAGE_VERSION_POOLS = body_of("UpdateImageVersionResourcePoolsRequestModel")  # contract citrix 13.6
UPDATE_MACHINE = body_of("UpdateMachineRequestModel")  # contract citrix 11.3
ZONED_ITEMS = body_of("ZonedItemsRequestModel")  # contract citrix 12
EDIT_HYPERVISOR = body_of("EditHypervisorConnectionRequestModel")  # contract citrix 10.1
RESOURCE_SEARCH = body_of("HypervisorResourceSearchRequestModel")  # contract citrix 10.4
