# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A XenServer pool's XAPI: connection options, log-in at its master, calls and what their refusals mean (contract
xenserver 6).

The vendor's package XenAPI makes the calls and keeps the session; our transport below it (rest/xml_rpc.py) sends them.
"""

from __future__ import annotations

import time
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, ClassVar
from urllib.parse import urlsplit
from xmlrpc.client import Fault

from ansible.module_utils.basic import env_fallback, missing_required_lib

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest import refusals
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.address import host_and_port, netloc
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.advice import LOOK_FOR_IT
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.byte_session import ByteSession, Stream
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
    CHECK_SECRET,
    Authorization,
    Refused,
    refused_before,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.transport import Transport
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.xml_rpc import RpcTransport, plain

try:
    import XenAPI

    XENAPI_IMPORT_ERROR = None
except ImportError:
    XENAPI_IMPORT_ERROR = traceback.format_exc()

CONNECTION_ARGUMENTS: dict[str, Any] = {
    "xenserver_host": {"type": "str", "required": True, "fallback": (env_fallback, ["XENSERVER_HOST"])},
    "xenserver_port": {"type": "int", "default": 443, "fallback": (env_fallback, ["XENSERVER_PORT"])},
    "xenserver_username": {"type": "str", "required": True, "fallback": (env_fallback, ["XENSERVER_USERNAME"])},
    "xenserver_password": {
        "type": "str",
        "required": True,
        "no_log": True,
        "fallback": (env_fallback, ["XENSERVER_PASSWORD"]),
    },
    "validate_certs": {"type": "bool", "default": True, "fallback": (env_fallback, ["VALIDATE_CERTS"])},
    "ca_path": {"type": "path", "fallback": (env_fallback, ["XENSERVER_CA_PATH"])},
    "read_timeout": {"type": "int", "default": 60, "fallback": (env_fallback, ["XENSERVER_READ_TIMEOUT"])},
}
NULL = "OpaqueRef:NULL"
ORIGINATOR = "euc.nutanix_citrix"
PAUSES_BETWEEN_READS = (0.5, 2.0, 4.0)
HTTP_OK = 200
NOT_THERE = ("HANDLE_INVALID", "UUID_INVALID")
DENIED = ("RBAC_PERMISSION_DENIED",)
NO_SPACE = "SR_BACKEND_FAILURE_44"
NEEDED = ("VDI.create", "VM.create", "VBD.create", "SR.scan", "VM.snapshot")
# What to do about a refusal; the codes of storage drivers are in contract xenserver addition B
ADVICE = {
    "SR_BACKEND_FAILURE_40": "A file in the directory of this SR cannot be read as a VHD. Until it is moved away no"
    " change of this SR is seen.",
    NO_SPACE: "Make room on this SR.",
    "SR_BACKEND_FAILURE_47": "The directory of this SR is not mounted on its host. Plug its PBD first.",
    "SR_BACKEND_FAILURE_1200": "A file in this SR may bear the uuid of a VDI that the pool has on another SR. Until it"
    " is moved away no change of this SR is seen.",
    "SR_HAS_NO_PBDS": "Plug the PBD of this SR on a host.",
    "VDI_IN_USE": "It is attached to a running VM, which keeps it.",
    "VDI_NOT_MANAGED": "XenServer keeps it for itself, as a base copy for example.",
    "RBAC_PERMISSION_DENIED": "The account may log in but may not do this; check its role.",
    **dict.fromkeys(NOT_THERE, LOOK_FOR_IT),
}
LOOK_INTO_LOG = (
    "Remove the reason, then run the same task again. More stands in /var/log/xensource.log of the pool's master."
)


class XapiError(ApiError):
    """A refusal in XAPI's own form: `code` and `parameters`. HTTP itself went well."""

    def __init__(self, message: str, advice: str, *, code: str, parameters: tuple[str, ...] = ()) -> None:
        super().__init__(message, advice, status=HTTP_OK, code=code)
        self.parameters = parameters


class XenServer:
    """One pool, asked at its master."""

    LOG_IN = ("xenserver_host", "xenserver_username", "xenserver_password")
    # As in prism_element/client.py
    ARGUMENTS = CONNECTION_ARGUMENTS
    VARIABLES: ClassVar[dict[str, str]] = {option: option for option in CONNECTION_ARGUMENTS}
    IDENTITY = ("xenserver_host",)
    ADDRESSES: ClassVar[tuple[str, ...]] = ()
    INSTEAD_OF: ClassVar[dict[str, str]] = {}

    def __init__(self, params: Mapping[str, Any]) -> None:
        if XENAPI_IMPORT_ERROR:
            raise OperationError(missing_required_lib("XenAPI").rstrip("."), "Install XenAPI from PyPI.")
        self.endpoint = self.named(params)
        self._params = params
        location = netloc("xenserver_host", params["xenserver_host"], params["xenserver_port"], "xenserver_port")
        self._http = self._session_with(location)
        self._xapi = self._logged_in(location)

    @classmethod
    def connect(cls, params: Mapping[str, Any]) -> XenServer:
        """Log in. A member of the pool names its master, which is asked then, and no third (contract xenserver 6)."""
        return cls(params)

    def __enter__(self) -> XenServer:
        return self

    def __exit__(self, *_error: object) -> None:
        """End the session, because it counts against a limit of the pool. Nothing else depends on it."""
        try:
            self._called("session.logout", ())
        except OperationError:
            return

    @staticmethod
    def named(params: Mapping[str, Any]) -> str:
        return f"XenServer {params['xenserver_host']}"

    @staticmethod
    def proof(params: Mapping[str, Any]) -> Proof:
        """All that a log-in is made of."""
        return [str(params[name]) for name in (*XenServer.LOG_IN, "xenserver_port")]

    @staticmethod
    def has_log_in(params: Mapping[str, Any]) -> bool:
        """Whether the options hold all that a log-in needs."""
        return all(params.get(name) for name in XenServer.LOG_IN)

    def call(self, method: str, *arguments: Any) -> Any:
        """Make one call. One that only reads is repeated when its answer does not come; another one is not."""
        pauses = iter(PAUSES_BETWEEN_READS if ".get_" in method else ())
        while True:
            try:
                return self._called(method, arguments)
            except (AnswerLost, Unavailable, Unreachable) as error:
                pause = next(pauses, None)
                if isinstance(error, Untrusted) or pause is None:
                    raise
                time.sleep(paced(pause))

    def lacking_rights(self) -> list[str] | None:
        """Of the calls that bring an image into a pool those that the account may not make; None where XAPI does not
        tell (contract xenserver addition A)."""
        try:
            session = self.call("session.get_record", self._xapi.handle)
        except AccessDenied:
            return None
        if session["is_local_superuser"]:
            return []
        granted = {str(name).casefold() for name in session.get("rbac_permissions", ())}
        if granted:
            return [name for name in NEEDED if name.casefold() not in granted]
        return None

    @contextmanager
    def stream(self, method: str, path: str, params: Mapping[str, Any], content: Any = None) -> Iterator[Stream]:
        """One of the two HTTP handlers, followed to another host of this pool when it points there (contract xenserver
        7.2, trap 17)."""
        query = {"session_id": self._xapi.handle, **params}
        with self._http.stream(method, path, query, content) as answer:
            if not answer.elsewhere:
                yield answer
                return
            place = self._host_of_the_pool(answer.elsewhere)
        if content is not None:
            content.seek(0)
        with self._session_with(place).stream(method, path, query, content) as answer:
            yield answer

    def _host_of_the_pool(self, url: str) -> str:
        """Whoever answers there gets the session, so only hosts that the pool itself names count."""
        parts = urlsplit(url)
        known = {record["address"] for record in self.call("host.get_all_records").values()}
        if parts.scheme != "https" or parts.hostname not in known:
            raise OperationError(
                f"{self.endpoint} points to {parts.scheme}://{parts.hostname}, which is no host of the pool",
                "That was not followed, because whoever answers there would get the session.",
            )
        return parts.netloc.rpartition("@")[2]

    def _session_with(self, location: str) -> ByteSession:
        params = self._params
        return ByteSession(
            self.endpoint,
            f"https://{location}",
            authorization=Authorization(),
            explain=lambda _status, _headers, _body: Refused(),
            transport=Transport.of(params),
        )

    def _logged_in(self, location: str) -> Any:
        if refusals.was_refused(self.proof(self._params)):
            raise refused_before(self.endpoint)
        try:
            return self._log_in_at(location)
        except XenAPI.Failure as failure:
            if failure.details[0] != "HOST_IS_SLAVE" or len(failure.details) < 2:
                raise self._refusal("session.login_with_password", failure.details) from None
            host, port = host_and_port(failure.details[1])
        master = netloc("the master's address", host, port or self._params["xenserver_port"])
        self._http = self._session_with(master)
        try:
            return self._log_in_at(master)
        except XenAPI.Failure as failure:
            raise self._refusal("session.login_with_password", failure.details) from None

    def _log_in_at(self, location: str) -> Any:
        xapi = XenAPI.Session(f"https://{location}/", transport=RpcTransport(self._http))
        params = self._params
        account = plain([params["xenserver_username"], params["xenserver_password"]])
        xapi.login_with_password(*account, "1.0", ORIGINATOR)
        return xapi

    def _called(self, method: str, arguments: tuple[Any, ...]) -> Any:
        called = self._xapi.xenapi
        for name in method.split("."):
            called = getattr(called, name)
        try:
            return called(*plain(arguments))
        except XenAPI.Failure as failure:
            raise self._refusal(method, failure.details) from None
        except Fault as fault:
            raise OperationError(f"{self.endpoint}: {method} failed: {fault.faultString}", LOOK_INTO_LOG) from None

    def _refusal(self, method: str, details: list[Any]) -> OperationError:
        code, *parameters = (str(part) for part in details)
        told = ", ".join(part for part in parameters if part)
        message = f"{self.endpoint}: {method} was refused with {code}{f' ({told})' if told else ''}"
        if code == "SESSION_AUTHENTICATION_FAILED":
            refusals.note_refusal(self.proof(self._params))
            message = f"{self.endpoint}: the log-in was refused with {code}"
            return AccessDenied(message, CHECK_SECRET, log_in_refused_by=self.endpoint, status=HTTP_OK, code=code)
        advice = ADVICE.get(code, LOOK_INTO_LOG)
        if code in DENIED:
            return AccessDenied(message, advice, status=HTTP_OK, code=code)
        if code in NOT_THERE:
            return NotFound(message, advice, status=HTTP_OK, code=code)
        return XapiError(message, advice, code=code, parameters=tuple(parameters))
