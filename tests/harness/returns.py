# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether what a module returned is what its documentation promises."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

MODULES = Path(__file__).parents[2] / "plugins" / "modules"
TYPES: dict[str, tuple[type, ...]] = {
    "bool": (bool,),
    "dict": (dict,),
    "float": (int, float),
    "int": (int,),
    "list": (list,),
    "str": (str,),
}
COLLECTION = "euc.nutanix_citrix."
# What Ansible itself, and every module of any collection, may return
OF_EVERY_MODULE = {
    "ansible_facts",
    "ansible_stats",
    "attempts",
    "changed",
    "changed_when_result",
    "deprecations",
    "diff",
    "exception",
    "failed",
    "failed_when_result",
    "failed_when_suppressed_exception",
    "invocation",
    "msg",
    "skipped",
    "stderr",
    "stdout",
    "warnings",
}
# What an error of ours says beside its sentence (docs/connecting.md)
OF_A_FAILURE = {
    "error",
    "error_code",
    "http_status",
    "job_id",
    "job_status",
    "log_in_refused_by",
    "task_ext_id",
    "task_uuid",
    "under_way",
}
# One shape in all modules for what did not work; some say more of each
OF_WHAT_FAILED = ("id", "name", "reason")
PARTS_OF_AN_ERROR = {"message", "advice", "options"}
# What Ansible adds to a task in the background
OF_ASYNC = {"ansible_job_id", "finished", "results_file", "started", "stderr_lines", "stdout_lines"}
# What Ansible adds to the results of a loop
OF_A_LOOP = {"ansible_loop", "ansible_loop_var", "ansible_index_var"}
# Ansible refuses arguments before the module is asked
WRONG_ARGUMENTS = re.compile(
    r"[Uu]nsupported parameter|[Mm]issing required|must be one of|mutually exclusive|required together|is required"
    r"|are missing|but (any|all) of the following|unable to convert|cannot be converted|[Rr]equired by"
    r"|could not parse JSON|must be a list, not"
)


@functools.cache
def documented(module: str) -> dict[str, Any]:
    """The RETURN of a module."""
    (text,) = re.findall(r'^RETURN = r"""(.*?)"""', (MODULES / f"{module}.py").read_text("utf-8"), re.DOTALL | re.M)
    returned: dict[str, Any] = yaml.safe_load(text) or {}
    return returned


def broken_promises(module: str, result: Mapping[str, Any]) -> list[str]:
    """What a result holds that is not documented, or not as documented, and what it lacks."""
    return [f"{module}: {problem}" for problem in _problems(documented(module), result)]


def broken_promises_of(tasks: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """The same of all that a playbook ran: records of status, task, action and result."""
    for task in tasks:
        module = task["action"].removeprefix(COLLECTION)
        if module == task["action"] or task["status"] in ("skipped", "unreachable"):
            continue
        for result in _results_of(task["result"], failed=task["status"] in ("failed", "ignored")):
            yield from (f"{problem} (task '{task['task']}')" for problem in broken_promises(module, result))


def _results_of(result: Mapping[str, Any], *, failed: bool) -> Iterator[dict[str, Any]]:
    """The results of a task that its module made: of a loop that of each item. A task that `failed` and ran no loop
    failed in its module or before it, which an older Ansible does not say in the result."""
    items = result["results"] if "ansible_loop_var" not in result and "results" in result else None
    for each in [result] if items is None else items:
        if each.get("skipped") or "censored" in each:
            continue
        added = {
            *(OF_ASYNC if "ansible_job_id" in each else ()),
            *OF_A_LOOP,
            str(each.get("ansible_loop_var") or ""),
            str(each.get("ansible_index_var") or ""),
        }
        told = {key: value for key, value in each.items() if key not in added}
        # The playbook decides what counts as a failure; whether the module failed shows in what it said.
        module_failed = (told.get("failed", failed and items is None)) and "failed_when_result" not in told
        told["failed"] = module_failed or "error" in told or bool(WRONG_ARGUMENTS.search(str(told.get("msg"))))
        yield told


def hold(problems: Iterable[str]) -> None:
    """Fail when there are any."""
    told = "\n".join(problems)
    if told:
        raise AssertionError(f"results that are not as documented:\n{told}")


def _problems(promised: Mapping[str, Any], result: Mapping[str, Any]) -> Iterator[str]:
    own = {key: value for key, value in result.items() if not key.startswith("_ansible") and key not in OF_EVERY_MODULE}
    if result.get("failed"):
        yield from _problems_of_failure(result)
        own = {key: value for key, value in own.items() if key not in OF_A_FAILURE}
    else:
        for key, field in promised.items():
            if field["returned"] in ("always", "success") and key not in result:
                yield f"{key} is returned on {field['returned']}, and missing"
    yield from _of_fields(promised, own, "")


def _problems_of_failure(result: Mapping[str, Any]) -> Iterator[str]:
    error = result.get("error")
    if error is None and WRONG_ARGUMENTS.search(str(result.get("msg"))):
        return
    parts = error if isinstance(error, dict) else {}
    if not parts.get("message") or not parts.get("advice") or set(parts) - PARTS_OF_AN_ERROR:
        yield f"a failure without a message and an advice: {result}"


def _of_fields(promised: Mapping[str, Any], values: Mapping[str, Any], inside: str) -> Iterator[str]:
    for key, value in values.items():
        place = f"{inside}{key}"
        if key not in promised:
            yield f"{place} is returned and not documented"
        else:
            yield from _of_value(promised[key], value, place)
        if key == "failures":
            yield from _of_failures(value, place)


def _of_failures(rows: Any, place: str) -> Iterator[str]:
    for row in rows if isinstance(rows, list) else [rows]:
        if not isinstance(row, dict) or not all(isinstance(row.get(name), str) for name in OF_WHAT_FAILED):
            yield f"{place} holds {row!r}, and each of its rows has {', '.join(OF_WHAT_FAILED)}"


def _of_value(field: Mapping[str, Any], value: Any, place: str) -> Iterator[str]:
    if value is None:
        if "null" not in f"{field['description']} {field['returned']}".lower():
            yield f"{place} is null, which its description does not say"
        return
    kind = field["type"]
    if not isinstance(value, TYPES[kind]) or (kind in ("int", "float") and isinstance(value, bool)):
        yield f"{place} is documented as {kind}, and is {value!r}"
    elif kind == "list":
        for number, element in enumerate(value):
            yield from _of_value({**field, "type": field["elements"]}, element, f"{place}[{number}]")
    elif kind == "dict" and "contains" in field:
        yield from _of_fields(field["contains"], value, f"{place}.")
