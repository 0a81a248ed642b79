# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every option of every module with what a survey, an empty variable or a slip of the pen gives: the module works or
says what is wrong, never breaks, and writes nothing in check mode. Each result is held against RETURN."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.client import CitrixSite
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.image_portability.client import (
    PortabilityService,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_central.client import PrismCentral
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.client import PrismElement
from harness.calls import CALLS, prepare
from harness.modules import hosts_of, run_module, writes
from lab.running import RunningLab

CONNECTIONS = {*CitrixSite.ARGUMENTS, *PortabilityService.ARGUMENTS, *PrismCentral.ARGUMENTS, *PrismElement.ARGUMENTS}
OPERATIONS = "ansible_collections.euc.nutanix_citrix.plugins.module_utils.operations"
AWKWARD: dict[str, list[Any]] = {
    "str": ["", "  ", "../..", "ö\u202e", "a" * 300],
    "int": ["", -1, 0, 10**30],
    "float": [-1, "nan"],
    "bool": ["", "maybe"],
    "list": ["", [], "a,,b", {"a": 1}],
    "dict": [{"nope": 1}, {}, "a=b", []],
}
# What a playbook makes of results that it does not pass on whole
CHANGED_RESULTS: dict[str, list[Any]] = {
    "dict": [{"h": value} for value in ({}, [], [{}], ["x"], {"message": 1}, {"vms": [{}]}, {"catalogs": [{}]})],
    "list": [[{}], [[]], [["a"]], [[1, 2]], [1]],
}


def awkward(spec: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Wrong addresses and log-ins are in tests/unit/rest."""
    for name, option in spec.items():
        if name not in CONNECTIONS:
            yield from ({name: value} for value in AWKWARD.get(option.get("type", "str"), []))
        if "options" not in option and option.get("elements") not in ("str", "int"):
            yield from ({name: value} for value in CHANGED_RESULTS.get(option.get("type", "str"), []))


@pytest.mark.parametrize("module", sorted(CALLS))
def test_no_option_breaks_a_module(
    lab: RunningLab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, module: str
) -> None:
    prepare(lab)
    # A report whose path is nonsense is written here.
    monkeypatch.chdir(tmp_path)
    operation = importlib.import_module(f"{OPERATIONS}.{module}").OPERATION
    host, usual = CALLS[module][0]
    connection = hosts_of(lab)[host].options
    arguments = {name: value for name, value in connection.items() if name in operation.arguments} | usual
    for given in awkward(operation.arguments):
        run_module(module, {**arguments, **given}, check=True)
    assert writes(lab) == []
