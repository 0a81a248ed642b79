# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The log-in to a delivery controller (contract citrix 1.5)."""

from __future__ import annotations

import base64

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix_cloud import (
    CHECK_FIRST,
    Token,
    token_of,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import (
    AccessDenied,
    ApiError,
    NotFound,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.session import RestSession


def on_premises_token(controller: RestSession, username: str, password: str) -> Token:
    """A token of a delivery controller (contract citrix 1.5). `controller` is a session without authorization to the
    API's root."""
    basic = base64.b64encode(f"{username}:{password}".encode()).decode()
    try:
        body = controller.request("POST", "/Tokens", headers={"Authorization": f"Basic {basic}"}).body
    except AccessDenied as error:
        raise AccessDenied(
            f"{error.message}: the log-in of '{username}' was refused",
            f"client_id is DOMAIN\\user there; for Citrix DaaS give customer_id. {CHECK_FIRST}",
            status=error.status,
            code=error.code,
        ) from None
    except NotFound as error:
        advice = (
            "Check hostname and api_root: there is no site's REST API at this address. For Citrix DaaS give"
            " customer_id."
        )
        raise ApiError(error.message, advice, status=error.status, code=error.code) from None
    answer = body if isinstance(body, dict) else {}
    return token_of(controller, answer.get("Token"), answer.get("ExpiresAt"))
