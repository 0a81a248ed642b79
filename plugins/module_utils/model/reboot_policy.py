# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""When machines restart to take up a new image, and how their users are warned (contract citrix 8.5)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.refusal import Refusal

AT_NEXT_SHUTDOWN = -1


@dataclass(frozen=True)
class RebootPolicy:
    """All in minutes. `within`: -1 at each machine's next shutdown, 0 all at once, n spread over n. `warning`: 0 none,
    -1 at once (only with `within` -1)."""

    within: int = AT_NEXT_SHUTDOWN
    warning: int = 0
    warning_title: str = ""
    warning_message: str = ""
    warning_repeat: int = 0

    def request(self) -> dict[str, Any]:
        """The policy as a site takes it (contract citrix 8.5)."""
        options: dict[str, Any] = {"RebootDuration": self.within, "WarningDuration": self.warning}
        if self.warning_title:
            options["WarningTitle"] = self.warning_title
        if self.warning_message:
            options["WarningMessage"] = self.warning_message
        if self.warning_repeat:
            options["WarningRepeatInterval"] = self.warning_repeat
        return options

    def __post_init__(self) -> None:
        if self.within < AT_NEXT_SHUTDOWN:
            raise Refusal(
                f"reboot.within_minutes is {self.within}",
                "Give -1 (at the next shutdown), 0 (all at once) or a number of minutes.",
            )
        if self.within == AT_NEXT_SHUTDOWN and self.warning not in (-1, 0):
            raise Refusal(
                f"reboot.warning_minutes is {self.warning}, and reboot.within_minutes is -1: there is no time to count"
                " down to",
                "Give 0 or -1, or say with reboot.within_minutes when to restart.",
            )
        if self.within != AT_NEXT_SHUTDOWN and self.warning < 0:
            raise Refusal(
                f"reboot.warning_minutes is {self.warning}, and reboot.within_minutes says when to restart",
                "Give 0 or more.",
            )
        if self.warning_repeat < 0:
            raise Refusal(f"reboot.warning_repeat_minutes is {self.warning_repeat}", "Give 0 or more.")
        if self.warning and not self.warning_message:
            raise Refusal("reboot.warning_message is missing: users would be warned with nothing", "Give one.")
