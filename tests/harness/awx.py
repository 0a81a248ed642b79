# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rules by which AWX accepts surveys, their answers and credential types, taken from its source (ansible/awx on
GitHub); with each stands from where."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import jinja2
import jsonschema  # type: ignore[import-untyped]

# awx/api/views/__init__.py, JobTemplateSurveySpec.ALLOWED_TYPES
TYPES: dict[str, type | tuple[type, ...]] = {
    "text": str,
    "textarea": str,
    "password": str,
    "multiplechoice": str,
    "multiselect": str,
    "integer": int,
    "float": float,
}
NAME = "^[a-zA-Z_]+[a-zA-Z0-9_]*$"
# awx/main/fields.py, CredentialTypeInputField.schema; `required` since Tower 3.3
INPUTS = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "required": {"type": "array", "items": {"type": "string"}},
        "fields": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "type": {"enum": ["string", "boolean"]},
                    "choices": {"type": "array", "minItems": 1, "items": {"type": "string"}, "uniqueItems": True},
                    "id": {"type": "string", "pattern": NAME},
                    "label": {"type": "string"},
                    "help_text": {"type": "string"},
                    "multiline": {"type": "boolean"},
                    "secret": {"type": "boolean"},
                    "ask_at_runtime": {"type": "boolean"},
                },
                "additionalProperties": False,
                "required": ["id", "label"],
            },
        },
    },
}
TEXTS = {"type": "object", "patternProperties": {NAME: {"type": "string"}}, "additionalProperties": False}
# awx/main/fields.py, CredentialTypeInjectorField.schema
INJECTORS = {
    "type": "object",
    "properties": {"file": {"type": "object"}, "env": TEXTS, "extra_vars": TEXTS},
    "additionalProperties": False,
}


def survey_problems(survey: Mapping[str, Any]) -> list[str]:
    """awx/api/views/__init__.py, JobTemplateSurveySpec._validate_spec_data."""
    problems = [
        f"{field} is not {kind}"
        for field, kind in (("name", str), ("description", str), ("spec", list))
        if not isinstance(survey.get(field), kind)
    ]
    if not survey.get("spec"):
        return [*problems, "no question"]
    twice = [name for name, count in Counter(each["variable"] for each in survey["spec"]).items() if count > 1]
    return [
        *problems,
        *(f"{name} is asked twice" for name in twice),
        *(f"{each['variable']}: {text}" for each in survey["spec"] for text in _question_problems(each)),
    ]


def _question_problems(question: Mapping[str, Any]) -> Iterator[str]:
    for field in ("type", "question_name", "variable"):
        if not isinstance(question.get(field), str):
            yield f"{field} is no text"
    if not isinstance(question.get("required"), bool):
        yield "required is not yes or no"
    if question["type"] not in TYPES:
        yield f"no type {question['type']}"
        return
    default, choices = question.get("default", ""), question.get("choices")
    if default != "" and not isinstance(default, TYPES[question["type"]]):
        yield f"default {default!r} is no {question['type']}"
    for limit in ("min", "max"):
        if not isinstance(question.get(limit), (int, type(None))):
            yield f"{limit} is no integer"
    if question["type"] in ("multiplechoice", "multiselect"):
        if not choices:
            yield "no choices"
        elif default != "" and default not in choices:
            yield f"default {default} is no choice"
    if str(default).startswith("$encrypted$"):
        yield "reserved default"


def answers_of(survey: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """The extra variables of a job whose form was filled in with `given` and else left as it was, which the page sends
    as an empty text. awx/main/models/mixins.py, SurveyJobTemplateMixin._update_unified_job_kwargs and
    _survey_element_validation: a text of any kind passes, of the others only what is one."""
    answers = {}
    for question in survey["spec"]:
        name, kind = question["variable"], question["type"]
        answer = given.get(name, question.get("default", ""))
        if kind in ("text", "textarea", "password"):
            assert isinstance(answer, str), f"{name} must be text"
        elif kind == "multiplechoice":
            assert answer in question["choices"], f"{name} is no choice"
        elif answer == "":
            continue
        assert answer != "" or not question["required"], f"{name} has to be answered"
        answers[name] = answer
    assert given.keys() <= answers.keys(), f"not asked: {given.keys() - answers.keys()}"
    return answers


def injected(
    credential_type: Mapping[str, Any], inputs: Mapping[str, str], where: str = "extra_vars"
) -> dict[str, str]:
    """The extra variables, or the environment, of a job with a credential of this type. awx/main/fields.py,
    CredentialTypeInjectorField.validate; awx/main/models/credential/__init__.py, CredentialType.inject_credential: a
    field that is not filled in is ''."""
    jsonschema.validate(credential_type["inputs"], INPUTS)
    jsonschema.validate(credential_type["injectors"], INJECTORS)
    assert credential_type["kind"] in ("cloud", "net")
    fields = [field["id"] for field in credential_type["inputs"]["fields"]]
    assert len(fields) == len(set(fields))
    assert "tower" not in fields
    assert set(credential_type["inputs"]["required"]) <= inputs.keys() <= set(fields)
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined, autoescape=False)
    namespace = {**dict.fromkeys(fields, ""), **inputs}
    return {
        name: environment.from_string(template).render(namespace)
        for name, template in credential_type["injectors"].get(where, {}).items()
    }
