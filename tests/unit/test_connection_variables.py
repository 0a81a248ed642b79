# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Connection options from the variables of hosts; in playbooks: tests/playbooks/test_connection_variables.py."""

from __future__ import annotations

from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest
import yaml
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar
from ansible.utils.display import Display

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.client import CitrixSite
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.image_portability.client import (
    PortabilityService,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_central.client import PrismCentral
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.client import PrismElement
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.xenserver.client import XenServer
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.operations.citrix_site_info import OPERATION as CITRIX
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.operations.pc_vm_info import OPERATION as CENTRAL
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.operations.pe_cluster_info import OPERATION as PRISM
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.operations.run_note import OPERATION as NOTE
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import OperationError
from ansible_collections.euc.nutanix_citrix.plugins.plugin_utils.connection_variables import (
    CLIENTS,
    ConnectionVariables,
    connection_variables,
)
from ansible_collections.euc.nutanix_citrix.plugins.plugin_utils.operation_action import _log_ins

try:
    from ansible.template import trust_as_template
except ImportError:  # before ansible-core 2.19
    trust_as_template = str

FRAGMENTS: dict[Any, str] = {
    CitrixSite: "citrix",
    PrismElement: "prism_element",
    PrismCentral: "prism_central",
    XenServer: "xenserver",
    PortabilityService: "image_portability",
}
DOC_FRAGMENTS = "ansible_collections.euc.nutanix_citrix.plugins.doc_fragments"
CLUSTER = {"nutanix_host": "10.0.0.1", "nutanix_username": "svc", "nutanix_password": "secret"}
SITE = {"citrix_hostname": "ddc.example.com", "citrix_client_id": "CORP\\svc", "citrix_client_secret": "secret"}


def connection(
    operation: Any, variables: dict[str, Any], delegate_to: str | None = None, delegated: dict[str, Any] | None = None
) -> ConnectionVariables:
    """The task of host `own`, as Ansible gives it to an action plugin."""
    task_vars = {"inventory_hostname": "own", "omit": "__omit__", **variables}
    if delegate_to:
        task_vars["ansible_delegated_vars"] = {delegate_to: {"omit": "__omit__", **(delegated or {})}}
    found = connection_variables(
        operation.arguments,
        SimpleNamespace(delegate_to=delegate_to),
        task_vars,
        Templar(loader=DataLoader(), variables=task_vars),
    )
    assert found is not None
    return found


def test_options_are_filled_from_the_variables_that_stand_for_them() -> None:
    assert connection(PRISM, {**CLUSTER, "validate_certs": False, "hostname": "nobody"}).complete({}) == {
        **CLUSTER,
        "validate_certs": False,
    }
    assert connection(CITRIX, {**SITE, "read_timeout": 7, "ca_path": "/ca.pem"}).complete({}) == {
        "hostname": "ddc.example.com",
        "client_id": "CORP\\svc",
        "client_secret": "secret",
        "read_timeout": 7,
        "ca_path": "/ca.pem",
    }


def test_nothing_that_ansible_is_about_to_drop_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    deprecated: list[str] = []
    monkeypatch.setattr(Display, "deprecated", lambda self, msg, *args, **kwargs: deprecated.append(msg))
    variables = {**CLUSTER, "nutanix_host": trust_as_template("{{ address }}"), "address": "10.0.0.7"}
    assert connection(PRISM, variables).complete({})["nutanix_host"] == "10.0.0.7"
    assert deprecated == []


def test_what_the_task_gives_stands_and_its_variable_is_not_even_looked_at() -> None:
    variables = {**CLUSTER, "nutanix_host": trust_as_template("{{ nowhere_defined }}")}
    assert connection(PRISM, variables).complete({"nutanix_host": "10.0.0.9"})["nutanix_host"] == "10.0.0.9"


@pytest.mark.parametrize("value", [None, "__omit__"])
def test_variables_without_a_value_say_nothing(value: Any) -> None:
    assert "ca_path" not in connection(PRISM, {**CLUSTER, "ca_path": value}).complete({})


def test_a_variable_may_refer_to_others() -> None:
    variables = {
        **CLUSTER,
        "nutanix_password": trust_as_template("{{ vault_password }}"),
        "vault_password": "from the vault",
    }
    assert connection(PRISM, variables).complete({})["nutanix_password"] == "from the vault"


@pytest.mark.parametrize(
    ("operation", "variables", "message"),
    [
        (
            PRISM,
            {**CLUSTER, "nutanix_password": trust_as_template("{{ vault_x }}")},
            "The variable nutanix_password of own has no value",
        ),
        (PRISM, {**CLUSTER, "nutanix_port": "https"}, "The variable nutanix_port of own is wrong: argument"),
        (PRISM, {**CLUSTER, "validate_certs": "perhaps"}, "The variable validate_certs of own is wrong: argument"),
        (CITRIX, {**SITE, "citrix_hostname": "https://ddc"}, "citrix_hostname is 'https://ddc', which is no host name"),
    ],
)
def test_a_wrong_variable_is_told_by_its_name(operation: Any, variables: dict[str, Any], message: str) -> None:
    with pytest.raises(OperationError) as refused:
        connection(operation, variables).complete({})
    assert refused.value.message.startswith(message)
    assert "secret" not in str(refused.value)


def test_missing_variables_are_told_by_their_names(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CITRIX_CLIENT_ID", "CITRIX_CLIENT_SECRET"):
        monkeypatch.delenv(name, raising=False)
    own = connection(CITRIX, {"citrix_hostname": "ddc.example.com"})
    with pytest.raises(OperationError) as refused:
        own.refuse_missing(own.complete({}))
    assert refused.value.message == "own lacks citrix_client_id and citrix_client_secret"
    assert "CITRIX_CLIENT_ID and CITRIX_CLIENT_SECRET in the environment" in refused.value.advice

    monkeypatch.setenv("CITRIX_CLIENT_SECRET", "secret")
    own.refuse_missing({"client_id": "given"})


def test_a_prism_central_has_options_of_its_own() -> None:
    assert connection(CENTRAL, {**CLUSTER, "nutanix_api_key": "key", "nutanix_api_version": "v4.1"}).complete({}) == {
        **CLUSTER,
        "nutanix_api_key": "key",
        "api_version": "v4.1",
    }
    assert connection(PRISM, {**CLUSTER, "nutanix_api_key": "key"}).complete({}) == CLUSTER
    connection(CENTRAL, {}).refuse_missing({"nutanix_host": "10.0.0.1"})


def test_the_log_in_that_a_task_gives_keeps_the_other_one_out() -> None:
    own = connection(CENTRAL, {**CLUSTER, "nutanix_api_key": "key"})
    by_password = {"nutanix_username": "admin", "nutanix_password": "other"}
    assert own.complete(by_password) == {"nutanix_host": "10.0.0.1", **by_password, "nutanix_api_key": ""}
    by_key = {"nutanix_api_key": "other"}
    assert own.complete(by_key) == {**CLUSTER, "nutanix_username": "", "nutanix_password": "", **by_key}


def test_a_log_in_of_a_prism_central_is_known_by_all_that_it_is_made_of() -> None:
    with_key = {"nutanix_host": "10.0.0.1", "nutanix_api_key": "key"}
    assert list(_log_ins(CENTRAL, {**CLUSTER})) == list(_log_ins(CENTRAL, with_key)) == ["Prism Central 10.0.0.1"]
    assert list(_log_ins(PRISM, {**CLUSTER})) == ["Prism Element 10.0.0.1"]
    assert _log_ins(CENTRAL, {"nutanix_host": "10.0.0.1", "nutanix_username": "svc"}) == {}
    assert _log_ins(CENTRAL, {**CLUSTER}) != _log_ins(CENTRAL, with_key)


def test_whose_variables_count_for_a_task_that_is_delegated() -> None:
    other = {"nutanix_host": "10.0.0.2"}
    assert connection(PRISM, CLUSTER, "other", other).host == "other"
    # Never some of each: the password of `own` would go to `other`.
    assert connection(PRISM, CLUSTER, "other", other).complete({}) == other
    assert connection(PRISM, CLUSTER, "jump").complete({}) == CLUSTER
    assert connection(PRISM, CLUSTER, "localhost", other).complete({}) == CLUSTER
    assert connection(CITRIX, SITE, "cluster", other).host == "own"


def test_modules_that_connect_to_nothing_are_left_alone() -> None:
    assert connection_variables(NOTE.arguments, SimpleNamespace(delegate_to=None), CLUSTER, None) is None


@pytest.mark.parametrize("client", CLIENTS)
def test_the_documentation_of_each_option_names_its_variable_and_its_environment(client: Any) -> None:
    fragment = import_module(f"{DOC_FRAGMENTS}.{FRAGMENTS[client]}")
    options = yaml.safe_load(fragment.ModuleDocFragment.DOCUMENTATION)["options"]
    assert options.keys() == client.ARGUMENTS.keys() == client.VARIABLES.keys()
    for option, spec in client.ARGUMENTS.items():
        text = " ".join(options[option]["description"])
        assert f"C({client.VARIABLES[option]})" in text
        for name in spec.get("fallback", (None, []))[1]:
            assert f"E({name})" in text
