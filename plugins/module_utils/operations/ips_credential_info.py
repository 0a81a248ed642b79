# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read the credential wallet of the Image Portability service."""

from __future__ import annotations

from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.image_portability.client import (
    CONNECTION_ARGUMENTS,
    PortabilityService,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.image_portability.credentials import (
    read_credentials,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.image_portability.names import SECRET_KEYS
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import Params, Reading, Result
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.reporter import Reporter
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.portability import Credential

ARGUMENTS: dict[str, Any] = {
    **CONNECTION_ARGUMENTS,
    "id": {"type": "str"},
    "type": {"type": "str", "choices": list(SECRET_KEYS)},
}


def read(params: Params, reporter: Reporter) -> Result:
    entries = read_credentials(PortabilityService.connect(params))
    return {"credentials": [entry.as_dict() for entry in entries if _fits(entry, params)]}


def _fits(entry: Credential, params: Params) -> bool:
    return all(params[name] in (None, getattr(entry, name)) for name in ("id", "type"))


OPERATION = Reading(arguments=ARGUMENTS, read=read)
