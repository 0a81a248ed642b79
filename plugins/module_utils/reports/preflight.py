# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The table of a preflight for the screen."""

from __future__ import annotations

from collections.abc import Iterable

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.preflight.rows import OK, CheckRow
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports import tables


def table(title: str, rows: Iterable[CheckRow], show_ok: bool = True) -> list[str]:
    """Lines for the screen. What to do follows the detail."""
    cells = []
    for row in rows:
        if show_ok or row.result != OK:
            detail = f"{row.detail}. {row.advice}" if row.advice else row.detail
            cells.append((row.where, row.what, row.result, detail))
    return tables.table(title, ("where", "what", "result", "detail, and what to do"), cells)
