# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Failures that a person can act on. Everything the collection raises on purpose is an OperationError."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

Error = TypeVar("Error", bound="OperationError")


class OperationError(Exception):
    """What happened (`message`), what to do next (`advice`), the options of the module that the advice names, and facts
    that belong into the module's result (`details`)."""

    def __init__(self, message: str, advice: str, *, options: Sequence[str] = (), **details: Any) -> None:
        super().__init__(message)
        self.message = message
        self.advice = advice
        self.options = tuple(options)
        self.details = details

    def replace(self: Error, *, message: str | None = None, advice: str | None = None, **details: Any) -> Error:
        """The same error in other words or with more details: its kind, its options and all else stay."""
        text = self.message if message is None else message
        other = self.__class__.__new__(self.__class__, text)
        other.__dict__.update(
            self.__dict__,
            message=text,
            advice=self.advice if advice is None else advice,
            details={**self.details, **details},
        )
        return other

    @classmethod
    def of(cls: type[Error], error: OperationError, *, message: str = "", advice: str | None = None) -> Error:
        """What another error says, as an error of this kind: its options and details stay."""
        advice = error.advice if advice is None else advice
        return cls(message or error.message, advice, options=error.options, **error.details)

    @property
    def fields(self) -> dict[str, Any]:
        """The `error` of a result: nobody has to find message and advice in a sentence again."""
        more = {"options": list(self.options)} if self.options else {}
        return {"message": self.message, "advice": self.advice, **more}

    def __str__(self) -> str:
        sentence = self.message if self.message.endswith((".", "?", "!")) else f"{self.message}."
        return f"{sentence} {self.advice}".strip()


class Unreachable(OperationError):
    """The endpoint could not be asked: nothing is known to have happened there."""


class Untrusted(Unreachable):
    """Something answers there, but its TLS certificate is not trusted, so that nothing was asked."""


class AnswerLost(OperationError):
    """A write was sent and its answer never came: it may or may not have taken effect. Look before repeating it."""


class EndNotSeen(Unreachable):
    """Work under way was watched until no answer came any more. It goes on, or has ended; nobody saw which."""


class StillRunning(OperationError):
    """The wait was over before the work was. The work goes on; running the same task again continues to wait."""


class ApiError(OperationError):
    """The endpoint answered with a refusal. `status` is the HTTP status, `code` the vendor's error code."""

    def __init__(self, message: str, advice: str, *, status: int, code: str = "", **details: Any) -> None:
        super().__init__(message, advice, http_status=status, **({"error_code": code} if code else {}), **details)
        self.status = status
        self.code = code


class Unavailable(ApiError):
    """5xx or 429 to what may be repeated, and was: the service cannot answer now. It says nothing of what it was asked
    about."""


class AccessDenied(ApiError):
    """401 or 403. Never tried again with the same secret: repeated wrong log-ins lock accounts (contract prism_element
    1.6).

    `lift` lets the session that was refused ask once more, for whoever waits. It is there only when the same session
    was accepted before and has not been
    refused so often that asking again could lock the account.
    """

    lift: Callable[[], None] | None = None


class NotFound(ApiError):
    """The object does not exist, in any of the ways the endpoint has of saying so."""


class NothingUnderWay(OperationError):
    """What was waited for has not come, and nothing that could still bring it is to be seen any more: waiting on is of
    no use."""
