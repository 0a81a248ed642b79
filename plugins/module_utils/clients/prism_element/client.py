# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A Prism Element cluster's REST API v2.0: connection options, error bodies, lists."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, TypeVar

from ansible.module_utils.basic import env_fallback

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.address import netloc
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.basic import Basic
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import (
    ApiError,
    OperationError,
    Unreachable,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.refusals import Proof
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.session import Refused, RestSession
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.transport import Transport

T = TypeVar("T")

CONNECTION_ARGUMENTS: dict[str, Any] = {
    "nutanix_host": {"type": "str", "required": True, "fallback": (env_fallback, ["NUTANIX_HOST"])},
    "nutanix_port": {"type": "int", "default": 9440, "fallback": (env_fallback, ["NUTANIX_PORT"])},
    "nutanix_username": {"type": "str", "required": True, "fallback": (env_fallback, ["NUTANIX_USERNAME"])},
    "nutanix_password": {
        "type": "str",
        "required": True,
        "no_log": True,
        "fallback": (env_fallback, ["NUTANIX_PASSWORD"]),
    },
    "validate_certs": {"type": "bool", "default": True, "fallback": (env_fallback, ["VALIDATE_CERTS"])},
    "ca_path": {"type": "path", "fallback": (env_fallback, ["NUTANIX_CA_PATH"])},
    "read_timeout": {"type": "int", "default": 60, "fallback": (env_fallback, ["NUTANIX_READ_TIMEOUT"])},
}

LONGEST_ERROR_TEXT = 300
LOOK_AT_ALERTS = (
    "Nothing was changed. Look at the alerts of the protection domain in Prism Element, remove the reason, then run the"
    " same task again."
)
LOOK_AT_TASKS = "See under Tasks in Prism Element what became of it, then run the same task again."
_NOT_THERE = ("not found", "does not exist", "could not find", "no such")


class PrismElement(RestSession):
    """One cluster. DELETE is idempotent there (contract prism_element 3.4, 4.4), so it may be repeated."""

    LOG_IN = ("nutanix_host", "nutanix_username", "nutanix_password")
    # Option -> the host variable that stands for it; which of them say that a host is an endpoint; those that are
    # checked under the name of their variable, where that is another; and those that another option makes useless.
    ARGUMENTS = CONNECTION_ARGUMENTS
    VARIABLES: ClassVar[dict[str, str]] = {option: option for option in CONNECTION_ARGUMENTS}
    IDENTITY = ("nutanix_host",)
    ADDRESSES: ClassVar[tuple[str, ...]] = ()
    INSTEAD_OF: ClassVar[dict[str, str]] = {}

    @classmethod
    def connect(cls, params: Mapping[str, Any]) -> PrismElement:
        location = netloc("nutanix_host", params["nutanix_host"], params["nutanix_port"], "nutanix_port")
        return cls(
            cls.named(params),
            f"https://{location}/PrismGateway/services/rest/v2.0",
            authorization=Basic(params["nutanix_username"], params["nutanix_password"]),
            explain=explain,
            idempotent=("DELETE",),
            proof=cls.proof(params),
            transport=Transport.of(params),
        )

    @staticmethod
    def named(params: Mapping[str, Any]) -> str:
        return f"Prism Element {params['nutanix_host']}"

    @staticmethod
    def proof(params: Mapping[str, Any]) -> Proof:
        """All that a log-in is made of."""
        return [str(params[name]) for name in (*PrismElement.LOG_IN, "nutanix_port")]

    @staticmethod
    def has_log_in(params: Mapping[str, Any]) -> bool:
        """Whether the options hold all that a log-in needs."""
        return all(params.get(name) for name in PrismElement.LOG_IN)

    def entities(
        self, path: str, params: Mapping[str, Any] | None = None, *, paged: bool = False
    ) -> list[dict[str, Any]]:
        """The `entities` of a list, to the last one.

        Lists are answered whole as far as anybody has seen (contract prism_element 1.5). Should a cluster cut one, the
        rest is asked for by offset where the list is known to take one (`paged`), and a list that stays short is an
        error, never a quiet half."""
        entries: list[dict[str, Any]] = []
        while True:
            body = (
                self.get(path, {**(params or {}), **({"offset": len(entries), "length": 500} if entries else {})}) or {}
            )
            page = body.get("entities") or []
            total = (body.get("metadata") or {}).get("total_entities")
            entries += page
            if total is None or len(entries) >= total:
                return entries
            if not page or not paged:
                raise OperationError(
                    f"{self.endpoint}: {path} has {total} entries but gives only {len(entries)}",
                    "The cluster cuts the list; nothing was changed.",
                )


def patiently(look: Callable[[], T]) -> Callable[[], T]:
    """A look for `wait_for` that takes a server error for a missing answer: what is under way goes on, and is asked for
    again."""

    def patient() -> T:
        try:
            return look()
        except ApiError as error:
            if error.status < 500:
                raise
            raise Unreachable.of(error) from None

    return patient


def refusal_in(body: Any) -> str:
    """Why an answer with a good status is a refusal: `value` is false, or there is a message without `value` (contract
    prism_element trap 28). Empty when it is none."""
    answer = body if isinstance(body, dict) else {}
    if answer.get("value") is False or (answer.get("message") and not answer.get("value")):
        return str(answer.get("message") or "no reason given")[:LONGEST_ERROR_TEXT]
    return ""


def explain(status: int, headers: Mapping[str, str], body: Any) -> Refused:
    """Read an error body (contract prism_element 1.7). `detailed_message` is a stack trace and stays where it is."""
    if not isinstance(body, dict):
        return Refused()
    text = str(body.get("message") or "")
    code = body.get("error_code")
    number = str(code.get("code", "")) if isinstance(code, dict) else ""
    return Refused(
        text=text,
        code=number,
        not_found=status in (404, 422, 500) and any(words in text.lower() for words in _NOT_THERE),
    )
