# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read the image definitions of a site."""

from __future__ import annotations

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.client import (
    CONNECTION_ARGUMENTS,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.image_definitions import (
    read_definitions,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import Params, Reading, Result
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.reporter import Reporter
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.citrix.prepared.finding import (
    definition_called,
    enter,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.citrix.prepared.telling import (
    definition_facts,
)

ARGUMENTS = {**CONNECTION_ARGUMENTS, "name": {"type": "str"}}


def read(params: Params, reporter: Reporter) -> Result:
    site = enter(params)
    name = params["name"]
    definitions = read_definitions(site) if name is None else [definition_called(site, name)]
    definitions.sort(key=lambda definition: definition.name.casefold())
    return {"image_definitions": list(map(definition_facts, definitions))}


OPERATION = Reading(arguments=ARGUMENTS, read=read)
