# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The shell around an operation: the same code behind two doors, the module and the action plugin.

An operation knows nothing of AnsibleModule: parameters, check mode and a progress callback go in, a plain result comes
out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

from ansible.module_utils.basic import AnsibleModule, missing_required_lib

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.board import Board
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.timestamps import iso_milliseconds
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import OperationError
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.session import REQUESTS_IMPORT_ERROR

SHOWN = "shown_lines"


@dataclass(frozen=True)
class Run:
    """One execution: validated `params`, `check` for check mode (no write at all), `progress` and `show` for a line on
    the screen, with and without the host
    before it, `warn` and `phase` for the result. `board` is there on the controller only."""

    params: Mapping[str, Any]
    check: bool = False
    progress: Callable[[str], None] = lambda line: None
    show: Callable[[str], None] = lambda line: None
    warnings: list[str] = field(default_factory=list)
    timeline: list[dict[str, Any]] = field(default_factory=list)
    board: Board | None = None

    def warn(self, text: str) -> None:
        self.warnings.append(text)

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Put a piece of work on the timeline: {phase, started, finished, failed}. In check mode there is no work, and
        nothing is put there."""
        started, failed = datetime.now(timezone.utc), True
        try:
            yield
            failed = False
        finally:
            if not self.check:
                finished = datetime.now(timezone.utc)
                self.timeline.append(
                    {
                        "phase": name,
                        "started": iso_milliseconds(started),
                        "finished": iso_milliseconds(finished),
                        "failed": failed,
                    }
                )


@dataclass(frozen=True)
class Operation:
    """What a module does: its argument spec and `perform(run) -> result`.

    One that `stays` works on the controller whatever the connection. `before_travel` does there what cannot be done
    elsewhere, and returns the arguments to
    travel with.

    The result holds `changed`; a `diff` of {before, after} is always computed and shown only when asked for. Expected
    failures are raised as OperationError.
    """

    arguments: Mapping[str, Any]
    perform: Callable[[Run], dict[str, Any]]
    mutually_exclusive: tuple[tuple[str, ...], ...] = ()
    required_together: tuple[tuple[str, ...], ...] = ()
    required_one_of: tuple[tuple[str, ...], ...] = ()
    required_if: tuple[tuple[Any, ...], ...] = ()
    required_by: Mapping[str, Any] = field(default_factory=dict)
    stays: bool = False
    before_travel: Callable[[dict[str, Any], Run], dict[str, Any]] | None = None

    def rules(self) -> dict[str, Any]:
        """The rules between arguments, in the form both doors take."""
        return {
            "mutually_exclusive": [list(names) for names in self.mutually_exclusive],
            "required_together": [list(names) for names in self.required_together],
            "required_one_of": [list(names) for names in self.required_one_of],
            "required_if": [list(rule) for rule in self.required_if],
            "required_by": dict(self.required_by),
        }


def execute(operation: Operation, run: Run, show_diff: bool) -> dict[str, Any]:
    """Perform and return the module's result; an OperationError becomes `failed`, `msg` and, in two parts that nobody
    has to find in the sentence again,
    `error` of {message, advice}. Bugs are left to raise.

    `timeline` tells when the work was done, and is left out when there was none.
    """
    try:
        result = operation.perform(run)
    except OperationError as error:
        result = failure(error)
    if run.timeline:
        result["timeline"] = run.timeline
    if not show_diff:
        result.pop("diff", None)
    return result


def failure(error: OperationError) -> dict[str, Any]:
    """An expected failure as a result."""
    return {
        **error.details,
        "failed": True,
        "msg": str(error),
        "error": {"message": error.message, "advice": error.advice},
    }


def run_as_module(operation: Operation) -> None:
    """The module door: runs wherever Ansible ships the module to."""
    module = AnsibleModule(argument_spec=dict(operation.arguments), supports_check_mode=True, **operation.rules())
    if REQUESTS_IMPORT_ERROR:
        module.fail_json(msg=missing_required_lib("requests"), exception=REQUESTS_IMPORT_ERROR)
    # A module cannot print. The door on the controller shows these lines when the module has come back.
    shown: list[str] = []
    run = Run(params=module.params, check=module.check_mode, show=shown.append)
    result = execute(operation, run, show_diff=module._diff)
    if shown:
        result[SHOWN] = shown
    for text in run.warnings:
        module.warn(text)
    if result.pop("failed", False):
        module.fail_json(**result)
    module.exit_json(**result)
