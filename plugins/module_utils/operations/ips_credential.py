# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Keep a credential in the wallet of the Image Portability service."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.image_portability.client import (
    CONNECTION_ARGUMENTS,
    PortabilityService,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.image_portability.credentials import (
    create_credential,
    delete_credential,
    read_credentials,
    secret_of,
    update_credential,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.image_portability.jobs import read_jobs
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.image_portability.names import SECRET_KEYS
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import (
    Operation,
    Params,
    Phases,
    Plan,
    Result,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.reporter import Reporter
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.send_once import send_once
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.portability.presence import texts
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.portability import RUNNING, Credential
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import OperationError
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.session import segment

ARGUMENTS: dict[str, Any] = {
    **CONNECTION_ARGUMENTS,
    "id": {"type": "str", "required": True},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "type": {"type": "str", "choices": list(SECRET_KEYS)},
    "username": {"type": "str"},
    "password": {"type": "str", "no_log": True},
    "domain": {"type": "str"},
    "azure": {
        "type": "dict",
        "options": {
            "tenant_id": {"type": "str", "required": True},
            "client_id": {"type": "str", "required": True},
            "client_secret": {"type": "str", "required": True, "no_log": True},
        },
    },
    "aws": {
        "type": "dict",
        "options": {
            "access_key_id": {"type": "str", "required": True},
            "secret_access_key": {"type": "str", "required": True, "no_log": True},
            "session_token": {"type": "str", "no_log": True},
        },
    },
    "gcp": {
        "type": "dict",
        "options": {"service_account_key": {"type": "str", "required": True, "no_log": True}},
    },
    "data": {"type": "dict", "no_log": True},
    "update_secret": {"type": "str", "choices": ["always", "on_create"], "default": "on_create"},
    "replace_type": {"type": "bool", "default": False},
}
OF_TYPE = {"Azure": "azure", "Aws": "aws", "Gcp": "gcp"}


@dataclass(frozen=True)
class _Task:
    params: Params
    service: PortabilityService

    @property
    def id(self) -> str:
        return str(self.params["id"])

    def secret(self) -> dict[str, Any]:
        """Raises OperationError when there is none: a wallet entry without one would be found out hours later."""
        kind, params = self.params["type"], self.params
        part = OF_TYPE.get(kind)
        if part:
            needed, values = part, params[part] or {}
        else:
            needed, values = "username and password", {name: params[name] for name in SECRET_KEYS[kind]}
        secret = secret_of(kind, values, params["data"] or {})
        if not params["data"] and (not secret or (not part and not (params["username"] and params["password"]))):
            raise OperationError(f"A credential of type {kind} needs {needed}", "Give them, or data.")
        return secret


def observe(task: _Task, reporter: Reporter) -> Credential | None:
    return _in_wallet(task)


def plan(task: _Task, entry: Credential | None) -> Plan[str]:
    wished = _wished(task, entry)
    if entry and "delete" in wished.steps:
        _refuse_while_used(task)
    return wished


def _refuse_while_used(task: _Task) -> None:
    """A job that loses its credential fails after hours, and may leave a worker VM behind."""
    jobs = read_jobs(task.service).jobs
    users = [job.id for job in jobs if job.state == RUNNING and task.id in texts(job.parameters)]
    if users:
        raise OperationError(
            f"{task.service.endpoint}: the credential '{task.id}' is used by a job that runs: {', '.join(users)}",
            "Nothing was changed. Wait for its end, or cancel it; then run the same task again.",
        )


def _wished(task: _Task, entry: Credential | None) -> Plan[str]:
    before = {"credential": _plain(entry)}
    if task.params["state"] == "absent":
        return Plan(
            steps=("delete",) if entry else (),
            facts={"credential": None},
            before=before,
            after={"credential": None},
        )
    kind = task.params["type"]
    after = {"credential": {"id": task.id, "type": kind}}
    if entry is None:
        return Plan(steps=("create",), facts=after, before=before, after=after)
    if entry.type != kind and not task.params["replace_type"]:
        raise OperationError(
            f"{task.service.endpoint}: the credential '{entry.id}' is of type {entry.type}, not {kind}",
            "Choose another id, or set replace_type to delete it and make it anew.",
        )
    if entry.type != kind:
        return Plan(steps=("delete", "create"), facts=after, before=before, after=after)
    if task.params["update_secret"] == "always":
        # It can never be read back, so that nobody knows whether it differs
        return Plan(steps=("update",), facts={"credential": entry.as_dict()}, before=before, after=after)
    return Plan(facts={"credential": entry.as_dict()}, before=before, after=after)


def apply(task: _Task, entry: Credential | None, plan: Plan[str], reporter: Reporter) -> Result:
    carry_out: dict[str, Callable[[], object]] = {
        "create": lambda: _create(task, reporter),
        "update": lambda: update_credential(task.service, task.id, task.params["type"], task.secret()),
        "delete": lambda: delete_credential(task.service, task.id),
    }
    for step in plan.steps:
        carry_out[step]()
    return {}


def verify(task: _Task, entry: Credential | None, facts: Result, reporter: Reporter) -> Result:
    is_wanted, after = task.params["state"] == "present", _in_wallet(task)
    if (after is not None) != is_wanted or (after and after.type != task.params["type"] and is_wanted):
        raise OperationError(
            f"{task.service.endpoint}: the wallet does not show the credential '{task.id}' as it was ordered",
            "Run the same task again; if that does not help, look into the wallet with ips_credential_info.",
        )
    return {"credential": after and after.as_dict()}


def _create(task: _Task, reporter: Reporter) -> None:
    kind = task.params["type"]

    def send() -> bool:
        create_credential(task.service, task.id, kind, task.secret())
        return True

    send_once(
        send,
        lambda: True if _in_wallet(task) else None,
        what=f"credential {task.id}",
        progress=reporter.progress,
    )


def _in_wallet(task: _Task) -> Credential | None:
    return next((entry for entry in read_credentials(task.service) if entry.id == task.id), None)


def _plain(entry: Credential | None) -> dict[str, str] | None:
    if entry:
        return {"id": entry.id, "type": entry.type}
    return None


@dataclass(frozen=True, kw_only=True)
class WalletChange(Phases[_Task, "Credential | None", str], Operation):
    """A change of one entry of the wallet."""

    def carry_out(self, params: Params, reporter: Reporter) -> Result:
        task = _Task(params, PortabilityService.connect(params))
        # One that no address can name could be made and never be removed
        segment(task.id)
        if params["state"] == "present":
            # Refuses what is wrong before anything is sent
            task.secret()
        return self.go_through(task, reporter)


OPERATION = WalletChange(
    arguments=ARGUMENTS,
    required_if=(("state", "present", ["type"]),),
    observe=observe,
    plan=plan,
    apply=apply,
    verify=verify,
)
