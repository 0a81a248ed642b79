# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Judge whether a release can be started, show it, write it down, and fail on any stop."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import (
    REPORT_ARGUMENTS,
    Params,
    Report,
    Result,
    Verdict,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.reporter import Reporter
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.preflight.estate import ReleaseRequest
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.preflight.judging import judge as judge_release
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.preflight.rows import OK, STOP, WARNING, count
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.release_options import PREFIX_ARGUMENTS
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.json_file import write_json
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.preflight import table
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.summary import summary
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import OperationError

ARGUMENTS: dict[str, Any] = {
    **REPORT_ARGUMENTS,
    **PREFIX_ARGUMENTS,
    "base_vm": {"type": "str", "required": True},
    "release": {"type": "str", "default": ""},
    "protection_domain": {"type": "str", "default": ""},
    "strategy": {"type": "str", "default": "protection_domain"},
    "recovery_point": {"type": "str", "default": ""},
    "storage_container": {"type": "str", "default": ""},
    "vm_uuid": {"type": "str", "default": ""},
    "source": {"type": "str", "required": True},
    "remote_sites": {"type": "list", "elements": "str"},
    "require_powered_off": {"type": "bool", "default": True},
    "space_factor": {"type": "float", "default": 1.2},
    "certificate_days": {"type": "int", "default": 30},
    "clock_warning": {"type": "int", "default": 60},
    "clock_stop": {"type": "int", "default": 300},
    "replication_timeout": {"type": "int", "default": 14400},
    "clusters": {"type": "dict", "required": True},
    "sites": {"type": "dict", "required": True},
    "centrals": {"type": "dict", "default": {}},
    "targets": {"type": "dict", "default": {}},
    "pools": {"type": "dict", "default": {}},
    "show_ok": {"type": "bool", "default": True},
    "report_path": {"type": "path"},
}
TEXTS = ("message", "address")
NO_SETTINGS = ("clusters", "sites", "centrals", "targets", "pools", "show_ok", "report_path", *REPORT_ARGUMENTS)


def judge(params: Params, check: bool, now: datetime) -> Verdict:
    settings = {name: params[name] for name in ARGUMENTS if name not in NO_SETTINGS}
    sites = settings["remote_sites"]
    release = ReleaseRequest(**{**settings, "remote_sites": None if sites is None else tuple(sites)})
    rows = judge_release(
        release,
        _read(params["clusters"]),
        _read(params["sites"]),
        now,
        _read(params["centrals"]),
        params["targets"],
        _read(params["pools"]),
    )
    stops, warnings = count(rows, STOP), count(rows, WARNING)
    what = release.base_vm or ("an image of XenServer pools" if params["pools"] else "prepared images")
    title = f"Preflight of {what}: {stops} x stop, {warnings} x warning, {len(rows) - stops - warnings} x ok"
    # `warnings` is a key that Ansible takes for its own.
    facts = {
        "ready": not stops,
        "stop_count": stops,
        "warning_count": warnings,
        "problems": [asdict(row) for row in rows if row.result != OK],
    }
    details = {"rows": list(map(asdict, rows))}
    refusal = OperationError(
        f"Not ready to release {what}: {stops} of {len(rows)} checks say stop",
        "The table says what to do about each. Run preflight again afterwards.",
    )
    return Verdict(
        lines=table(title, rows, params["show_ok"]),
        record={**settings, **facts, **details},
        # Not `path`: a module that returns this has the file's owner and mode added to its result.
        facts={**facts, "report_path": params["report_path"]},
        summary=summary(
            title,
            not stops,
            [f"{row.where}, {row.what}: {row.detail}" for row in rows if row.result == STOP],
            check=False,
        ),
        details=details,
        refusal=refusal if stops else None,
    )


def write(params: Params, verdict: Verdict, reporter: Reporter) -> Result:
    if params["report_path"]:
        write_json(params["report_path"], "preflight_report", verdict.record, "nothing else depends on this file.")
    return {}


def _read(hosts: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """What the hosts told."""
    return {host: _with_nulls(facts) for host, facts in hosts.items()}


def _with_nulls(facts: dict[str, Any]) -> dict[str, Any]:
    """Templates of ansible-core before 2.19 make '' of the null of what was not read."""
    told = dict(facts)
    for name, value in facts.items():
        if value == "" and name not in TEXTS:
            told[name] = None
    return told


OF_EACH: dict[str, type] = dict.fromkeys(("clusters", "sites", "centrals", "targets", "pools"), dict)
OPERATION = Report(arguments=ARGUMENTS, of_each=OF_EACH, judge=judge, write=write)
