# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""HTTP Basic, as both Prisms take it."""

from __future__ import annotations

import base64

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.session import Authorization


class Basic(Authorization):
    """On every request (contract prism_element 1.6, prism_central 1.2); the session keeps the cookies beside it."""

    def __init__(self, username: str, password: str) -> None:
        self._header = "Basic " + base64.b64encode(f"{username}:{password}".encode()).decode()

    def headers(self) -> dict[str, str]:
        return {"Authorization": self._header}
