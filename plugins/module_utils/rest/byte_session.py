# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""HTTP whose bodies are no JSON: XML both ways, and disks as streams that are never whole in memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.connection_faults import root_cause
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import Unreachable
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.session import (
    REDIRECTS,
    RestSession,
    query_of,
)

try:
    import requests
except ImportError:
    # rest.session says so
    requests = None  # type: ignore[assignment]

CHUNK = 1024 * 1024
ANY = {"Accept": "*/*"}


@dataclass(frozen=True)
class Stream:
    """An answer whose body is still to come. `elsewhere` is where a redirect points to, which has no body; `length`
    is None where the server does not tell it."""

    chunks: Iterator[bytes]
    length: int | None
    elsewhere: str = ""


class ByteSession(RestSession):
    """A session for bodies of bytes. Nothing of a query stands in a message, because it may hold a secret."""

    def post(self, path: str, content: bytes, content_type: str) -> bytes:
        """The body of the answer to a POST, which is never repeated."""
        headers = {**ANY, "Content-Type": content_type}
        response = self._exchange("POST", f"{self.base_url}{path}", data=content, headers=headers)
        if response.status_code != 200:
            raise self._refusal_of("POST", path, response, None)
        return response.content

    @contextmanager
    def stream(
        self,
        method: str,
        path: str,
        params: Mapping[str, Any],
        content: Iterable[bytes] | None = None,
        more_headers: Mapping[str, str] | None = None,
    ) -> Iterator[Stream]:
        """Send, from a file that has a length, and read the answer piece by piece. A redirect is an answer."""
        headers = {**ANY, "Content-Type": "application/octet-stream"} if content else ANY
        headers = {**headers, **(more_headers or {})}
        url = f"{self.base_url}{path}{query_of(params)}"
        response = self._exchange(method, url, data=content, headers=headers, stream=True)
        try:
            if response.status_code in REDIRECTS:
                yield Stream(iter(()), 0, urljoin(response.url, response.headers.get("Location") or ""))
                return
            if response.status_code >= 300:
                raise self._refusal_of(method, path, response, None)
            told = response.headers.get("Content-Length") or ""
            yield Stream(self._chunks(method, path, response), int(told) if told.isdigit() else None)
        finally:
            response.close()

    def _chunks(self, method: str, path: str, response: requests.Response) -> Iterator[bytes]:
        try:
            yield from response.iter_content(CHUNK)
        except requests.exceptions.RequestException as error:
            raise Unreachable(
                f"{self.endpoint}: the answer to {method} {path} broke off ({root_cause(error)})",
                "Run the same task again when the connection is stable.",
            ) from None
