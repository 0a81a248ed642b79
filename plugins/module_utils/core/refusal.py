# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The one way in which pure code says no."""

from __future__ import annotations

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import OperationError


class Refusal(OperationError):
    """What does not fit, or cannot be told, and what to do about it. It is returned where no is one of the answers, and
    raised where it ends the work; the shell understands it as it is."""

    def at(self, endpoint: str) -> Refusal:
        """The same, with whose affair it is."""
        return self.replace(message=f"{endpoint}: {self.message}")
