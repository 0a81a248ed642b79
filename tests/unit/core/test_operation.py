# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import Operation, Run, execute
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import OperationError


def work(run: Run) -> dict[str, Any]:
    with run.phase("replicate"):
        pass
    with run.phase("restore"):
        if run.params["breaks"]:
            raise OperationError("It broke. Twice", "Mend it.")
    return {"changed": True}


def result(breaks: bool = False, check: bool = False) -> dict[str, Any]:
    return execute(Operation(arguments={}, perform=work), Run(params={"breaks": breaks}, check=check), show_diff=False)


def test_result_tells_when_the_work_was_done() -> None:
    timeline = result()["timeline"]
    assert [(piece["phase"], piece["failed"]) for piece in timeline] == [("replicate", False), ("restore", False)]
    moments = [moment for piece in timeline for moment in (piece["started"], piece["finished"])]
    assert moments == sorted(moments)


def test_failed_result_tells_it_too() -> None:
    failed = result(breaks=True)
    assert failed["failed"]
    assert [(piece["phase"], piece["failed"]) for piece in failed["timeline"]] == [
        ("replicate", False),
        ("restore", True),
    ]


def test_a_failure_keeps_message_and_advice_apart() -> None:
    failed = result(breaks=True)
    assert failed["msg"] == "It broke. Twice. Mend it."
    assert failed["error"] == {"message": "It broke. Twice", "advice": "Mend it."}


def test_check_mode_does_no_work() -> None:
    assert result(check=True) == {"changed": True}
