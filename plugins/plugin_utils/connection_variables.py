# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Connection options that a task does not give, from the variables of its host (docs/connecting.md)."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ansible import constants as C
from ansible.errors import AnsibleError
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.client import CitrixSite
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.image_portability.client import (
    PortabilityService,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_central.client import PrismCentral
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.client import PrismElement
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.xenserver.client import XenServer
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.address import netloc
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import OperationError

# The options of a Prism Central hold all those of a Prism Element.
CLIENTS = (PrismCentral, PrismElement, CitrixSite, XenServer, PortabilityService)
Client = type[PrismCentral] | type[PrismElement] | type[CitrixSite] | type[XenServer] | type[PortabilityService]


@dataclass(frozen=True)
class ConnectionVariables:
    """What the variables of one host say about connecting to an endpoint of one kind."""

    client: Client
    host: str
    variables: Mapping[str, Any]
    templar: Any

    @property
    def name_an_endpoint(self) -> bool:
        return any(self.client.VARIABLES[option] in self.variables for option in self.client.IDENTITY)

    def complete(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """The arguments, and each connection option that they lack and the host has. Raises OperationError for a
        variable that is wrong."""
        # An empty option is not looked for in the environment either.
        useless = {option: "" for option, instead in self.client.INSTEAD_OF.items() if instead in arguments}
        settled = {**useless, **arguments}
        values = {option: self._value(option) for option in self.client.VARIABLES if option not in settled}
        return {**settled, **{option: value for option, value in values.items() if value is not None}}

    def refuse_missing(self, arguments: Mapping[str, Any]) -> None:
        """Name the variables of what is needed and stands neither in the task nor in the environment."""
        spec = self.client.ARGUMENTS
        needed = [option for option in spec if spec[option].get("required") and option not in arguments]
        missing = [option for option in needed if _environment(spec[option]) not in os.environ]
        if missing:
            raise OperationError(
                f"{self.host} lacks {_in_words(self.client.VARIABLES[option] for option in missing)}",
                "Set host variables of these names, secrets in a vault. Other ways are the options"
                f" {_in_words(missing)} in the task or in module_defaults, and"
                f" {_in_words(_environment(spec[option]) for option in missing)} in the environment.",
            )

    def _value(self, option: str) -> Any:
        """None for a variable that is not there, is null or is `omit`."""
        name = self.client.VARIABLES[option]
        if name not in self.variables:
            return None
        try:
            value = self.templar.copy_with_new_env(available_variables=self.variables).template(self.variables[name])
        except AnsibleError as error:
            raise OperationError(
                f"The variable {name} of {self.host} has no value: {error}",
                "Define what it refers to, for example in a vault.",
            ) from None
        if value is None or value == self.variables.get("omit"):
            return None
        return self._checked(option, name, value)

    def _checked(self, option: str, name: str, value: Any) -> Any:
        kind = {"type": self.client.ARGUMENTS[option]["type"], "no_log": False}
        checked = ArgumentSpecValidator({name: kind}).validate({name: value})
        if checked.error_messages:
            raise OperationError(
                f"The variable {name} of {self.host} is wrong: {checked.error_messages[0]}",
                "Correct it in the inventory.",
            )
        if option in self.client.ADDRESSES:
            netloc(name, str(value), None)
        return value


def connection_params(
    client: Client,
    host: str,
    variables: Mapping[str, Any],
    templar: Any,
) -> dict[str, Any]:
    """All connection options of a host that no task asks for: from its variables, the environment and the defaults.
    Raises OperationError."""
    connection = ConnectionVariables(client, host, variables, templar)
    arguments = connection.complete({})
    connection.refuse_missing(arguments)
    validation = ArgumentSpecValidator(client.ARGUMENTS).validate(arguments)
    if validation.error_messages:
        raise OperationError(
            f"The connection of {host} is wrong: {validation.error_messages[0]}",
            "Correct the variables of this host in the inventory.",
        )
    params: dict[str, Any] = validation.validated_parameters
    return params


def client_of(options: Mapping[str, Any]) -> Client | None:
    """What a module with these options connects to; None for one that connects to nothing."""
    return next((each for each in CLIENTS if options.keys() >= each.ARGUMENTS.keys()), None)


def connection_variables(
    options: Mapping[str, Any], task: Any, task_vars: Mapping[str, Any], templar: Any
) -> ConnectionVariables | None:
    """Whose variables count for a module with these options; None for one that connects to nothing.

    Those of the host to which the task is delegated if they name an endpoint, else those of the task's own host. So
    `delegate_to` another cluster means that cluster, and `delegate_to` the controller or a jump host leaves the
    endpoint as it is. Never some of each: the secret of one endpoint would go to the other.
    """
    client = client_of(options)
    if client is None:
        return None
    delegated = (task_vars.get("ansible_delegated_vars") or {}).get(task.delegate_to)
    if delegated and task.delegate_to not in C.LOCALHOST:
        there = ConnectionVariables(client, task.delegate_to, delegated, templar)
        if there.name_an_endpoint:
            return there
    return ConnectionVariables(client, task_vars.get("inventory_hostname", "localhost"), task_vars, templar)


def _environment(spec: Mapping[str, Any]) -> str:
    return str(spec["fallback"][1][0])


def _in_words(names: Iterable[str]) -> str:
    return " and ".join(", ".join(names).rsplit(", ", 1))
