# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The Image Portability service of Citrix Cloud: connection options, the region of the customer, lists
(contract image_portability 2, 6)."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from ansible.module_utils.basic import env_fallback

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix_cloud import (
    Token,
    TokenAuthorization,
    cloud_token,
    explain,
    log_in_session,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.image_portability.names import (
    CLAIM,
    CUSTOMER_OF_CLAIM,
    GEO,
    REGIONS,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.address import netloc
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import (
    AccessDenied,
    ApiError,
    NotFound,
    OperationError,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.refusals import Proof
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.session import Answer, Refused, RestSession
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.transport import Transport

CLOUD_HOSTNAME = "api.cloud.com"
GONE = 410
CHECK_REGION = (
    "Check region, customer_id and the account's role: a customer is served by the host of one region only, and its"
    " tokens say which."
)

CONNECTION_ARGUMENTS: dict[str, Any] = {
    "hostname": {"type": "str", "fallback": (env_fallback, ["CITRIX_HOSTNAME"])},
    "trust_hostname": {"type": "str", "fallback": (env_fallback, ["CITRIX_TRUST_HOSTNAME"])},
    "customer_id": {"type": "str", "required": True, "fallback": (env_fallback, ["CITRIX_CUSTOMER_ID"])},
    "client_id": {"type": "str", "required": True, "fallback": (env_fallback, ["CITRIX_CLIENT_ID"])},
    "client_secret": {
        "type": "str",
        "required": True,
        "no_log": True,
        "fallback": (env_fallback, ["CITRIX_CLIENT_SECRET"]),
    },
    "region": {"type": "str", "choices": list(REGIONS), "fallback": (env_fallback, ["IPS_REGION"])},
    "base_path": {"type": "str", "default": "/ips", "fallback": (env_fallback, ["IPS_BASE_PATH"])},
    "validate_certs": {"type": "bool", "default": True, "fallback": (env_fallback, ["VALIDATE_CERTS"])},
    "ca_path": {"type": "path", "fallback": (env_fallback, ["CITRIX_CA_PATH"])},
    "read_timeout": {"type": "int", "default": 120, "fallback": (env_fallback, ["CITRIX_READ_TIMEOUT"])},
}


@dataclass(frozen=True)
class Listing:
    """A list as far as it could be read; `whole` when the service told no more than this."""

    items: tuple[Mapping[str, Any], ...]
    whole: bool


class PortabilityService(RestSession):
    """The service of one customer in his region."""

    LOG_IN = ("client_id", "client_secret")
    ARGUMENTS = CONNECTION_ARGUMENTS
    VARIABLES: ClassVar[dict[str, str]] = {
        **{option: f"citrix_{option}" for option in CONNECTION_ARGUMENTS},
        **{option: f"ips_{option}" for option in ("region", "base_path")},
        **{option: option for option in ("validate_certs", "ca_path", "read_timeout")},
    }
    IDENTITY = ("hostname", "customer_id", "client_id")
    ADDRESSES: ClassVar[tuple[str, ...]] = ("hostname", "trust_hostname")
    INSTEAD_OF: ClassVar[dict[str, str]] = {}

    @classmethod
    def connect(cls, params: Mapping[str, Any]) -> PortabilityService:
        """A session that logs in with its first request, or with none when the token has to tell the region."""
        customer_id = params["customer_id"].strip()
        trust_location = netloc("trust_hostname", params["trust_hostname"] or CLOUD_HOSTNAME, None)
        transport = Transport.of(params)

        def obtain() -> Token:
            trust = log_in_session(f"Citrix Cloud {trust_location}", f"https://{trust_location}", transport)
            return cloud_token(trust, customer_id, params["client_id"], params["client_secret"])

        authorization = TokenAuthorization(customer_id, obtain, cls.named(params), cls.proof(params))
        location = _regional_host(params, authorization)
        return cls(
            f"Image Portability {location}",
            f"https://{location}/{params['base_path'].strip('/')}".rstrip("/"),
            authorization=authorization,
            explain=_explain,
            idempotent=("PUT", "PATCH", "DELETE"),
            transport=transport,
        )

    @staticmethod
    def named(params: Mapping[str, Any]) -> str:
        return f"Image Portability of customer {params['customer_id']}"

    @staticmethod
    def proof(params: Mapping[str, Any]) -> Proof:
        """All that a log-in is made of."""
        return [
            str(params[name] or "")
            for name in (*PortabilityService.LOG_IN, "hostname", "trust_hostname", "customer_id")
        ]

    @staticmethod
    def has_log_in(params: Mapping[str, Any]) -> bool:
        """Whether the options hold all that a log-in needs."""
        return all(params.get(name) for name in PortabilityService.LOG_IN)

    def request(self, method: str, path: str, **content: Any) -> Answer:
        try:
            return super().request(method, path, **content)
        except AccessDenied as error:
            if error.status == 403:
                raise error.replace(advice=CHECK_REGION) from None
            raise

    def listing(self, path: str) -> Listing:
        """All pages of a list. Its parameters are not documented: it is asked without any, and with `continuationToken`
        where it says that there is more. Where that is refused or ignored, the list is not whole."""
        items: dict[str, Mapping[str, Any]] = {}
        token = None
        while True:
            try:
                body = self.get(path, {"continuationToken": token} if token else None)
            except NotFound as error:
                raise error.replace(advice=f"Check hostname and base_path. {CHECK_REGION}") from None
            except ApiError as error:
                if token and error.status in (400, 405):
                    return Listing(tuple(items.values()), whole=False)
                raise
            page = body if isinstance(body, list) else _part(body, "items")
            news = {str(item.get("id")): item for item in page if isinstance(item, dict)}
            is_repeated = bool(token) and news.keys() <= items.keys()
            items.update(news)
            token = None if isinstance(body, list) else _part(body, "continuationToken")
            if not token or is_repeated:
                return Listing(tuple(items.values()), whole=not is_repeated)


def region_of(token: str, customer_id: str) -> str:
    """The region that a token tells of its customer, '' when it tells none. The claim is JSON within a JSON string, and
    base64url lacks its padding (contract image_portability trap 3)."""
    try:
        claims = json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))
        customers = json.loads(claims[CLAIM])
        own = [each for each in customers if customer_id.casefold() in _ids_of(each)]
        return str((own or customers)[0][GEO]).lower()
    except (IndexError, KeyError, TypeError, ValueError, binascii.Error):
        return ""


def _ids_of(customer: Mapping[str, Any]) -> set[str]:
    return {str(customer.get(key)).casefold() for key in CUSTOMER_OF_CLAIM}


def _regional_host(params: Mapping[str, Any], authorization: TokenAuthorization) -> str:
    hostname = params["hostname"]
    if hostname and hostname.casefold() != CLOUD_HOSTNAME:
        return netloc("hostname", hostname, None)
    region = params["region"] or region_of(authorization.token(), params["customer_id"].strip())
    if not region:
        raise OperationError(
            f"Image Portability: the token of customer '{params['customer_id']}' does not tell its region",
            f"Give region, one of {', '.join(REGIONS)}.",
        )
    return f"api-{region}.cloud.com"


def _explain(status: int, headers: Mapping[str, str], body: Any) -> Refused:
    """What is gone is not there."""
    said = explain(status, headers, body)
    if status == GONE:
        return replace(said, not_found=True)
    return said


def _part(body: Any, name: str) -> Any:
    by_key = {str(key).casefold(): value for key, value in body.items()} if isinstance(body, dict) else {}
    return by_key.get(name.casefold()) or ()
