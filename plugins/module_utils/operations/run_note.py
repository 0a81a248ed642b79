# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tell the other hosts of a play something while they are at work, and wait for what they tell."""

from __future__ import annotations

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.board import NO_BOARD
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import Params, Reading, Result
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.reporter import Reporter
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import OperationError

ARGUMENTS = {
    "name": {"type": "str"},
    "note": {"type": "dict"},
    "names": {"type": "list", "elements": "str", "default": []},
    "any": {"type": "bool", "default": False},
    "wait_timeout": {"type": "int", "default": 86400},
}


def read(params: Params, reporter: Reporter) -> Result:
    if reporter.board is None:
        raise OperationError(NO_BOARD, "Run it through ansible-playbook.")
    if params["name"]:
        reporter.board.leave(params["name"], params["note"])
    notes = reporter.board.wait(
        params["names"],
        what="Others",
        timeout=params["wait_timeout"],
        progress=reporter.progress,
        one_is_enough=params["any"],
    )
    return {"notes": notes, "missing": [name for name in params["names"] if name not in notes]}


OPERATION = Reading(
    arguments=ARGUMENTS,
    read=read,
    required_together=(("name", "note"),),
    required_one_of=(("name", "names"),),
    stays=True,
)
