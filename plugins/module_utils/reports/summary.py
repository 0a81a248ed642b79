# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A report in a few lines, for those who do not open its file: chats, tickets, the next job of a workflow."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

# A survey or a chat room is no place for hundreds of sentences; the report file has them all.
LONGEST_LIST = 10


def summary(title: str, succeeded: bool, problems: Sequence[str], check: bool) -> dict[str, Any]:
    """{text, succeeded, check_mode, problem_count, problems}; `text` is what Slack and Teams show."""
    count = len(problems)
    ending = f" (problems: {count}, the first is: {problems[0].rstrip('.')})" if problems else ""
    return {
        "text": f"{title}{ending}",
        "succeeded": succeeded,
        "check_mode": check,
        "problem_count": count,
        "problems": list(problems[:LONGEST_LIST]),
    }
