# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Changing the side that a protection domain is active on and what is to be seen of it (contract
prism_element 5.4, 6.6, 11).

None of the orders may be repeated after AnswerLost without a look at what is there.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.client import (
    LONGEST_ERROR_TEXT,
    LOOK_AT_ALERTS,
    PrismElement,
    refusal_in,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.protection_domains import (
    path_of,
    unrecoverable,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.protection import PendingChange, Unrecoverable
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import (
    AccessDenied,
    ApiError,
    OperationError,
)

UNPROCESSABLE = 422
RUNNING = ("QUEUED", "RUNNING")
# Where a task may say what it is about: v1 has entityId, and others were thought of before it was seen.
SUBJECTS = ("entityId", "entityName", "entityList", "entity_id", "entity_name", "entity_list")
SUCCEEDED = "SUCCEEDED"


@dataclass(frozen=True)
class ModeTask:
    """A task that changes the mode of protection domains: `operation` is activate or deactivate, a migration being one
    of each on its two sides.

    `status` in capitals, `domain` only where the cluster says which it is about, `created_usecs` by the cluster's
    clock.
    """

    operation: str
    status: str
    percent: int
    created_usecs: int
    names_domain: bool
    error: str

    @property
    def failed(self) -> bool:
        return self.status not in (*RUNNING, SUCCEEDED)


def list_pending_changes(client: PrismElement, name: str) -> list[PendingChange] | None:
    """The changes of mode that were accepted and are not finished; None when the cluster does not list them, or the
    domain is not there."""
    try:
        entries = client.get(f"{path_of(name)}/pending_actions/") or []
    except AccessDenied:
        raise
    except ApiError:
        # Not there, or a version that has no such list: then `active` tells.
        return None
    pending = [
        entry.get("pending_change_mode") or {}
        for entry in entries
        if entry.get("protection_domain_name") in (None, name)
    ]
    return [
        PendingChange(str(change["mode_type"]).upper(), change.get("failover_remote") or "")
        for change in pending
        if change.get("mode_type")
    ]


def list_mode_tasks(client: PrismElement, name: str) -> list[ModeTask] | None:
    """The tasks about modes, newest first, that name this protection domain or none at all; None when the cluster does
    not list tasks in this way.

    They stand only in v1 of the API (contract prism_element 5.4, addition 13), and which fields tell the domain is
    unknown: any that holds exactly its name does. A task that names something else, of which an `entityId` that is not
    empty is a sign, is about another."""
    try:
        body = _version_1(client).get("/progress_monitors") or {}
    except AccessDenied as error:
        if error.status == 401:
            raise
        return None
    except ApiError:
        return None
    entities = [
        entity
        for entity in body.get("entities") or []
        if str(entity.get("operation") or "").lower() in ("activate", "deactivate")
    ]
    tasks = [_mode_task(entity, name) for entity in entities]
    return sorted((task for task in tasks if task), key=lambda task: -task.created_usecs)


def order_migration(client: PrismElement, name: str, remote_site: str) -> list[Unrecoverable]:
    """Order the migration to a remote site. Returns the VMs that block it: then nothing was started although the answer
    is a good one (contract prism_element trap 27)."""
    try:
        body = client.request("POST", f"{path_of(name)}/migrate", payload={"value": remote_site}).body
    except ApiError as error:
        if error.status != UNPROCESSABLE:
            raise
        advice = (
            f"A cluster may need a schedule of '{name}' to '{remote_site}': pe_protection_domain_schedule adds one."
        )
        raise error.replace(advice=advice) from None
    answer = body if isinstance(body, dict) else {}
    reasons = [reason for vm in answer.get("entities") or [] for reason in unrecoverable(vm) or [_without_reason(vm)]]
    count = (answer.get("metadata") or {}).get("count") or 0
    if not reasons and count:
        raise OperationError(
            f"{client.endpoint} refuses to migrate '{name}' to '{remote_site}': {count} VMs block it and are not named",
            "Nothing was started. Look at the alerts of the protection domain in Prism Element, which name them.",
        )
    if not reasons:
        _raise_refusal(client, f"migrate '{name}' to '{remote_site}'", answer)
    return reasons


def order_activation(client: PrismElement, name: str, snapshot_id: str) -> None:
    """Order the activation out of one snapshot, under its id as this cluster lists it; out of the last one when it is
    ''."""
    body = client.request(
        "POST", f"{path_of(name)}/activate", payload={"value": snapshot_id} if snapshot_id else {}
    ).body
    _raise_refusal(client, f"activate '{name}'", body)


def order_deactivation(client: PrismElement, name: str) -> None:
    """Order the deactivation, which deletes all VMs of the protection domain on this cluster."""
    body = client.request("POST", f"{path_of(name)}/deactivate", payload={}).body
    _raise_refusal(client, f"deactivate '{name}'", body)


def _raise_refusal(client: PrismElement, what: str, body: Any) -> None:
    reason = refusal_in(body)
    if reason:
        raise OperationError(f"{client.endpoint} refuses to {what}: {reason}", LOOK_AT_ALERTS)


def _version_1(client: PrismElement) -> PrismElement:
    """The same session for v1 of the API, which lies beside v2.0 (contract prism_element 1.1)."""
    beside = copy.copy(client)
    beside.base_url = f"{client.base_url.rpartition('/')[0]}/v1"
    return beside


def _mode_task(entity: dict[str, Any], name: str) -> ModeTask | None:
    texts = list(_texts({key: value for key, value in entity.items() if key not in ("operation", "status")}))
    names_domain = name in texts or any(f"{mark}{name}{mark}" in text for text in texts for mark in ("'", '"'))
    if not names_domain and any(entity.get(key) for key in SUBJECTS):
        return None
    code = entity.get("errorCode")
    failure = str(
        entity.get("errorDetail") or entity.get("detail") or (f"error {code}" if code not in (None, 0, "0", "") else "")
    )
    return ModeTask(
        operation=str(entity["operation"]).lower(),
        status=str(entity.get("status") or "").upper().removeprefix("K"),
        percent=entity.get("percentageCompleted") or 0,
        created_usecs=entity.get("createTimeUsecs") or 0,
        names_domain=names_domain,
        error=failure[:LONGEST_ERROR_TEXT],
    )


def _texts(value: Any) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)


def _without_reason(entity: dict[str, Any]) -> Unrecoverable:
    return Unrecoverable(entity.get("vm_name") or "", entity.get("vm_id") or "", "no reason given")
