# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The HTTP session: what is repeated and what is not, and what people read when it goes wrong."""

from __future__ import annotations

import json
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import trustme
from hypothesis import given
from hypothesis import strategies as st
from urllib3 import HTTPResponse

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
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.pace import PACE
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.retries import (
    LONGEST_ASKED_DELAY,
    PatientRetry,
    retry_delay,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.session import (
    Authorization,
    Refused,
    RestSession,
    segment,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.transport import Transport

SECRET = "s3cr3t-value"
SOON = {"parameters": [{"name": "retryDelay", "value": "0.05"}]}


@dataclass(frozen=True)
class Answers:
    """One scripted answer; `then` cuts the connection or keeps silent instead."""

    status: int = 200
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    then: str = ""


@dataclass(frozen=True)
class Asked:
    method: str
    path: str
    headers: Mapping[str, str]
    content: bytes
    client: Any


class ScriptedServer(ThreadingHTTPServer):
    """Answers over TLS from a script, the last answer again and again, and remembers what it was asked."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, certificate: trustme.LeafCert) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        certificate.configure_cert(context)
        self.socket = context.wrap_socket(self.socket, server_side=True)
        self.script: list[Answers] = [Answers()]
        self.asked: list[Asked] = []
        self.closing = threading.Event()

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.server_port}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that give up are part of the tests."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: ScriptedServer

    def handle_one_request(self) -> None:
        self.raw_requestline = self.rfile.readline(65537)
        if not self.raw_requestline or not self.parse_request():
            self.close_connection = True
            return
        content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.asked.append(Asked(self.command, self.path, dict(self.headers), content, self.client_address))
        answer = self.server.script.pop(0) if len(self.server.script) > 1 else self.server.script[0]
        if answer.then:
            if answer.then == "silence":
                self.server.closing.wait(10)
            self.close_connection = True
            return
        body = (
            b""
            if answer.body is None
            else answer.body.encode()
            if isinstance(answer.body, str)
            else json.dumps(answer.body).encode()
        )
        self.send_response(answer.status)
        for name, value in {"Content-Length": str(len(body)), **answer.headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Be quiet."""


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def ca_path(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("ca") / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return path


@pytest.fixture
def server(authority: trustme.CA) -> Iterator[ScriptedServer]:
    serving = ScriptedServer(authority.issue_cert("127.0.0.1"))
    thread = threading.Thread(target=serving.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield serving
    finally:
        serving.closing.set()
        serving.shutdown()
        serving.server_close()
        thread.join()


class Token(Authorization):
    """A bearer token that may be renewed `renewals` times."""

    def __init__(self, renewals: int = 0) -> None:
        self.number = 1
        self._left = renewals

    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {SECRET}-{self.number}"}

    def renew(self) -> bool:
        self._left -= 1
        self.number += 1
        return self._left >= 0


def explain(status: int, headers: Mapping[str, str], body: Any) -> Refused:
    if not isinstance(body, dict):
        return Refused()
    return Refused(
        text=body.get("text", ""),
        code=body.get("code", ""),
        transaction_id=headers.get("X-Id", ""),
        not_found="not found" in body.get("text", ""),
    )


def session_to(
    server: ScriptedServer, ca_path: Path | bool, *, read_timeout: float = 5.0, **options: Any
) -> RestSession:
    verify = str(ca_path) if isinstance(ca_path, Path) else ca_path
    settings = {"authorization": Token(), "explain": explain, **options}
    return RestSession("The thing", server.url, transport=Transport(verify, read_timeout), **settings)


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_a_read_is_repeated_when_the_service_is_unavailable(server: ScriptedServer, ca_path: Path, status: int) -> None:
    server.script = [Answers(status), Answers(body={"a": 1})]
    assert session_to(server, ca_path).get("/x") == {"a": 1}
    assert len(server.asked) == 2


@pytest.mark.parametrize("body", [SOON, {"parameters": {"retryDelay": 0.05}}])
def test_a_service_that_stays_unavailable_has_the_last_word(
    server: ScriptedServer, ca_path: Path, body: dict[str, Any]
) -> None:
    server.script = [Answers(503, {**body, "text": "closed for repair", "code": "Busy"}, {"X-Id": "tx-1"})]
    with pytest.raises(
        ApiError, match=r"The thing: GET /x was answered with 503: closed for repair \(transaction tx-1\)"
    ) as caught:
        session_to(server, ca_path).get("/x")
    assert (caught.value.status, caught.value.code) == (503, "Busy")
    assert len(server.asked) == 7


def test_a_change_of_leader_of_fifteen_seconds_is_outlasted(server: ScriptedServer, ca_path: Path) -> None:
    retry: Any = session_to(server, ca_path)._http.get_adapter(server.url).max_retries
    shortest = 0.0
    while retry.total:
        retry = retry.increment("GET", "/x", response=HTTPResponse(status=503))
        shortest += min(retry.get_backoff_time() for _try in range(50)) * PACE
    assert shortest >= 15


@pytest.mark.parametrize("status", [500, 507, 520])
def test_a_read_is_repeated_on_every_server_error(server: ScriptedServer, ca_path: Path, status: int) -> None:
    server.script = [Answers(status, {"text": "internal error"}), Answers(status), Answers(body=[1])]
    assert session_to(server, ca_path).get("/x") == [1]
    assert len(server.asked) == 3


def test_a_server_error_that_stays_is_no_word_about_what_was_asked(server: ScriptedServer, ca_path: Path) -> None:
    server.script = [Answers(500, {"text": "broken"})]
    with pytest.raises(Unavailable, match="broken"):
        session_to(server, ca_path).get("/x")
    assert len(server.asked) == 3


@pytest.mark.parametrize("status", [501, 505, 530])
def test_what_lasts_is_not_asked_again(server: ScriptedServer, ca_path: Path, status: int) -> None:
    server.script = [Answers(status)]
    with pytest.raises(ApiError):
        session_to(server, ca_path).get("/x")
    assert len(server.asked) == 1


def test_an_accepted_session_may_be_refused_twice_and_not_more(server: ScriptedServer, ca_path: Path) -> None:
    session = session_to(server, ca_path)
    tolerable = []
    server.script = [Answers(body=1), Answers(401), Answers(body=1), Answers(401)]
    for _try in range(8):
        try:
            session.get("/x")
        except AccessDenied as error:
            tolerable.append(error.lift is not None)
            if error.lift:
                error.lift()
    assert tolerable == [True, True, True, False, False, False]
    assert len(server.asked) == 6


def test_without_a_wait_no_second_log_in_follows_a_refused_one(server: ScriptedServer, ca_path: Path) -> None:
    session = session_to(server, ca_path)
    server.script = [Answers(body=1), Answers(401)]
    session.get("/x")
    for _try in range(3):
        with pytest.raises(AccessDenied):
            session.get("/x")
    assert len(server.asked) == 2


def test_a_session_that_was_never_accepted_asks_once_whoever_asks(server: ScriptedServer, ca_path: Path) -> None:
    server.script = [Answers(401)]
    session = session_to(server, ca_path)

    def refused(_thread: int) -> bool:
        try:
            session.get("/x")
        except AccessDenied as error:
            return error.lift is None
        return False

    with ThreadPoolExecutor(max_workers=8) as pool:
        assert all(pool.map(refused, range(20)))
    assert len(server.asked) == 1


def test_it_waits_as_long_as_the_header_asks(server: ScriptedServer, ca_path: Path) -> None:
    server.script = [Answers(429, headers={"Retry-After": "1"}), Answers(body=1)]
    started = time.monotonic()
    session_to(server, ca_path).get("/x")
    assert time.monotonic() - started >= 1.0


def test_it_waits_as_long_as_the_body_asks(server: ScriptedServer, ca_path: Path) -> None:
    server.script = [Answers(503, {"parameters": [{"name": "retryDelay", "value": "0.4"}]}), Answers(body=1)]
    started = time.monotonic()
    session_to(server, ca_path).get("/x")
    assert time.monotonic() - started >= 0.4


def test_a_throttled_write_had_no_effect_and_is_repeated(server: ScriptedServer, ca_path: Path) -> None:
    server.script = [Answers(429, SOON), Answers(429, SOON), Answers(body={"done": True})]
    assert session_to(server, ca_path).request("POST", "/x", payload={"n": 1}).body == {"done": True}
    assert [asked.content for asked in server.asked] == [b'{"n": 1}'] * 3


@pytest.mark.parametrize("status", [502, 503, 504])
@pytest.mark.parametrize("method", ["POST", "PATCH", "DELETE"])
def test_a_write_that_may_have_taken_effect_is_left_to_the_caller(
    server: ScriptedServer, ca_path: Path, method: str, status: int
) -> None:
    server.script = [Answers(status)]
    with pytest.raises(AnswerLost, match="may have taken effect"):
        session_to(server, ca_path).request(method, "/x")
    assert len(server.asked) == 1


def test_a_write_that_is_idempotent_is_repeated(server: ScriptedServer, ca_path: Path) -> None:
    server.script = [Answers(503, SOON), Answers(then="cut"), Answers(204)]
    assert session_to(server, ca_path, idempotent=("DELETE",)).request("DELETE", "/x").body is None
    assert len(server.asked) == 3


def test_a_read_without_answer_is_repeated(server: ScriptedServer, ca_path: Path) -> None:
    server.script = [Answers(then="cut"), Answers(body=[1])]
    assert session_to(server, ca_path).get("/x") == [1]


def test_a_read_that_never_gets_an_answer_is_unreachable(server: ScriptedServer, ca_path: Path) -> None:
    server.script = [Answers(then="cut")]
    with pytest.raises(Unreachable, match="no answer to GET"):
        session_to(server, ca_path).get("/x")
    assert len(server.asked) == 3


@pytest.mark.parametrize("then", ["cut", "silence"])
def test_a_write_without_answer_is_lost_and_not_repeated(server: ScriptedServer, ca_path: Path, then: str) -> None:
    server.script = [Answers(then=then)]
    with pytest.raises(AnswerLost, match="no answer to POST"):
        session_to(server, ca_path, read_timeout=0.3).request("POST", "/x", params={"secret": SECRET}, payload={})
    assert len(server.asked) == 1


def test_a_connection_that_was_closed_between_two_requests_is_opened_again(
    server: ScriptedServer, ca_path: Path
) -> None:
    server.script = [Answers(headers={"Connection": "close"}), Answers(body=2)]
    session = session_to(server, ca_path)
    session.get("/x")
    assert session.request("POST", "/x", payload={}).body == 2


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_what_cannot_be_reached_has_not_happened(method: str) -> None:
    # Bound, so that nobody else gets the port, but nobody listens.
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        session = RestSession(
            "The thing",
            f"https://127.0.0.1:{bound.getsockname()[1]}",
            authorization=Token(),
            explain=explain,
            transport=Transport(),
        )
        with pytest.raises(Unreachable, match="cannot be reached"):
            session.request(method, "/x")


def test_an_unknown_certificate_stops_before_anything_is_sent(server: ScriptedServer, ca_path: Path) -> None:
    with pytest.raises(Unreachable, match="ca_path"):
        session_to(server, True).request("POST", "/x")
    assert server.asked == []


@pytest.mark.filterwarnings("ignore:Unverified HTTPS request")
def test_the_certificate_is_ignored_only_when_told_so(server: ScriptedServer, ca_path: Path) -> None:
    server.script = [Answers(body=1)]
    assert session_to(server, False).get("/x") == 1


def test_a_refused_login_is_never_repeated(server: ScriptedServer, ca_path: Path) -> None:
    server.script = [Answers(401, {"text": "wrong"})]
    with pytest.raises(AccessDenied, match="not tried again"):
        session_to(server, ca_path).get("/x")
    assert len(server.asked) == 1


def test_an_expired_token_is_renewed_once(server: ScriptedServer, ca_path: Path) -> None:
    server.script = [Answers(401), Answers(body=1)]
    assert session_to(server, ca_path, authorization=Token(renewals=9)).request("POST", "/x", payload={}).body == 1
    assert [asked.headers["Authorization"][-2:] for asked in server.asked] == ["-1", "-2"]
    server.script = [Answers(401)]
    with pytest.raises(AccessDenied):
        session_to(server, ca_path, authorization=Token(renewals=9)).get("/x")
    assert len(server.asked) == 4


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (403, None, AccessDenied),
        (404, None, NotFound),
        (500, {"text": "VM not found"}, NotFound),
        (501, {"text": "broken"}, ApiError),
        (400, "<html>", ApiError),
        (302, None, ApiError),
    ],
)
def test_every_refusal_has_its_kind(
    server: ScriptedServer, ca_path: Path, status: int, body: Any, error: type[ApiError]
) -> None:
    server.script = [Answers(status, body, {"Location": "https://elsewhere.example/"})]
    with pytest.raises(ApiError, match=f"The thing: GET /x was answered with {status}") as caught:
        session_to(server, ca_path).get("/x")
    assert caught.type is error
    assert len(server.asked) == 1


def test_an_error_text_is_cut_and_shows_no_secret(server: ScriptedServer, ca_path: Path) -> None:
    server.script = [Answers(400, {"text": "x" * 5000})]
    with pytest.raises(ApiError) as caught:
        session_to(server, ca_path).request("POST", "/x", params={"key": SECRET}, form={"client_secret": SECRET})
    assert len(str(caught.value)) < 500
    for then in ("cut", "silence"):
        server.script = [Answers(then=then)]
        with pytest.raises(OperationError) as lost:
            session_to(server, ca_path, read_timeout=0.3).request(
                "POST", "/x", params={"key": SECRET}, form={"client_secret": SECRET}
            )
        assert SECRET not in f"{lost.value} {lost.value.details}"
    assert SECRET not in f"{caught.value} {caught.value.details}"


def test_a_see_other_is_an_answer(server: ScriptedServer, ca_path: Path) -> None:
    server.script = [Answers(303, headers={"Location": "/jobs/1"})]
    answer = session_to(server, ca_path).request("GET", "/x")
    assert (answer.status, answer.headers["location"], answer.body) == (303, "/jobs/1", None)


def test_something_that_is_not_json_is_no_answer(server: ScriptedServer, ca_path: Path) -> None:
    server.script = [Answers(200, "<html>Sign in</html>")]
    with pytest.raises(Unreachable, match="not JSON"):
        session_to(server, ca_path).get("/x")
    with pytest.raises(AnswerLost, match="not JSON"):
        session_to(server, ca_path).request("POST", "/x")


def test_what_goes_over_the_wire(server: ScriptedServer, ca_path: Path) -> None:
    session = session_to(server, ca_path)
    session.get(
        f"/things/{segment('a/b c#%ü')}", {"flag": True, "off": None, "filter": "vm_name==Gold Master", "id": [1, 2]}
    )
    session.request("POST", "/form", form={"a b": "c&d"}, headers={"X-Extra": "1"})
    asked, posted = server.asked
    assert asked.path == "/things/a%2Fb%20c%23%25%C3%BC?flag=true&filter=vm_name%3D%3DGold%20Master&id=1&id=2"
    assert asked.headers["Accept"] == "application/json"
    assert (posted.content, posted.headers["Content-Type"], posted.headers["X-Extra"]) == (
        b"a+b=c%26d",
        "application/x-www-form-urlencoded",
        "1",
    )


def test_one_connection_serves_many_requests(server: ScriptedServer, ca_path: Path) -> None:
    session = session_to(server, ca_path)
    for _turn in range(5):
        session.get("/x")
    assert len({asked.client for asked in server.asked}) == 1


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(),
        lambda inner: (
            st.lists(inner) | st.dictionaries(st.sampled_from(["parameters", "retryDelay", "name", "value"]), inner)
        ),
    )
)
def test_a_retry_delay_is_read_from_anything(body: Any) -> None:
    asked = retry_delay(body)
    assert asked is None or asked >= 0


def test_no_service_makes_us_wait_for_hours() -> None:
    patient = PatientRetry(total=3)
    patient.asked_delay = 1e9
    assert patient.get_retry_after(HTTPResponse(status=503)) == LONGEST_ASKED_DELAY


def test_an_answer_that_takes_too_long_is_told_from_a_broken_connection(server: ScriptedServer, ca_path: Path) -> None:
    server.script = [Answers(then="silence")]
    with pytest.raises(Unreachable, match=r"no answer to GET .*/x within 0\.2 s") as caught:
        session_to(server, ca_path, read_timeout=0.2).get("/x")
    assert "read_timeout" in caught.value.advice


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_where_a_redirect_points_to_is_said_and_not_followed(
    server: ScriptedServer, ca_path: Path, status: int
) -> None:
    server.script = [Answers(status, headers={"Location": "https://user:pw@sso.example.com/login?token=1"})]
    with pytest.raises(ApiError, match=r"points to https://sso\.example\.com/login\.") as caught:
        session_to(server, ca_path).get("/x")
    assert "would get the secret" in caught.value.advice
    assert len(server.asked) == 1


PAGE = "<!DOCTYPE html><html><head><title>Corp Web Gateway\n - Sign in</title></head></html>"


@pytest.mark.parametrize(("status", "kind"), [(200, Unreachable), (403, AccessDenied)])
def test_a_web_page_is_named_by_its_title(
    server: ScriptedServer, ca_path: Path, status: int, kind: type[OperationError]
) -> None:
    server.script = [Answers(status, PAGE, {"Content-Type": "text/html"})]
    with pytest.raises(kind, match=r"a web page \(Corp Web Gateway - Sign in\)") as caught:
        session_to(server, ca_path).get("/x")
    assert "web filter" in caught.value.advice


def free_port() -> int:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        return int(bound.getsockname()[1])


def test_a_dead_proxy_is_named_without_its_password(
    server: ScriptedServer, ca_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = free_port()
    for name in ("https_proxy", "HTTPS_PROXY"):
        monkeypatch.setenv(name, f"http://me:{SECRET}@127.0.0.1:{port}")
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.setenv(name, "localhost")
    with pytest.raises(Unreachable, match=rf"the proxy http://127\.0\.0\.1:{port} ") as caught:
        session_to(server, ca_path).get("/x")
    assert "https_proxy" in caught.value.advice
    assert "no_proxy" in caught.value.advice
    assert SECRET not in str(caught.value)


def test_a_proxy_that_refuses_is_told_with_what_it_says(
    server: ScriptedServer, plain: ThreadingHTTPServer, ca_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("https_proxy", "HTTPS_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{plain.server_port}")
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.setenv(name, "localhost")
    with pytest.raises(Unreachable, match=r"does not let it through \(Tunnel connection failed: 407"):
        session_to(server, ca_path).get("/x")


def test_a_port_without_tls_is_no_question_of_certificates(plain: ThreadingHTTPServer, ca_path: Path) -> None:
    with pytest.raises(Unreachable, match="TLS handshake") as caught:
        RestSession(
            "The thing",
            f"https://127.0.0.1:{plain.server_port}",
            authorization=Token(),
            explain=explain,
            transport=Transport(str(ca_path)),
        ).get("/x")
    assert "does not speak TLS" in caught.value.advice


def test_a_certificate_of_another_name_asks_for_the_name(server: ScriptedServer, ca_path: Path) -> None:
    with pytest.raises(Untrusted) as caught:
        RestSession(
            "The thing",
            f"https://localhost:{server.server_port}",
            authorization=Token(),
            explain=explain,
            transport=Transport(str(ca_path)),
        ).get("/x")
    assert "a name that its certificate bears" in caught.value.advice


class _Closed(BaseHTTPRequestHandler):
    """Plain HTTP, and a proxy that lets nobody through."""

    def do_CONNECT(self) -> None:
        self.send_error(407)

    def log_message(self, format: str, *args: Any) -> None:
        """Be quiet."""


@pytest.fixture
def plain() -> Iterator[ThreadingHTTPServer]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Closed) as serving:
        thread = threading.Thread(target=serving.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        yield serving
        serving.shutdown()
        thread.join()


@pytest.mark.parametrize("seconds", [-1, 0, 10**30])
def test_a_time_to_answer_that_is_none(server: ScriptedServer, ca_path: Path, seconds: int) -> None:
    with pytest.raises(OperationError, match="read_timeout is"):
        session_to(server, ca_path, read_timeout=seconds)


@pytest.mark.parametrize("name", ["", ".", ".."])
def test_a_name_never_leads_to_another_path(name: str) -> None:
    with pytest.raises(OperationError, match="names nothing"):
        segment(name)
    assert segment("a/../b") == "a%2F..%2Fb"
