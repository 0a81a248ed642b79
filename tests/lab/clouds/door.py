# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a lab has of a cloud: an endpoint that leads to an emulator."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any

from lab.endpoint import Endpoint


class CloudDoor(Endpoint):
    """An endpoint that is a cloud."""

    @abstractmethod
    def variables(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return the variables of a target there, with what ``given`` says of it."""
