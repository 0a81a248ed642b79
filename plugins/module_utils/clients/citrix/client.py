# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A Citrix site's orchestration REST API, the same for DaaS and CVAD: connection options, log-in, error bodies, paging
(contract citrix 1 to 4, 7)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from typing import Any, ClassVar

from ansible.module_utils.basic import env_fallback

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.authorization import on_premises_token
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix_cloud import (
    Token,
    TokenAuthorization,
    cloud_token,
    explain,
    log_in_session,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.address import netloc
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import (
    AccessDenied,
    ApiError,
    OperationError,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.refusals import Proof
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.session import RestSession
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.transport import Transport

ON_PREMISES = "CitrixOnPremises"
CLOUD_HOSTNAME = "api.cloud.com"
CLOUD_DOMAINS = (".cloud.com", ".citrixcloud.jp", ".citrixworkspacesapi.net", ".citrixworkspacesapi.us")
WRONG_REGION = (
    "Check hostname (the region's API host, for example api-us.cloud.com, api-eu.cloud.com or api.citrixcloud.jp),"
    " customer_id, and the account's role."
)

CONNECTION_ARGUMENTS: dict[str, Any] = {
    "hostname": {"type": "str", "fallback": (env_fallback, ["CITRIX_HOSTNAME"])},
    "trust_hostname": {"type": "str", "fallback": (env_fallback, ["CITRIX_TRUST_HOSTNAME"])},
    "customer_id": {"type": "str", "default": ON_PREMISES, "fallback": (env_fallback, ["CITRIX_CUSTOMER_ID"])},
    "client_id": {"type": "str", "required": True, "fallback": (env_fallback, ["CITRIX_CLIENT_ID"])},
    "client_secret": {
        "type": "str",
        "required": True,
        "no_log": True,
        "fallback": (env_fallback, ["CITRIX_CLIENT_SECRET"]),
    },
    "site": {"type": "str"},
    "api_root": {"type": "str", "default": "/cvad/manage"},
    "validate_certs": {"type": "bool", "default": True, "fallback": (env_fallback, ["VALIDATE_CERTS"])},
    "ca_path": {"type": "path", "fallback": (env_fallback, ["CITRIX_CA_PATH"])},
    "read_timeout": {"type": "int", "default": 120, "fallback": (env_fallback, ["CITRIX_READ_TIMEOUT"])},
}


class CitrixSite(RestSession):
    """One site, logged in to. `id` and `name` are the site's, `administrator` is who we are there."""

    LOG_IN = ("client_id", "client_secret")
    # As in prism_element/client.py
    ARGUMENTS = CONNECTION_ARGUMENTS
    VARIABLES: ClassVar[dict[str, str]] = {
        **{option: f"citrix_{option}" for option in CONNECTION_ARGUMENTS},
        **{option: option for option in ("validate_certs", "ca_path", "read_timeout")},
    }
    IDENTITY = ("hostname", "customer_id", "client_id")
    ADDRESSES: ClassVar[tuple[str, ...]] = ("hostname", "trust_hostname")
    INSTEAD_OF: ClassVar[dict[str, str]] = {}
    id = ""
    name = ""
    administrator = ""
    customer_id = ON_PREMISES
    api_root = ""
    _tokens: TokenAuthorization

    @classmethod
    def connect(cls, params: Mapping[str, Any]) -> CitrixSite:
        """Log in and find the site by `/Me`."""
        customer_id = _customer(params)
        on_premises = customer_id.casefold() == ON_PREMISES.casefold()
        hostname = _hostname(params)
        if not hostname:
            raise OperationError(
                "hostname is missing", "Give the delivery controller's address, or customer_id for Citrix DaaS."
            )
        location = netloc("hostname", hostname, None)
        trust_location = netloc("trust_hostname", params["trust_hostname"] or hostname, None)
        if on_premises and _is_cloud(location):
            raise OperationError(
                f"{hostname} is Citrix Cloud, but customer_id is missing",
                "Give customer_id; Citrix Cloud shows it under Identity and Access.",
            )
        api_root = "/" + params["api_root"].strip("/")
        base_url = f"https://{location}{api_root}"

        def obtain() -> Token:
            name, url = (
                (f"Citrix {hostname}", base_url)
                if on_premises
                else (f"Citrix Cloud {trust_location}", f"https://{trust_location}")
            )
            log_in = log_in_session(name, url, Transport.of(params))
            if on_premises:
                return on_premises_token(log_in, params["client_id"], params["client_secret"])
            return cloud_token(log_in, customer_id, params["client_id"], params["client_secret"])

        authorization = TokenAuthorization(customer_id, obtain, cls.named(params), cls.proof(params))
        site = cls(
            cls.named(params),
            base_url,
            authorization=authorization,
            explain=explain,
            transport=Transport.of(params, pool_size=32),
        )
        site.customer_id, site.api_root, site._tokens = customer_id, api_root, authorization
        site._enter(params["site"])
        return site

    @staticmethod
    def named(params: Mapping[str, Any]) -> str:
        return f"Citrix {_hostname(params)}"

    @staticmethod
    def proof(params: Mapping[str, Any]) -> Proof:
        """All that a log-in is made of."""
        return [str(params[name] or "") for name in (*CitrixSite.LOG_IN, "hostname", "trust_hostname", "customer_id")]

    @staticmethod
    def has_log_in(params: Mapping[str, Any]) -> bool:
        """Whether the options hold all that a log-in needs."""
        return all(params.get(name) for name in CitrixSite.LOG_IN)

    @property
    def on_premises(self) -> bool:
        return self.customer_id.casefold() == ON_PREMISES.casefold()

    def token(self) -> str:
        """The bearer token, renewed when it is about to end: the items of a batch carry it themselves (6)."""
        return self._tokens.token()

    def items(
        self, path: str, params: Mapping[str, Any] | None = None, limit: int | None = 250, order: Any = None
    ) -> Iterator[dict[str, Any]]:
        """The `Items` of a collection to the last page, each id once; `limit` is the page size, None for collections
        that do not page (contract citrix 4.1).

        With an `order` it is a search (contract citrix 4.3), which only reads and yet may raise AnswerLost, since it is
        a POST."""
        token = None
        tokens: set[str] = set()
        ids: set[str] = set()
        while True:
            query = {**(params or {}), "limit": limit, "continuationToken": token}
            body = (
                self.get(path, query) if order is None else self.request("POST", path, params=query, payload=order).body
            )
            page = body if isinstance(body, dict) else {}
            for item in page.get("Items") or []:
                if item.get("Id") is None or item["Id"] not in ids:
                    ids.add(item.get("Id"))
                    yield item
            token = page.get("ContinuationToken")
            if not token:
                return
            if token in tokens:
                raise OperationError(
                    f"{self.endpoint}: the list {path} loops: the same continuation token was returned twice",
                    "Run the same task again.",
                )
            tokens.add(token)

    def now(self) -> datetime:
        """What time it is by the clock of whoever answers for the site, which also dates what it tells; ours where no
        answer says."""
        try:
            moment = parsedate_to_datetime(self.request("GET", "/Me").headers.get("Date") or "")
        except (TypeError, ValueError):
            return datetime.now(timezone.utc)
        if moment.tzinfo:
            return moment
        return moment.replace(tzinfo=timezone.utc)

    def local_path(self, location: str) -> str:
        """The path below our own root of a Location, whose host may be another one (contract citrix 5.1)."""
        start = location.casefold().find(self.api_root.casefold())
        if start < 0:
            raise OperationError(
                f"{self.endpoint}: pointed to {location.partition('?')[0]}, which is not below {self.api_root}",
                "Check api_root.",
            )
        return location[start + len(self.api_root) :]

    def _enter(self, site_name: str | None) -> None:
        me = self._who_am_i()
        self.administrator = me.get("DisplayName") or me.get("UserId") or ""
        customers = me.get("Customers") or []
        own = [customer for customer in customers if str(customer.get("Id")).casefold() == self.customer_id.casefold()]
        if not own and not self.on_premises:
            raise OperationError(
                f"{self.endpoint}: the account does not belong to customer '{self.customer_id}' but to"
                f" {_quoted(customer.get('Id') for customer in customers)}",
                WRONG_REGION,
            )
        sites = [
            (str(site.get("Id")), str(site.get("Name")))
            for customer in own or customers
            for site in customer.get("Sites") or []
        ]
        matches = [
            site
            for site in sites
            if site_name is None or site_name.casefold() in (site[0].casefold(), site[1].casefold())
        ]
        if len(matches) != 1:
            raise self._no_one_site(site_name, sites)
        self.id, self.name = matches[0]
        self._http.headers["Citrix-InstanceId"] = self.id

    def _no_one_site(self, site_name: str | None, sites: Sequence[tuple[str, str]]) -> OperationError:
        whose = f"{self.endpoint}: customer '{self.customer_id}'"
        if not sites:
            whom = f" '{self.administrator}'" if self.administrator else ""
            advice = (
                "Give it a role in the site (Administrators in the console), or check customer_id and that the address"
                " is the site's."
            )
            return OperationError(f"{whose} shows no site to the account{whom}, which could log in", advice)
        problem = f"has no site '{site_name}' but" if site_name else "has several sites:"
        return OperationError(
            f"{whose} {problem} {_quoted(f'{name} ({id})' for id, name in sites)}", "Name one of them with site."
        )

    def _who_am_i(self) -> dict[str, Any]:
        try:
            me = self.get("/Me")
        except ApiError as error:
            if error.status == 530:
                advice = (
                    "The site is dormant (frozen for lack of use). Open it in the Citrix Cloud console to wake it up,"
                    " which takes up to 20 minutes."
                )
                raise ApiError(error.message, advice, status=530, code=error.code) from None
            if error.status in (307, 403):
                raise AccessDenied(error.message, WRONG_REGION, status=error.status, code=error.code) from None
            if error.status == 404:
                raise ApiError(
                    error.message,
                    "Check hostname and api_root: there is no Citrix REST API at this address.",
                    status=404,
                    code=error.code,
                ) from None
            raise
        if isinstance(me, dict):
            return me
        return {}


def _is_cloud(location: str) -> bool:
    return location.partition(":")[0].casefold().endswith(CLOUD_DOMAINS)


def _hostname(params: Mapping[str, Any]) -> str:
    """The host of the API; '' when it is not known, as on premises only the user can say it."""
    return str(params["hostname"] or ("" if _customer(params).casefold() == ON_PREMISES.casefold() else CLOUD_HOSTNAME))


def _customer(params: Mapping[str, Any]) -> str:
    """An empty answer of a survey is none."""
    return params["customer_id"].strip() or ON_PREMISES


def _quoted(names: Any) -> str:
    return ", ".join(f"'{name}'" for name in names) or "none"
