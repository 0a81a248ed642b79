# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""XML-RPC over a session of ours, for clients of vendors that bring their own: certificates, time limits, proxies and
messages are then the same as everywhere."""

from __future__ import annotations

from typing import Any
from xml.parsers.expat import ExpatError
from xmlrpc.client import ResponseError, Transport

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.byte_session import ByteSession
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import AnswerLost
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.session import WEB_PAGE


class RpcTransport(Transport):
    """Hands every call to a session. A call is sent once; whoever knows that it only reads may repeat it."""

    def __init__(self, session: ByteSession) -> None:
        super().__init__()
        self._bytes = session

    def request(self, host: Any, handler: str, request_body: Any, verbose: bool = False) -> Any:
        answer = self._bytes.post(handler, request_body, "text/xml")
        parser, unmarshaller = self.getparser()
        try:
            parser.feed(answer)
            parser.close()
            return unmarshaller.close()
        except (ExpatError, ResponseError):
            raise AnswerLost(
                f"{self._bytes.endpoint}: a call was answered with something that is not XML-RPC: {answer[:80]!r}",
                WEB_PAGE,
            ) from None


def plain(value: Any) -> Any:
    """A value as XML-RPC takes it. Python's marshaller knows types by their names, and what Ansible hands to an action
    plugin are strings of a type of its own."""
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, dict):
        return {plain(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value
