# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The only code that speaks HTTP: connection reuse, timeouts, verified TLS, retries of what may be repeated, readable
errors.

Repeated are reads and the methods that the endpoint documents as idempotent: by urllib3's Retry on connection faults
and on 408, 429, 502, 503 and 504, for at least 15 seconds, as long as a cluster may take to change its leader; here on
the other server errors, of which only the body tells whether they mean that the object is not there. A 429 had no
effect, so any method may follow it. A write whose answer is lost raises AnswerLost and is left to the caller, who can
look first.
"""

from __future__ import annotations

import random
import re
import threading
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode, urljoin

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest import refusals
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.address import without_secrets
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.advice import (
    LASTING,
    LOOK_FOR_IT,
    MAY_HAVE_TAKEN_EFFECT,
    advice_for,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.connection_faults import (
    ca_file_error,
    not_trusted,
    root_cause,
    took_too_long,
    unreachable,
    was_sent,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import (
    AccessDenied,
    AnswerLost,
    ApiError,
    NotFound,
    OperationError,
    Unavailable,
    Unreachable,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.pace import paced
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.retries import UNAVAILABLE, PatientRetry, parsed
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.transport import CONNECT_TIMEOUT, Transport

try:
    import requests
    from requests.adapters import HTTPAdapter

    REQUESTS_IMPORT_ERROR = None
except ImportError:
    REQUESTS_IMPORT_ERROR = traceback.format_exc()

# Three tries, as the vendor's client makes on any 5xx (contract citrix 15).
PAUSES_AFTER_SERVER_ERROR = (0.3, 1.0)
# Wrong log-ins of one session after one that was right; the lowest count at which anybody locks an account is 5.
MOST_REFUSALS = 3
A_DAY = 24 * 3600
REDIRECTS = (301, 302, 307, 308)
WEB_PAGE = "Check that the address is the API's: a proxy, a web filter or a log-in page may have answered in its place."
CHECK_SECRET = (
    "User name and password (or client id and secret, or API key) were refused and not tried again; check them first."
)
LONGEST_ERROR_TEXT = 300


@dataclass(frozen=True)
class Answer:
    """A successful answer: `body` is the parsed JSON, or None when the body is empty or no JSON."""

    status: int
    headers: Mapping[str, str]
    body: Any


@dataclass(frozen=True)
class Refused:
    """What an endpoint's error body says: text for people, the vendor's code, its transaction id, and whether it means
    that the object is not there."""

    text: str = ""
    code: str = ""
    transaction_id: str = ""
    not_found: bool = False


class Authorization:
    """How requests prove who they are. `renew` is asked once after a 401 and says whether a new proof could be had."""

    def headers(self) -> dict[str, str]:
        return {}

    def renew(self) -> bool:
        return False


class RestSession:
    """One session per endpoint.

    `endpoint` is the name for messages, `explain(status, headers, body)` reads the vendor's error body, `idempotent`
    are the methods that may be repeated besides reads, `proof` is all that a log-in there is made of.
    """

    def __init__(
        self,
        endpoint: str,
        base_url: str,
        *,
        authorization: Authorization,
        explain: Callable[[int, Mapping[str, str], Any], Refused],
        transport: Transport,
        idempotent: tuple[str, ...] = (),
        proof: refusals.Proof = (),
    ) -> None:
        if REQUESTS_IMPORT_ERROR:
            raise OperationError(
                "The Python library requests is missing",
                "Install requests for the Python that runs Ansible modules on this host.",
            )
        if not 0 < transport.read_timeout <= A_DAY:
            raise OperationError(
                f"{endpoint}: read_timeout is {transport.read_timeout:g}", f"Give 1 to {A_DAY} seconds."
            )
        self.endpoint = endpoint
        self.base_url = base_url.rstrip("/")
        self._authorization = authorization
        self._proof = proof
        self._explain = explain
        self._transport = transport
        self._repeatable = frozenset({"GET", "HEAD", *idempotent})
        retry = PatientRetry(
            # Pauses of 0, 1, 2, 4, 8 and 16 seconds, with jitter half of them at least.
            total=6,
            connect=2,
            read=2,
            redirect=0,
            other=0,
            backoff_factor=0.5,
            allowed_methods=self._repeatable,
            status_forcelist=UNAVAILABLE,
            raise_on_status=False,
        )
        self._entry = threading.Lock()
        self._entered = threading.Event()
        self._accepted = False
        self._refusals = 0
        self._refusal: AccessDenied | None = None
        self._http = requests.Session()
        self._http.headers.update({"Accept": "application/json"})
        # With no auth of its own, requests would put an entry of ~/.netrc over our Authorization header.
        self._http.auth = lambda request: request
        self._http.mount("https://", HTTPAdapter(max_retries=retry, pool_maxsize=transport.pool_size))

    def get(self, path: str, params: Mapping[str, Any] | None = None) -> Any:
        """The parsed body of a GET."""
        return self.request("GET", path, params=params).body

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
        """Send one request, `payload` as JSON or `form` as form fields. A 303 is an answer: its Location says where the
        result is.

        Raises AccessDenied, NotFound, Unavailable, ApiError, Unreachable or, for writes only, AnswerLost.
        """
        url = f"{self.base_url}{path}{query_of(params)}"
        pauses = iter(PAUSES_AFTER_SERVER_ERROR)
        while True:
            response = self._authorized(method, url, payload, form, headers)
            body = parsed(response.content)
            if response.status_code < 300 or response.status_code == 303:
                break
            refusal = self._refusal_of(method, path, response, body)
            pause = (
                next(pauses, None)
                if isinstance(refusal, Unavailable) and response.status_code not in UNAVAILABLE
                else None
            )
            if pause is None:
                raise refusal
            time.sleep(paced(pause) * random.uniform(0.5, 1.0))
        if body is None and response.content and response.status_code != 204:
            raise self._unusable(method, path, response)
        return Answer(response.status_code, response.headers, body)

    def _authorized(
        self, method: str, url: str, payload: Any, form: Mapping[str, str] | None, headers: Mapping[str, str] | None
    ) -> requests.Response:
        """Send, and once more with a new proof after a 401. Until the first answer of a session has come, other threads
        hold back: they would each try a wrong secret once."""
        first = not self._entered.is_set() and self._entry.acquire(blocking=False)
        if not first:
            self._entered.wait()
        try:
            if first and refusals.was_refused(self._proof):
                self._refusal = refused_before(self.endpoint)
            if self._refusal:
                raise self._refusal
            response = self._send(method, url, payload, form, headers)
            if response.status_code == 401 and self._authorization.renew():
                response = self._send(method, url, payload, form, headers)
            self._note(response.status_code)
            return response
        finally:
            if first:
                self._entered.set()

    def _note(self, status: int) -> None:
        if status == 401:
            self._refusals += 1
        elif status < 500:
            self._accepted, self._refusals = True, 0

    def _send(
        self, method: str, url: str, payload: Any, form: Mapping[str, str] | None, headers: Mapping[str, str] | None
    ) -> requests.Response:
        merged = {**self._authorization.headers(), **(headers or {})}
        return self._exchange(method, url, json=payload, data=form, headers=merged)

    def _exchange(self, method: str, url: str, **content: Any) -> requests.Response:
        try:
            # `verify` goes with each request: set on the session, REQUESTS_CA_BUNDLE in the environment would silently
            # replace it.
            return self._http.request(
                method,
                url,
                **content,
                timeout=(CONNECT_TIMEOUT, self._transport.read_timeout),
                verify=self._transport.verify,
                allow_redirects=False,
            )
        except requests.exceptions.SSLError as error:
            raise not_trusted(self.endpoint, self.base_url, error) from None
        except (requests.exceptions.ReadTimeout, requests.exceptions.ChunkedEncodingError) as error:
            raise self._no_answer(method, url, error) from None
        except requests.exceptions.ConnectionError as error:
            if was_sent(error):
                raise self._no_answer(method, url, error) from None
            raise unreachable(f"{self.endpoint}: {self.base_url}", url, error) from None
        except OSError as error:
            raise ca_file_error(self.endpoint, error) from None

    def _no_answer(self, method: str, url: str, error: Exception) -> OperationError:
        silence = f"{self.endpoint}: no answer to {method} {url.partition('?')[0]}"
        if method in self._repeatable and took_too_long(error):
            deed = f"{silence} within {self._transport.read_timeout:g} s"
            return Unreachable(deed, "If it is well and only slow, give it more time with read_timeout.")
        deed = f"{silence} ({root_cause(error)})"
        if method in self._repeatable:
            return Unreachable(deed, "The connection broke repeatedly; run the same task again when it is stable.")
        return AnswerLost(deed, MAY_HAVE_TAKEN_EFFECT)

    def _refusal_of(self, method: str, path: str, response: requests.Response, body: Any) -> OperationError:
        status = response.status_code
        error = self._explain(status, response.headers, body)
        text = error.text or response.reason or "no explanation"
        page = _page_title(response)
        if page is not None:
            text = f"{text}: a web page{f' ({page})' if page else ''}"
        elif body is None and not error.text and response.text not in ("", text):
            text = f"{text}: {response.text}"
        message = f"{self.endpoint}: {method} {path} was answered with {status}: {text[:LONGEST_ERROR_TEXT].strip()}"
        if error.transaction_id:
            message += f" (transaction {error.transaction_id})"
        facts: dict[str, Any] = {"status": status, "code": error.code}
        if status in REDIRECTS:
            return self._pointed_elsewhere(message, response, facts)
        if status == 403 and page is not None:
            return AccessDenied(message, WEB_PAGE, **facts)
        if status in (401, 403):
            return self._denied(message, facts)
        if error.not_found or status == 404:
            return NotFound(message, LOOK_FOR_IT, **facts)
        if status in UNAVAILABLE and status != 429 and method not in self._repeatable:
            return AnswerLost(message, MAY_HAVE_TAKEN_EFFECT)
        if method in self._repeatable and (status in UNAVAILABLE or (status >= 500 and status not in LASTING)):
            return Unavailable(
                message,
                "The service could not answer, asked repeatedly. Run the same task again when it is well.",
                **facts,
            )
        return ApiError(message, advice_for(status), **facts)

    def _denied(self, message: str, facts: dict[str, Any]) -> AccessDenied:
        if facts["status"] == 403:
            advice = (
                "The account may log in but may not do this; check its role and scope, and that address and customer"
                " fit."
            )
            denied = AccessDenied(message, advice, **facts)
            denied.lift = self._lift
            return denied
        denied = AccessDenied(message, CHECK_SECRET, log_in_refused_by=self.endpoint, **facts)
        self._refusal = denied
        if self._accepted and self._refusals < MOST_REFUSALS:
            denied.lift = self._lift
        else:
            refusals.note_refusal(self._proof)
        return denied

    def _lift(self) -> None:
        self._refusal = None

    def _unusable(self, method: str, path: str, response: requests.Response) -> OperationError:
        page = _page_title(response)
        web_page = f"a web page{f' ({page})' if page else ''}, which is not JSON"
        words = web_page if page is not None else f"something that is not JSON: {response.text[:80]!r}"
        deed = f"{self.endpoint}: {method} {path} was answered with {response.status_code} and {words}"
        if method in self._repeatable:
            return Unreachable(deed, WEB_PAGE)
        return AnswerLost(deed, WEB_PAGE)

    def _pointed_elsewhere(self, message: str, response: requests.Response, facts: dict[str, Any]) -> ApiError:
        """A redirect is not followed: who answers there would get the secret."""
        location = urljoin(response.url, response.headers.get("Location") or "")
        return ApiError(
            f"{message}; it points to {without_secrets(location)}",
            "That was not followed, because whoever answers there would get the secret. If it is the right place, give"
            " its address.",
            **facts,
        )


def _page_title(response: requests.Response) -> str | None:
    """The title of a web page, '' for one without; None for an answer that is none."""
    start = response.text[:20000]
    if "<html" not in start.lower() and "text/html" not in response.headers.get("Content-Type", ""):
        return None
    match = re.search(r"<title[^>]*>(.*?)</title>", start, re.IGNORECASE | re.DOTALL)
    if match:
        return " ".join(match[1].split())[:80]
    return ""


def refused_before(endpoint: str) -> AccessDenied:
    """What is said instead of trying a secret again that was refused in this run."""
    return AccessDenied(
        f"{endpoint}: this log-in was refused before in this run", CHECK_SECRET, log_in_refused_by=endpoint, status=401
    )


def segment(name: str) -> str:
    """A name as one path segment. Raises OperationError for what would lead to another path."""
    if name in ("", ".", ".."):
        raise OperationError(f"'{name}' names nothing", "Give the name or the id of what is meant.")
    return quote(name, safe="")


def query_of(params: Mapping[str, Any] | None) -> str:
    """Booleans in small letters; what is None is left out."""
    values = {key: value for key, value in (params or {}).items() if value is not None}
    values |= {key: str(value).lower() for key, value in values.items() if isinstance(value, bool)}
    if values:
        return f"?{urlencode(values, doseq=True, quote_via=quote)}"
    return ""
