# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The door on the controller, behind the file of each module in plugins/action.

On a local connection the operation runs inside Ansible's worker: no interpreter to start, and progress can be shown
while it waits. Everywhere else, with async, with become, or when the controller's Python lacks requests, the module is
shipped as usual.

A file for each module, because Ansible's main process loads action plugins by the name of the module before it forks
its workers: they inherit requests and the operation, where each would import them again with one plugin for all that
meta/runtime.yml routes to (docs/speed.md has the figures).
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.request import getproxies_environment

from ansible import constants as C
from ansible.module_utils.common.arg_spec import ModuleArgumentSpecValidator
from ansible.module_utils.errors import UnsupportedError
from ansible.plugins.action import ActionBase
from ansible.utils.vars import merge_hash

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.client import PrismElement
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.board import Board
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import (
    SHOWN,
    Operation,
    Report,
    execute,
    failure,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.reporter import Reporter
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import OperationError
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.refusals import Proof, Refusals, sharing
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.session import (
    REQUESTS_IMPORT_ERROR,
    refused_before,
)
from ansible_collections.euc.nutanix_citrix.plugins.plugin_utils.connection_variables import (
    client_of,
    connection_variables,
)

try:
    from ansible.module_utils.secrets import mask_secrets
except ImportError:
    from ansible.module_utils.common.parameters import remove_values
else:

    def remove_values(value: Any, secrets: set[str]) -> Any:
        """Since ansible-core 2.22 Ansible masks results itself. A line is shown before it has heard of our secrets."""
        if isinstance(value, str):
            return mask_secrets(value)
        return value


COLLECTION = "euc.nutanix_citrix"
FOR_PROGRAMS = ("json", "jsonl")
# Made in the process that runs the playbook, when it loads the first of these plugins; the tasks' processes inherit it.
REFUSALS = Refusals()
OPERATIONS = f"ansible_collections.{COLLECTION}.plugins.module_utils.operations"
# To find one filter, Ansible loads all of a collection. The tasks' processes inherit these as well.
for _file in Path(__file__).parents[1].joinpath("filter").glob("*.py"):
    import_module(f"ansible_collections.{COLLECTION}.plugins.filter.{_file.stem}")
# The garbage collector would mark all that a task's process inherits, and the system copy each page of it for that.
os.register_at_fork(after_in_child=gc.freeze)


class ActionModule(ActionBase):
    _supports_check_mode = True
    _supports_async = True

    def run(self, tmp: Any = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        task_vars = task_vars or {}
        result = super().run(tmp, task_vars)
        name = self._task.action.rpartition(".")[2]
        operation = self._operation(name)
        arguments = dict(self._task.args)
        connection = connection_variables(operation.arguments, self._task, task_vars, self._templar)
        travels = self._must_travel() and not operation.stays
        try:
            if connection:
                arguments = connection.complete(arguments)
            if travels:
                result = merge_hash(result, self._ship(name, operation, arguments, task_vars))
            else:
                with self._environment(), sharing(REFUSALS):
                    # Elsewhere the environment may have what is missing.
                    if connection:
                        connection.refuse_missing(arguments)
                    result = merge_hash(result, self._perform(name, operation, arguments, task_vars))
        except OperationError as error:
            return merge_hash(result, failure(error))
        if isinstance(operation, Report) and "summary" in result:
            # The statistics of the run are what AWX keeps of a job and passes to the next one
            result["ansible_stats"] = {
                "data": {f"euc_{name}": result["summary"]},
                "per_host": False,
                "aggregate": False,
            }
        return result

    def _operation(self, name: str) -> Operation:
        operation: Operation = import_module(f"{OPERATIONS}.{name}").OPERATION
        return operation

    def _must_travel(self) -> bool:
        return bool(
            self._connection.transport != "local"
            or self._task.async_val
            or self._connection.become
            or REQUESTS_IMPORT_ERROR
        )

    def _ship(
        self, name: str, operation: Operation, arguments: dict[str, Any], task_vars: dict[str, Any]
    ) -> dict[str, Any]:
        arguments = _without_those_that_refused(operation, arguments)
        log_ins = _log_ins(operation, arguments)
        refuser = next((endpoint for endpoint, proof in log_ins.items() if proof in REFUSALS), None)
        if refuser:
            return failure(refused_before(refuser))
        wrap_async = bool(self._task.async_val and not self._connection.has_native_async)
        if operation.before_travel:
            arguments = operation.before_travel(arguments, self._reporter(set(), task_vars))
        shipped: dict[str, Any] = self._execute_module(
            module_name=f"{COLLECTION}.{name}", module_args=arguments, task_vars=task_vars, wrap_async=wrap_async
        )
        if not wrap_async:
            self._remove_tmp_path(self._connection._shell.tmpdir)
        if shipped.get("log_in_refused_by") in log_ins:
            REFUSALS.remember(log_ins[shipped["log_in_refused_by"]])
        for line in shipped.pop(SHOWN, []):
            self._display_line(line)
        return shipped

    def _display_line(self, line: str) -> None:
        """Beside a callback whose output a program reads, lines for people go where they disturb nothing."""
        self._display.display(
            line, stderr=C.config.get_config_value("DEFAULT_STDOUT_CALLBACK").rpartition(".")[2] in FOR_PROGRAMS
        )

    def _perform(
        self, name: str, operation: Operation, arguments: dict[str, Any], task_vars: dict[str, Any]
    ) -> dict[str, Any]:
        validator = ModuleArgumentSpecValidator(dict(operation.arguments), **operation.rules())
        validation = validator.validate(arguments)
        if validation.error_messages:
            error = validation.errors[0]
            message = error.msg
            if isinstance(error, UnsupportedError):
                message = f"Unsupported parameters for ({COLLECTION}.{name}) module: {message}"
            result: dict[str, Any] = {"failed": True, "msg": message}
        else:
            reporter = self._reporter(validation._no_log_values, task_vars)
            result = execute(operation, validation.validated_parameters, reporter, show_diff=self._task.diff)
            if reporter.warnings:
                result["warnings"] = reporter.warnings
        return remove_values(result, validation._no_log_values)

    def _reporter(self, secrets: set[str], task_vars: dict[str, Any]) -> Reporter:
        host = task_vars.get("inventory_hostname", "localhost")
        return Reporter(
            check=self._task.check_mode,
            progress=lambda line: self._display_line(remove_values(f"  {host}: {line}", secrets)),
            show=lambda line: self._display_line(remove_values(line, secrets)),
            board=self._board(),
        )

    def _board(self) -> Board:
        """Ansible removes the directory at its end; what a play says there is not heard in another one."""
        part = self._task._parent
        while getattr(part, "_play", None) is None:
            part = part._parent
        return Board(Path(C.DEFAULT_LOCAL_TMP) / f"board-{part._play._uuid}")

    @contextmanager
    def _environment(self) -> Iterator[None]:
        """The task's `environment` for the fall-backs of options and for proxies, as a shipped module would see it."""
        variables: dict[str, str] = {}
        for layer in self._task.environment or []:
            for key, value in (self._templar.template(layer) or {}).items():
                variables[key] = str(value)
        if sys.platform == "darwin" and not getproxies_environment():
            # macOS kills a forked process that asks the system for its proxy settings.
            variables.setdefault("no_proxy", "*")
        before = dict(os.environ)
        os.environ.update(variables)
        try:
            yield
        finally:
            os.environ.clear()
            os.environ.update(before)


def _log_ins(operation: Operation, arguments: Mapping[str, Any]) -> dict[str, Proof]:
    """endpoint -> its log-in, as far as the controller knows them: what a module takes from the environment elsewhere
    it does not."""
    params = _validated(operation, arguments)
    others = (params.get("peer"), *(params.get("peers") or []), *(params.get("witnesses") or []))
    beside = [_completed(other, params) for other in others if isinstance(other, dict)]
    proofs: dict[str, Proof] = {}
    client = client_of(operation.arguments)
    for connection in (params, *beside):
        if client and client.has_log_in(connection):
            proofs[client.named(connection)] = client.proof(connection)
    return proofs


def _without_those_that_refused(operation: Operation, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments without the other clusters that refused the log-in and that the task can do without: witnesses, and
    the peer of an activation that is wanted whatever becomes of it."""
    params, remaining = _validated(operation, arguments), dict(arguments)
    if params.get("witnesses"):
        remaining["witnesses"] = [witness for witness in params["witnesses"] if not _has_refused(witness, params)]
    if params.get("accept_split_brain") and params.get("peer") and _has_refused(params["peer"], params):
        del remaining["peer"]
    return remaining


def _has_refused(other: Mapping[str, Any], params: Mapping[str, Any]) -> bool:
    connection = _completed(other, params)
    return PrismElement.has_log_in(connection) and PrismElement.proof(connection) in REFUSALS


def _validated(operation: Operation, arguments: Mapping[str, Any]) -> dict[str, Any]:
    validator = ModuleArgumentSpecValidator(dict(operation.arguments), **operation.rules())
    parameters: dict[str, Any] = validator.validate(dict(arguments)).validated_parameters
    return parameters


def _completed(other: Mapping[str, Any], params: Mapping[str, Any]) -> dict[str, Any]:
    """The connection to another cluster: what it leaves out is as for the task itself."""
    return {**params, **{name: value for name, value in other.items() if value is not None}}
