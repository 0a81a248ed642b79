# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A Prism Central's REST API v4: connection options, versions, error bodies, lists, ETags, orders (contract
prism_central 1); and the lists of v3 that v4 has nothing for (contract prism_central 7).

Every order bears an NTNX-Request-Id, one for each logical order. The server carries an id out once and answers it again
with the same task (contract prism_central 1.3), so that the session may repeat an order whose answer is lost, with the
same id. An order that is sent anew, because its ETag was old or its task failed, gets another id.
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from typing import Any, ClassVar
from uuid import uuid4

from ansible.module_utils.basic import env_fallback

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.board import Board
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.share import Alone
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.address import netloc
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.advice import MAY_HAVE_TAKEN_EFFECT
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.basic import Basic
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import (
    AccessDenied,
    AnswerLost,
    ApiError,
    NotFound,
    OperationError,
    Unavailable,
    Unreachable,
    Untrusted,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.pace import paced
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.refusals import Proof
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.session import (
    Answer,
    Authorization,
    Refused,
    RestSession,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.transport import Transport

CONNECTION_ARGUMENTS: dict[str, Any] = {
    "nutanix_host": {"type": "str", "required": True, "fallback": (env_fallback, ["NUTANIX_HOST"])},
    "nutanix_port": {"type": "int", "default": 9440, "fallback": (env_fallback, ["NUTANIX_PORT"])},
    "nutanix_username": {"type": "str", "fallback": (env_fallback, ["NUTANIX_USERNAME"])},
    "nutanix_password": {"type": "str", "no_log": True, "fallback": (env_fallback, ["NUTANIX_PASSWORD"])},
    "nutanix_api_key": {"type": "str", "no_log": True, "fallback": (env_fallback, ["NUTANIX_API_KEY"])},
    "api_version": {"type": "str", "fallback": (env_fallback, ["NUTANIX_API_VERSION"])},
    "validate_certs": {"type": "bool", "default": True, "fallback": (env_fallback, ["VALIDATE_CERTS"])},
    "ca_path": {"type": "path", "fallback": (env_fallback, ["NUTANIX_CA_PATH"])},
    "read_timeout": {"type": "int", "default": 60, "fallback": (env_fallback, ["NUTANIX_READ_TIMEOUT"])},
}

# The highest minor version of each namespace that this client was written for (contract prism_central 1.1).
KNOWN_MINORS = {"clustermgmt": 3, "datapolicies": 3, "dataprotection": 4, "prism": 4, "vmm": 3}
# What shows that a version of a namespace is served: each of these lists is there since v4.0.
LISTS = {
    "clustermgmt": "/config/clusters",
    "datapolicies": "/config/protection-policies",
    "dataprotection": "/config/recovery-points",
    "prism": "/config/tasks",
    "vmm": "/ahv/config/vms",
}
LARGEST_PAGE = 100
LARGEST_V3_PAGE = 500
STALE = 412
_VERSION = re.compile(r"v?4\.(\d+)(\.[ab]\d+)?\Z")
# A limit on calls may come as 400 (contract prism_central 1.7); nothing was done then, so that the same is sent again.
_TOO_MANY = "RATE_LIMIT"
_PAUSES_AFTER_TOO_MANY = (1.0, 2.0, 4.0, 8.0)


@dataclass(frozen=True)
class Entity:
    """One thing as the API tells it, with the ETag that a change of it has to show; '' where it has none."""

    data: dict[str, Any]
    etag: str


class ApiKey(Authorization):
    """The key of a service account, sent alone (contract prism_central 1.2)."""

    def __init__(self, key: str) -> None:
        self._key = key

    def headers(self) -> dict[str, str]:
        return {"X-ntnx-api-key": self._key}


class PrismCentral(RestSession):
    """One Prism Central. Versions are negotiated for each namespace when it is first used."""

    # As in prism_element/client.py
    ARGUMENTS = CONNECTION_ARGUMENTS
    VARIABLES: ClassVar[dict[str, str]] = {
        **{option: option for option in CONNECTION_ARGUMENTS},
        "api_version": "nutanix_api_version",
    }
    IDENTITY = ("nutanix_host",)
    ADDRESSES: ClassVar[tuple[str, ...]] = ()
    # What a task gives keeps the variables of the other way to log in from being used.
    INSTEAD_OF: ClassVar[dict[str, str]] = {
        "nutanix_api_key": "nutanix_password",
        "nutanix_username": "nutanix_api_key",
        "nutanix_password": "nutanix_api_key",
    }
    by_api_key = False
    share = Alone()
    _highest: int | None = None
    _minors: dict[str, int]
    _told_time: tuple[float, datetime] | None = None

    @classmethod
    def connect(cls, params: Mapping[str, Any]) -> PrismCentral:
        """An API key goes before user name and password."""
        location = netloc("nutanix_host", params["nutanix_host"], params["nutanix_port"], "nutanix_port")
        central = cls(
            cls.named(params),
            f"https://{location}/api",
            authorization=_authorization(params),
            explain=explain,
            # Orders may be repeated for their request id; the POSTs of v3 are lists.
            idempotent=("OPTIONS", "POST", "PUT", "DELETE"),
            proof=cls.proof(params),
            transport=Transport.of(params),
        )
        central.by_api_key = bool(params["nutanix_api_key"])
        central._highest = _chosen_minor(params["api_version"])
        central._minors = {}
        return central

    def shared_on(self, board: Board | None) -> PrismCentral:
        """The same, at one pace with the other hosts of the play."""
        self.share = board.share(self.base_url) if board else Alone()
        return self

    @staticmethod
    def named(params: Mapping[str, Any]) -> str:
        return f"Prism Central {params['nutanix_host']}"

    @staticmethod
    def proof(params: Mapping[str, Any]) -> Proof:
        """All that a log-in is made of."""
        names = ("nutanix_host", "nutanix_username", "nutanix_password", "nutanix_api_key", "nutanix_port")
        return [str(params.get(name) or "") for name in names]

    @staticmethod
    def has_log_in(params: Mapping[str, Any]) -> bool:
        """Whether the options hold all that a log-in needs."""
        by_password = params.get("nutanix_username") and params.get("nutanix_password")
        return bool(params.get("nutanix_host") and (params.get("nutanix_api_key") or by_password))

    # Versions.

    def minor(self, namespace: str) -> int:
        """The minor version to speak: the highest that both sides know (contract prism_central 1.1)."""
        if namespace not in self._minors:
            offered = self._highest
            if offered is None:
                offered = self.share.remembered(f"minor of {namespace}", lambda: self._offered_minor(namespace))
            self._minors[namespace] = min(offered, KNOWN_MINORS[namespace])
        return self._minors[namespace]

    def supports(self, namespace: str, minor: int) -> bool:
        return self.minor(namespace) >= minor

    def _offered_minor(self, namespace: str) -> int:
        """What the server says; 0 where it does not say, as releases before v4.2 may not."""
        try:
            body = self.request("OPTIONS", f"/{namespace}/unversioned/info").body
        except (AccessDenied, Unavailable):
            raise
        except ApiError:
            return 0
        told = body.get("data") if isinstance(body, dict) else None
        version = _VERSION.match(told) if isinstance(told, str) else None
        if version is None:
            return 0
        # An alpha or beta of a version does not serve the version itself.
        return max(0, int(version[1]) - bool(version[2]))

    # Reading. A path is what follows the version: /config/tasks

    def path(self, namespace: str, path: str) -> str:
        return f"/{namespace}/v4.{self.minor(namespace)}{path}"

    def read(self, namespace: str, path: str) -> Entity:
        """One thing. Raises NotFound."""
        answer = self.request("GET", self.path(namespace, path))
        data = _data(answer.body)
        etag = answer.headers.get("ETag") or answer.headers.get("X-Ntnx-Etag") or ""
        return Entity(data if isinstance(data, dict) else {}, etag)

    def read_if_there(self, namespace: str, path: str) -> Entity | None:
        """The same, or None when it is not there."""
        try:
            return self.read(namespace, path)
        except NotFound:
            self._refuse_unserved_version(namespace)
            return None

    def _refuse_unserved_version(self, namespace: str) -> None:
        """Nothing is found under a version that the release does not have, which proves nothing. Where the server chose
        the version itself, it has it."""
        if self._highest is None:
            return
        try:
            self.request("GET", self.path(namespace, LISTS[namespace]), params={"$limit": 1})
        except NotFound as error:
            raise OperationError(
                f"{self.endpoint} does not serve v4.{self.minor(namespace)} of {namespace} ({error.message})",
                "Give a lower api_version, or leave it out.",
            ) from None

    def entities(
        self,
        namespace: str,
        path: str,
        *,
        where: str = "",
        orderby: str = "",
        select: str = "",
        headers: Mapping[str, str] | None = None,
        most: int | None = None,
    ) -> list[dict[str, Any]]:
        """A list to its end, or the first `most` of it. The end is where no next page is told, or an empty one comes:
        the total may be off for a while (contract prism_central 1.6)."""
        asked = {"$filter": where or None, "$orderby": orderby or None, "$select": select or None}
        limit = min(LARGEST_PAGE, most or LARGEST_PAGE)
        found: list[dict[str, Any]] = []
        page = 0
        while True:
            pages = {"$page": page, "$limit": limit}
            body = self.request("GET", self.path(namespace, path), params={**asked, **pages}, headers=headers).body
            part = _data(body) or []
            found += part
            if not part or _is_last(body, len(part) < limit) or (most and len(found) >= most):
                return found[:most]
            page += 1

    def only_entity(self, namespace: str, path: str) -> dict[str, Any]:
        """The one thing of a list that takes no paging; {} when it is empty."""
        listed = _data(self.request("GET", self.path(namespace, path)).body)
        # A script takes the data of domain-managers for one object (contract prism_central 2.2).
        things = listed if isinstance(listed, list) else [listed or {}]
        if things:
            return dict(things[0])
        return {}

    def v3_entities(self, kind: str) -> list[dict[str, Any]]:
        """A list of v3 to its end (contract prism_central 7.1). Nothing but lists is asked of v3: it has no request
        ids, and a POST of this session may be repeated."""
        found: list[dict[str, Any]] = []
        while True:
            order = {"kind": kind, "length": LARGEST_V3_PAGE, "offset": len(found)}
            body = self.request("POST", f"/nutanix/v3/{kind}s/list", payload=order).body or {}
            part = body.get("entities") or []
            found += part
            total = (body.get("metadata") or {}).get("total_matches")
            if not part or (len(part) < LARGEST_V3_PAGE if total is None else len(found) >= total):
                return found

    # Writing.

    def order(
        self, method: str, namespace: str, path: str, body: Any = None, *, etag: str = "", request_id: str = ""
    ) -> str:
        """Send one logical order, under a request id of its own or the given one. Returns its task, '' where the answer
        names none.

        Raises AnswerLost when it was repeated as often as it may and nobody can tell whether it took effect.
        """
        headers = {"NTNX-Request-Id": request_id or str(uuid4()), "Content-Type": "application/json"}
        if etag:
            headers["If-Match"] = etag
        try:
            answer = self.request(method, self.path(namespace, path), payload=body, headers=headers)
        except Untrusted:
            raise
        except (Unreachable, Unavailable) as error:
            if isinstance(error, Unavailable) and error.status < 500:
                raise
            raise AnswerLost(error.message, MAY_HAVE_TAKEN_EFFECT, **error.details) from None
        data = _data(answer.body)
        if isinstance(data, dict):
            return str(data.get("extId") or "")
        return ""

    def request(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, Any] | None = None,
        payload: Any = None,
        form: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        pauses = iter(_PAUSES_AFTER_TOO_MANY)
        while True:
            self.share.wait_for_turn()
            try:
                answer = super().request(method, path, params=params, payload=payload, form=form, headers=headers)
            except ApiError as error:
                pause = next(pauses, None) if error.status == 400 and _TOO_MANY in error.code else None
                if pause is None:
                    raise
                time.sleep(paced(pause))
            else:
                self._note_time(answer.headers.get("Date") or "")
                return answer

    # Time.

    def now(self) -> datetime:
        """What time it is there, by its last answer; ours where none said."""
        if self._told_time is None:
            return datetime.now(timezone.utc)
        heard, moment = self._told_time
        return moment + timedelta(seconds=time.monotonic() - heard)

    def _note_time(self, date: str) -> None:
        try:
            moment = parsedate_to_datetime(date)
        except (TypeError, ValueError):
            return
        self._told_time = time.monotonic(), moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)


def explain(status: int, headers: Mapping[str, str], body: Any) -> Refused:
    """Read an error body: a list of messages or one problem with the schema, of the gateway, of v3 (contract
    prism_central 1.7, 7.1). The code is the vendor's code and, after a blank, its group."""
    told = body if isinstance(body, dict) else {}
    data = told.get("data")
    error = data.get("error") if isinstance(data, dict) else None
    if isinstance(error, list):
        messages = [message for message in error if isinstance(message, dict)]
        text = "; ".join(str(message.get("message") or "") for message in messages)
        first = messages[0] if messages else {}
        return Refused(text, f"{first.get('code') or ''} {first.get('errorGroup') or ''}".strip())
    if isinstance(error, dict):
        details = error.get("validationErrorMessages") or []
        text = "; ".join(f"{each.get('attributePath') or ''} {each.get('message') or ''}".strip() for each in details)
        return Refused(text or str(error.get("error") or ""))
    listed = told.get("message_list")
    if isinstance(listed, list):
        text = "; ".join(str(message.get("message") or "") for message in listed if isinstance(message, dict))
        return Refused(text, str(told.get("code") or ""))
    return Refused(str(told.get("message") or ""))


def _authorization(params: Mapping[str, Any]) -> Authorization:
    if params["nutanix_api_key"]:
        return ApiKey(params["nutanix_api_key"])
    if params["nutanix_username"] and params["nutanix_password"]:
        return Basic(params["nutanix_username"], params["nutanix_password"])
    raise OperationError(
        f"{PrismCentral.named(params)}: there is no log-in",
        "Give nutanix_username and nutanix_password, or nutanix_api_key: as host variables of these names (secrets in a"
        " vault), as options, or as NUTANIX_USERNAME, NUTANIX_PASSWORD, NUTANIX_API_KEY in the environment.",
    )


def _chosen_minor(version: str | None) -> int | None:
    if not version:
        return None
    found = _VERSION.match(version)
    if found is None or found[2]:
        raise OperationError(f"api_version is '{version}'", "Give a version such as v4.0, or leave it out.")
    return int(found[1])


def _data(body: Any) -> Any:
    """The `data` of an answer: an empty list has none (contract prism_central 1.5)."""
    if isinstance(body, dict):
        return body.get("data")
    return None


def _is_last(body: Any, short: bool) -> bool:
    """Whether no page follows; one that tells nothing of its neighbours is the last when it is `short`."""
    links = (body.get("metadata") or {}).get("links") or []
    if links:
        return not any(link.get("rel") == "next" for link in links)
    return short
