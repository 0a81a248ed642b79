# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An order is carried out once, whatever becomes of its answers; or an error says that nobody knows."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.send_once import effect_unknown, send_once
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import (
    AccessDenied,
    AnswerLost,
    ApiError,
    NotFound,
    OperationError,
    Unavailable,
    Unreachable,
)

# One look at once, and one when it is over, on however busy a machine.
PATIENCE = 0.01
LOST = ["drop before", "drop after", "503 before", "503 after", "500 before", "500 after"]
FAILING_LOOKS = [
    Unreachable("nobody answers", "Look at it."),
    Unavailable("busy", "Look at it.", status=503),
    OperationError("two bear the name", "Look at it."),
]
NEVER = 99


@dataclass
class Endpoint:
    """An endpoint that answers each order as its script says; `shows_after` so many looks an effect is to be seen."""

    script: list[str]
    shows_after: int = 0
    failing_look: OperationError | None = None
    effects: int = 0
    sends: int = 0
    looks: int = 0
    lines: list[str] = field(default_factory=list)

    def send(self) -> str:
        answer = self.script[min(self.sends, len(self.script) - 1)]
        self.sends += 1
        self.effects += not answer.endswith(("before", "refused"))
        if answer.startswith(("drop", "503")):
            raise AnswerLost("no answer to POST", "It may have taken effect.")
        with effect_unknown():
            if answer.startswith("500"):
                raise ApiError("POST was answered with 500", "Look at it.", status=500)
            if answer == "refused":
                raise ApiError("POST was answered with 409", "Look at it.", status=409)
        return "sent"

    def look(self) -> str | None:
        self.looks += 1
        if self.failing_look:
            raise self.failing_look
        return "seen" if self.effects and self.looks > self.shows_after else None

    def order(self, sends: int = 2) -> str:
        return send_once(
            self.send,
            self.look,
            what="migration of 'PD'",
            progress=self.lines.append,
            patience=PATIENCE,
            sends=sends,
        )


SCRIPTS = st.lists(st.sampled_from([*LOST, "answered", "refused"]), min_size=1, max_size=4)
SENDS = st.integers(1, 4)


@given(SCRIPTS, SENDS)
def test_an_effect_that_shows_in_time_is_never_doubled(script: list[str], sends: int) -> None:
    endpoint = Endpoint(script, shows_after=1)
    answers = [*script, *[script[-1]] * sends][:sends]
    first = next((answer for answer in answers if not answer.endswith("before")), "nothing but before")
    if first == "refused":
        with pytest.raises(ApiError):
            endpoint.order(sends)
    elif first.endswith("before"):
        with pytest.raises(AnswerLost, match=r"nothing of migration of 'PD' is to be seen\. It may have taken effect"):
            endpoint.order(sends)
        assert endpoint.sends == sends
    else:
        endpoint.order(sends)
    assert endpoint.effects == (first == "answered" or first.endswith("after"))
    assert endpoint.sends <= sends


@given(SCRIPTS, SENDS)
def test_an_effect_that_never_shows_bounds_the_orders_all_the_same(script: list[str], sends: int) -> None:
    endpoint = Endpoint(script, shows_after=NEVER)
    with contextlib.suppress(AnswerLost, ApiError):
        assert endpoint.order(sends) == "sent"
    assert endpoint.sends <= sends
    # Each order but the last was looked for before the next.
    assert endpoint.looks >= endpoint.sends - 1


@given(st.sampled_from(LOST), st.sampled_from(FAILING_LOOKS), SENDS)
def test_who_cannot_look_does_not_send_again(lost: str, failing: OperationError, sends: int) -> None:
    endpoint = Endpoint([lost], failing_look=failing)
    with pytest.raises(AnswerLost) as caught:
        endpoint.order(sends)
    assert endpoint.sends == 1
    assert failing.message in caught.value.message
    assert "may have taken effect" in caught.value.advice


@given(st.sampled_from(LOST))
def test_refused_credentials_stay_what_they_are(lost: str) -> None:
    endpoint = Endpoint([lost], failing_look=AccessDenied("no", "Look at it.", status=401))
    with pytest.raises(AccessDenied):
        endpoint.order()
    assert endpoint.sends == 1


def test_an_answer_is_believed_without_a_look() -> None:
    endpoint = Endpoint(["answered"])
    assert endpoint.order() == "sent"
    assert (endpoint.looks, endpoint.lines) == (0, [])


def test_the_look_is_told_on_the_screen() -> None:
    endpoint = Endpoint(["drop after"])
    assert endpoint.order() == "seen"
    assert endpoint.lines == ["migration of 'PD': no answer to POST; looking whether it took effect"]


@pytest.mark.parametrize(
    ("error", "known"),
    [
        (ApiError("broken", "Look at it.", status=500), False),
        (ApiError("no such feature", "Look at it.", status=501), True),
        (ApiError("exists", "Look at it.", status=409), True),
        (NotFound("not there", "Look at it.", status=500), True),
    ],
    ids=lambda value: str(getattr(value, "status", value)),
)
def test_only_a_server_error_leaves_the_effect_open(error: ApiError, known: bool) -> None:
    with pytest.raises(ApiError if known else AnswerLost) as caught, effect_unknown():
        raise error
    assert caught.value.details["http_status"] == error.status
