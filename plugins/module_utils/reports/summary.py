# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A report in a few lines, for those who do not open its file: chats, tickets, the next job of a workflow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

# A survey or a chat room is no place for hundreds of sentences; the report file has them all.
LONGEST_LIST = 10


def titled(title: str, check: bool) -> str:
    """The title of a report; that of a plan says so."""
    if check:
        return f"{title} (a plan: nothing was changed)"
    return title


def ending(record: Mapping[str, Any]) -> str:
    """Whether a job is complete, in words."""
    if record["complete"]:
        return "complete"
    return "not complete"


def summary(title: str, succeeded: bool, problems: Sequence[str], check: bool) -> dict[str, Any]:
    """{text, succeeded, check_mode, problem_count, problems}; `text` is what Slack and Teams show."""
    text = title
    if problems:
        text = f"{title} (problems: {len(problems)}, the first is: {problems[0].rstrip('.')})"
    return {
        "text": text,
        "succeeded": succeeded,
        "check_mode": check,
        "problem_count": len(problems),
        "problems": list(problems[:LONGEST_LIST]),
    }
