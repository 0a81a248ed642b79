# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""task (contract xenserver 6, addition A)."""

from __future__ import annotations

from lab.xenserver.routes.calls import Calls

SECTION = "6, addition A"


def add_calls(calls: Calls) -> None:
    """Register them."""
    pool = calls.pool

    @calls.call("task.create", "string", "string", section=SECTION, result="task ref")
    def create(label: str, description: str) -> str:
        return pool.tasks.create(label, description)

    @calls.call("task.destroy", "task ref", section=SECTION)
    def destroy(task: str) -> None:
        pool.database.get("task", task)
        pool.database.remove("task", task)

    @calls.call("task.cancel", "task ref", section=SECTION, errors=("OPERATION_NOT_ALLOWED",))
    def cancel(task: str) -> None:
        pool.tasks.cancel(task)
