# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Why a task failed, in fields. Nothing here takes a sentence apart: what comes without fields is told whole."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

SILENT = "It failed, and did not say why"


def failure(result: Mapping[str, Any], before: str = "") -> dict[str, Any]:
    """{message, error: {message, advice, options?}, log_in_refused_by?} of a task's result; of a loop that of the first
    item that failed, because the loop itself says only that one did.

    `before` is put before the message. What another host remembered in this form is taken as it is.
    """
    items = result.get("results")
    if isinstance(items, list):
        failures = [item for item in items if isinstance(item, Mapping) and item.get("failed") is True]
        if failures:
            return failure(failures[0], before)
    message, advice = fields_of(result)
    text = str(result.get("msg") or result.get("message") or "") or in_one(message, advice) or SILENT
    error: dict[str, Any] = {"message": f"{before}{message or text}", "advice": advice}
    if options_of(result):
        error["options"] = options_of(result)
    refused_by = result.get("log_in_refused_by")
    whose = {"log_in_refused_by": refused_by} if refused_by else {}
    return {"message": f"{before}{text}", "error": error, **whose}


def why(result: Mapping[str, Any]) -> tuple[str, str]:
    """Message and advice, of what comes without fields the whole text and ''; ('', '') where nothing is told."""
    message, advice = fields_of(result)
    return message or str(result.get("msg") or result.get("message") or ""), advice


def in_one(message: str, advice: str) -> str:
    """Both in one text, for a table or a sentence."""
    if not message or not advice:
        return message or advice
    stop = "" if message.endswith((".", "?", "!")) else "."
    return f"{message}{stop} {advice}"


def options_of(result: Mapping[str, Any]) -> list[str]:
    """The options of the module that the advice names."""
    error = result.get("error")
    if isinstance(error, Mapping):
        return list(error.get("options") or [])
    return []


def fields_of(result: Mapping[str, Any]) -> tuple[str, str]:
    """Message and advice where a failure has both apart, else ('', '')."""
    error = result.get("error")
    if isinstance(error, Mapping) and error.get("message"):
        return str(error["message"]), str(error.get("advice") or "")
    return "", ""
