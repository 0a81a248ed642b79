# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Modules run through their public door, `main()`, against a lab over real HTTPS."""

from __future__ import annotations

import contextlib
import functools
import importlib
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.module_utils import basic
from ansible.module_utils.common import warnings

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import SHOWN
from harness.returns import broken_promises, hold
from harness.schemas import hold_to_schema
from lab.running import RunningLab

TOPOLOGIES = Path(__file__).parents[1] / "lab" / "topologies"
DEMO = TOPOLOGIES / "demo.yml"
MODULES = "ansible_collections.euc.nutanix_citrix.plugins.modules"
# Old versions of ansible-core add the call, new ones what is to be masked; the door on the controller shows the lines.
OF_THE_DOOR = ("invocation", "_ansible_new_secrets", SHOWN)
CITRIX_OPTIONS = {
    "citrix_hostname": "hostname",
    "citrix_trust_hostname": "trust_hostname",
    "citrix_customer_id": "customer_id",
    "citrix_client_id": "client_id",
    "citrix_client_secret": "client_secret",
    "ca_path": "ca_path",
}

XENSERVER_OPTIONS = ("xenserver_host", "xenserver_port", "xenserver_username", "xenserver_password", "ca_path")


@contextlib.contextmanager
def module_arguments(arguments: dict[str, Any]) -> Iterator[None]:
    """Give a module its arguments the way the installed ansible-core wants it."""
    try:
        from ansible.module_utils.testing import patch_module_args
    except ImportError:
        before = basic._ANSIBLE_ARGS
        basic._ANSIBLE_ARGS = json.dumps({"ANSIBLE_MODULE_ARGS": arguments}).encode()
        try:
            yield
        finally:
            basic._ANSIBLE_ARGS = before
    else:
        with patch_module_args(arguments):
            yield


def run_module(name: str, arguments: dict[str, Any], check: bool = False) -> dict[str, Any]:
    """The module's result as Ansible would see it, held against its documentation; `failed` is set when it failed."""
    module = importlib.import_module(f"{MODULES}.{name}")
    printed = io.StringIO()
    given = {**arguments, "_ansible_check_mode": check, "_ansible_diff": True}
    # Those of a process, as Ansible has it; here a process runs many modules.
    warnings._global_warnings.clear()
    with (
        _outside_the_controller(),
        module_arguments(given),
        contextlib.redirect_stdout(printed),
        pytest.raises(SystemExit),
    ):
        module.main()
    result = {key: value for key, value in json.loads(printed.getvalue()).items() if key not in OF_THE_DOOR}
    if name.endswith("_report") and Path(result.get("report_path") or "").is_file():
        hold_to_schema(Path(result["report_path"]), name)
    if "warnings" in result:
        result["warnings"] = [_warning(given) for given in result["warnings"]]
    hold(broken_promises(name, result))
    return result


def _warning(given: Any) -> str:
    """A warning as a playbook finds it in a registered result; newer versions of ansible-core pack it up on the way."""
    return str(given["event"]["msg"] if isinstance(given, dict) else given)


@contextlib.contextmanager
def _outside_the_controller() -> Iterator[None]:
    """A module's warnings belong into its result; once controller code was loaded into this process, newer ansible-core
    would print them instead."""
    try:
        from ansible.module_utils import _internal
    except ImportError:
        yield
        return
    before = _internal.is_controller
    _internal.is_controller = False
    try:
        yield
    finally:
        _internal.is_controller = before


class Site:
    """One inventory host of the lab: calls modules with its connection options filled in."""

    def __init__(self, name: str, options: dict[str, Any]) -> None:
        self.name = name
        self.options = options

    def __call__(self, module: str, check: bool = False, **arguments: Any) -> dict[str, Any]:
        """Run a module that must succeed."""
        result = run_module(module, {**self.options, **arguments}, check)
        assert not result.get("failed"), result
        return result

    def fails(self, module: str, check: bool = False, **arguments: Any) -> str:
        """Run a module that must fail, and return its message."""
        result = run_module(module, {**self.options, **arguments}, check)
        assert result.get("failed"), result
        return str(result["msg"])


def connection_options(variables: dict[str, Any]) -> dict[str, Any]:
    citrix = {option: variables[name] for name, option in CITRIX_OPTIONS.items() if name in variables}
    prism = {
        name: variables[name]
        for name in ("nutanix_host", "nutanix_port", "nutanix_username", "nutanix_password", "ca_path")
        if name in variables
    }
    xenserver = {name: variables[name] for name in XENSERVER_OPTIONS if name in variables}
    if "xenserver_host" in variables:
        return xenserver
    return citrix if "citrix_hostname" in variables else prism


def topology_of(path: Path) -> dict[str, Any]:
    """A topology file as a dictionary of the caller's own."""
    return deepcopy(_parsed(path))


@functools.cache
def _parsed(path: Path) -> dict[str, Any]:
    topology: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return topology


def hosts_of(lab: RunningLab) -> dict[str, Site]:
    """Every inventory host of the lab by name."""
    return {
        endpoint["name"]: Site(
            endpoint["name"], connection_options({"ca_path": str(lab.ca_path), **endpoint["inventory"]})
        )
        for endpoint in lab.endpoints
        if endpoint["inventory"] is not None
    }


def writes(lab: RunningLab) -> list[str]:
    """Every recorded request that changes anything."""
    return written(lab.requests())


def written(requests: Iterable[Mapping[str, Any]]) -> list[str]:
    return [f"{entry['method']} {entry['path']}" for entry in requests if entry["writes"]]
