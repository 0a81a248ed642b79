# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Pages from templates: one HTML file each that needs nothing else, no script, no font, no request.

Rendered here and not by ansible.builtin.template, which does not escape: every text that a template writes is escaped,
whoever made the name in it. The templates are files of the collection, so that people can copy them; they do not travel
with a module, which is why the modules that make pages stay on the controller.
"""

from __future__ import annotations

import re
import traceback
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.text import duration
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import OperationError

try:
    from jinja2 import (
        BaseLoader,
        ChoiceLoader,
        Environment,
        FileSystemLoader,
        PrefixLoader,
        StrictUndefined,
        TemplateError,
        TemplateNotFound,
        TemplateSyntaxError,
    )
    from markupsafe import Markup
except ImportError:
    JINJA2_IMPORT_ERROR: str | None = traceback.format_exc()
else:
    JINJA2_IMPORT_ERROR = None

UNTOUCHED = " Nothing but the page depends on it: run the same command again to have it made."
TEMPLATES = Path(__file__).with_name("templates")
# How templates call those of the collection, to build upon them. What is beside a user's own template bears no prefix.
OURS = "collection"
# More lines than this in one list are folded away until somebody asks for them.
FOLD_BEYOND = 60
# Nothing that an HTML document or an UTF-8 file may not hold, whatever a name is made of.
_NOT_TEXT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")


def render(template: str, own: str | None, view: Mapping[str, Any]) -> str:
    """The page of a view. `template` is one of ours, `own` the path of a user's own that takes its place."""
    if JINJA2_IMPORT_ERROR:
        raise OperationError("The page needs Jinja2, which this Python does not have", "Install the package jinja2.")
    path, name = None, f"{OURS}/{template}"
    if own:
        path = Path(own)
        name = path.name
    try:
        return _environment(path and path.parent).get_template(name).render(view)
    except TemplateNotFound as error:
        raise OperationError(
            f"The template {error.name} of the page is not there", f"Give the path of a file that exists.{UNTOUCHED}"
        ) from None
    except (TemplateError, OSError, AttributeError, LookupError, TypeError, ValueError, ArithmeticError) as error:
        if not path:
            raise
        problem = str(error)
        if isinstance(error, TemplateSyntaxError):
            problem = f"{error} (line {error.lineno})"
        raise OperationError(f"The template {own} cannot be used: {problem}", f"Correct it.{UNTOUCHED}") from None


@cache
def _environment(own: Path | None) -> Environment:
    """What templates may use, with those of this directory beside ours."""
    loaders: list[BaseLoader] = [PrefixLoader({OURS: FileSystemLoader(TEMPLATES)})]
    if own:
        loaders.append(FileSystemLoader(own))
    environment = Environment(
        loader=ChoiceLoader(loaders),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_kept,
    )
    environment.filters |= {"sentence": sentence, "duration": duration, "moment": moment, "iso": iso, "css": css}
    environment.globals |= {"counted": counted, "is_folded": is_folded}
    return environment


def clean(text: str) -> str:
    """A text without what no document may hold."""
    return _NOT_TEXT.sub("\N{REPLACEMENT CHARACTER}", text)


def _kept(value: Any) -> Any:
    """What a template writes of a value: nothing of None, and nothing that breaks the document."""
    if isinstance(value, str) and not isinstance(value, Markup):
        return clean(value)
    if value is None:
        return ""
    return value


def sentence(words: str) -> str:
    """'Fail over' of 'fail over'"""
    return words[:1].upper() + words[1:]


def moment(when: datetime) -> str:
    """'2026-11-20 23:33:00 UTC'"""
    return f"{when:%Y-%m-%d %H:%M:%S} UTC"


def iso(when: datetime) -> str:
    """For the attribute of a time element."""
    return f"{when:%Y-%m-%dT%H:%M:%SZ}"


def css(phase: str) -> str:
    """The class of a phase: 'fail-over' of 'fail over'"""
    return phase.replace(" ", "-")


def sections(headings: Mapping[str, str], parts: Mapping[str, Any]) -> dict[str, str]:
    """The headings of a page, without those of parts that are empty."""
    return {name: heading for name, heading in headings.items() if parts.get(name, True)}


def counted(number: int, noun: str) -> str:
    """'1 machine', '2 machines'"""
    return one_or_many(number, noun, f"{noun}s")


def one_or_many(number: int, one: str, many: str) -> str:
    """'1 problem is', '2 problems are'"""
    if number == 1:
        return f"1 {one}"
    return f"{number} {many}"


def is_folded(length: int) -> bool:
    """Whether a list of so many lines is folded away."""
    return length > FOLD_BEYOND
