# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists and their pages (contract image_portability 6)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from lab.image_portability.errors import refusal
from lab.image_portability.state.service import Service
from lab.wire import Reply, Request

Entry = TypeVar("Entry")
PAGING = {"limit": int, "continuationToken": str, "orderBy": str}


def page(service: Service, request: Request, entries: list[Entry], view: Callable[[Entry], dict[str, Any]]) -> Reply:
    """Answer a list as the switch ``paging`` says."""
    way = service.behaviour["paging"]
    if way == "plain_list":
        return Reply(200, [view(entry) for entry in entries])
    if request.query and way == "refuses_parameters":
        raise refusal(400, "The query is not valid.", [("reason", "invalidString")])
    start = 0
    if way == "token" and request.one("continuationToken"):
        start = int(str(request.one("continuationToken")).removeprefix("page-"))
    size = service.page_size
    body: dict[str, Any] = {"pageSize": size, "items": [view(entry) for entry in entries[start : start + size]]}
    if start + size < len(entries):
        body["continuationToken"] = f"page-{start + size}"
    return Reply(200, body)
