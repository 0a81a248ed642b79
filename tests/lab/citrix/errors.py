# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Error answers in each of the three shapes that are known (contract citrix 3.2)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from lab.wire import Refusal

Thing = TypeVar("Thing")

NameValue = tuple[str, str]

GATEWAY_TYPES = {
    400: "invalidString",
    401: "authentication",
    403: "authorization",
    404: "notFound",
    405: "notImplemented",
    406: "notAcceptable",
    409: "optimisticConcurrency",
    415: "unsupportedMediaType",
    429: "rateLimitExceeded",
    501: "notImplemented",
    503: "serviceUnavailable",
}
SDK_ERRORS = {
    400: "Citrix.XDPowerShell.Broker.InvalidArgument",
    401: "Citrix.XDPowerShell.AuthenticationFailed",
    403: "Citrix.XDPowerShell.Broker.AccessDenied",
    404: "Citrix.XDPowerShell.Broker.UnknownObject",
    409: "Citrix.XDPowerShell.Broker.OperationDeniedByState",
}


def text_of(body: Any) -> str:
    """Return the sentence in the body of an error of any shape."""
    if not isinstance(body, dict):
        return str(body)
    nested = body.get("Error")
    return str(
        body.get("detail") or body.get("ErrorMessage") or body.get("message") or (nested or {}).get("Message") or ""
    )


class Errors:
    """Builds refusals in the shape that ``behaviour["error_shape"]`` says: ``a`` gateway, ``b`` ErrorData, ``c`` the
    rest (contract citrix 3.2)."""

    def __init__(self, behaviour: Mapping[str, Any]) -> None:
        self._behaviour = behaviour

    def body(
        self, status: int, detail: str, kind: str | None = None, parameters: Iterable[NameValue] = ()
    ) -> dict[str, Any]:
        """Return the body of an error."""
        shape = self._behaviour["error_shape"]
        if shape == "a":
            pairs = [{"name": name, "value": value} for name, value in parameters]
            return {
                "type": f"https://errors-api.cloud.com/common/{kind or GATEWAY_TYPES.get(status, 'unknown')}",
                "detail": detail,
                "parameters": pairs,
            }
        if shape == "b":
            report = {
                "CitrixErrorId": kind or "",
                "ComponentName": "Orchestration",
                "ComponentVersion": "7.41",
                "ErrorData": dict(parameters),
            }
            return {
                "ErrorMessage": detail,
                "SdkErrorId": SDK_ERRORS.get(status, "Citrix.XDPowerShell.UnknownError"),
                "ErrorType": kind or GATEWAY_TYPES.get(status, "unknown"),
                "ErrorDetails": None,
                "SupportLink": None,
                "ErrorReportXml": None,
                "ErrorReport": report,
            }
        if status == 401:
            return {"Error": {"Message": detail, "Type": "CWSAuthException"}}
        return {"activityId": "00000000-0000-4000-8000-000000000000", "message": detail, "statusCode": status}

    def refusal(
        self,
        status: int,
        detail: str,
        kind: str | None = None,
        parameters: Iterable[NameValue] = (),
        violation: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> Refusal:
        """Return a refusal to raise."""
        return Refusal(status, self.body(status, detail, kind, parameters), violation, headers)

    def failure(self, status: int, detail: str, code: str) -> Refusal:
        """Return the refusal that carries a member of the contract's ErrorCode."""
        return self.refusal(status, detail, parameters=[("errorCode", code)])

    def violation(self, status: int, text: str, kind: str | None = None) -> Refusal:
        """Return the refusal of what the contract does not know."""
        return self.refusal(status, text, kind, violation=text)

    def required(self, found: Thing | None, what: str, key: str) -> Thing:
        """Return what was found, or refuse because nothing was."""
        if found is None:
            raise self.not_found(what, key)
        return found

    def not_found(self, what: str, key: str) -> Refusal:
        """Return the refusal for an object that is not there (contract citrix 3.4)."""
        if self._behaviour["not_found"] == 500:
            return self.refusal(500, "Object does not exist.")
        return self.refusal(
            self._behaviour["not_found"], f"The {what} {key} could not be found.", parameters=[("entityType", what)]
        )
