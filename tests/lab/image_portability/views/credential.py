# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An entry of the wallet as the service shows it: never its secret (contract image_portability 4.2)."""

from __future__ import annotations

from typing import Any

from lab.image_portability.state.credentials import Credential
from lab.image_portability.state.service import Service
from lab.image_portability.views.moments import iso


def credential_view(service: Service, credential: Credential) -> dict[str, Any]:
    """Return what may be seen of a credential."""
    return {
        "id": credential.id,
        "type": credential.type,
        "state": credential.state,
        "createdAt": iso(service, credential.created),
        "updatedAt": iso(service, credential.updated),
    }
