# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Other Prism Centrals that a task has to do with besides its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_central.client import PrismCentral

# As in prism_element/peers.py
PEER_ARGUMENTS: dict[str, Any] = {
    "nutanix_host": {"type": "str", "required": True},
    "nutanix_port": {"type": "int"},
    "nutanix_username": {"type": "str"},
    "nutanix_password": {"type": "str", "no_log": True},
    "nutanix_api_key": {"type": "str", "no_log": True},
    "api_version": {"type": "str"},
    "validate_certs": {"type": "bool"},
    "ca_path": {"type": "path"},
    "read_timeout": {"type": "int"},
}


def connect_peer(params: Mapping[str, Any], peer: Mapping[str, Any]) -> PrismCentral:
    """A session with a peer; what it leaves out is as for the task itself. A password of its own goes before an API key
    of the task."""
    own = {key: value for key, value in peer.items() if value is not None}
    if "nutanix_password" in own:
        own.setdefault("nutanix_api_key", None)
    return PrismCentral.connect({**{key: params[key] for key in PEER_ARGUMENTS}, **own})
