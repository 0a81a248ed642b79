# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The credential wallet (contract image_portability 4). What is secret goes in and never comes out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.image_portability.client import (
    PortabilityService,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.image_portability.names import (
    CREDENTIALS,
    SECRET_KEYS,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.send_once import effect_unknown
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.portability import Credential
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import ApiError, NotFound
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.session import segment

# Who knows the other method only (contract image_portability 3)
NOT_THIS_METHOD = (404, 405, 501)


def read_credentials(service: PortabilityService) -> list[Credential]:
    """All entries of the wallet, by id."""
    entries = [_credential(item) for item in service.listing(CREDENTIALS).items]
    return sorted(entries, key=lambda entry: entry.id)


def secret_of(kind: str, values: Mapping[str, Any], data: Mapping[str, Any]) -> dict[str, Any]:
    """The secret part of a body; `data` stands over it, because most of its keys are unverified."""
    keys = SECRET_KEYS[kind]
    return {**{keys[name]: value for name, value in values.items() if value not in (None, "")}, **data}


def create_credential(service: PortabilityService, credential_id: str, kind: str, secret: Mapping[str, Any]) -> None:
    """Not to be repeated after AnswerLost without a look."""
    with effect_unknown():
        service.request("POST", CREDENTIALS, payload={"id": credential_id, "type": kind, **secret})


def update_credential(service: PortabilityService, credential_id: str, kind: str, secret: Mapping[str, Any]) -> None:
    """Replace the secret: by PUT, or by PATCH where PUT is not known."""
    path, body = f"{CREDENTIALS}/{segment(credential_id)}", {"id": credential_id, "type": kind, **secret}
    try:
        service.request("PUT", path, payload=body)
    except ApiError as error:
        if error.status not in NOT_THIS_METHOD:
            raise
        service.request("PATCH", path, payload=body)


def delete_credential(service: PortabilityService, credential_id: str) -> None:
    try:
        service.request("DELETE", f"{CREDENTIALS}/{segment(credential_id)}")
    except NotFound:
        # Somebody else was quicker, or this is the repetition of an order whose answer was lost
        return


def _credential(item: Mapping[str, Any]) -> Credential:
    return Credential(
        id=str(item.get("id") or ""),
        type=str(item.get("type") or ""),
        state=str(item.get("state") or ""),
        created_at=str(item.get("createdAt") or ""),
        updated_at=str(item.get("updatedAt") or ""),
    )
