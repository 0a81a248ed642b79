# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An order that must not be given twice unseen: send it, and when its answer is lost, look before sending it again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.waiting import Look, wait_for
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.advice import MAY_HAVE_TAKEN_EFFECT
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import (
    AccessDenied,
    AnswerLost,
    ApiError,
    NotFound,
    OperationError,
    StillRunning,
)

T = TypeVar("T")

# How long an order may take to show on an endpoint that answers at once.
SHOWS_WITHIN = 4.0
NOT_IMPLEMENTED = 501


def send_once(
    send: Callable[[], T],
    effect: Callable[[], T | None],
    *,
    what: str,
    progress: Callable[[str], None],
    patience: float = SHOWS_WITHIN,
    sends: int = 2,
    advice: str = MAY_HAVE_TAKEN_EFFECT,
) -> T:
    """Return what `send` returns, or what `effect` finds of it when the answer was lost.

    `effect` returns None as long as nothing of the order is to be seen. It is asked for `patience` seconds. An endpoint
    that answered all the while and shows nothing proves that the order had no effect: then it is sent again, so that it
    is sent `sends` times at most. Where seeing nothing proves nothing, `sends` is 1; more than 2 is for orders that ask
    for a state and not for a change of it.

    Raises AnswerLost with `advice` when nobody can tell whether it took effect; a refusal is raised as it is.
    """
    for more_sends in reversed(range(sends)):
        try:
            return send()
        except AnswerLost as error:
            error_before = error
        progress(f"{what}: {error_before.message}; looking whether it took effect")
        effect_seen = _seen(effect, what, progress, patience, error_before, advice)
        if effect_seen is not None:
            return effect_seen
        if not more_sends:
            raise AnswerLost(
                f"{error_before.message}, and nothing of {what} is to be seen", advice, **error_before.details
            )
    raise ValueError("an order must be sent at least once")


def _seen(
    effect: Callable[[], T | None],
    what: str,
    progress: Callable[[str], None],
    patience: float,
    first_error: AnswerLost,
    advice: str,
) -> T | None:
    def look() -> Look[T | None]:
        result = effect()
        return Look(result, done=result is not None)

    try:
        return wait_for(look, what=what, timeout=patience, progress=progress)
    except StillRunning:
        return None
    except AccessDenied:
        # Whoever works on several stops for it.
        raise
    except OperationError as error:
        raise first_error.replace(message=f"{first_error.message}; then {error.message}", advice=advice) from None


@contextmanager
def effect_unknown() -> Iterator[None]:
    """Take a server error to an order for a lost answer: whoever answers so may have carried it out."""
    try:
        yield
    except NotFound:
        raise
    except ApiError as error:
        if error.status < 500 or error.status == NOT_IMPLEMENTED:
            raise
        raise AnswerLost.of(error, advice=MAY_HAVE_TAKEN_EFFECT) from None
