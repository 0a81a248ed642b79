# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write the README of each role from its argument specs; with --check only say which one is out of date.

What stands above the heading "Parts" is written by people and kept.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import yaml
from antsibull_docs_parser import dom
from antsibull_docs_parser.parser import Context, parse

ROLES = Path(__file__).resolve().parents[1] / "roles"
HEADING = "\n## Parts\n"


def plain(text: str) -> str:
    """Ansible mark-up as Markdown, for a cell of a table: one line, no bar that would end the cell."""
    paragraphs = parse(text, Context())
    return "".join(_part(part) for paragraph in paragraphs for part in paragraph).replace("\n", " ").replace("|", "\\|")


def _part(part: dom.AnyPart) -> str:
    match part:
        case dom.CodePart() | dom.EnvVariablePart():
            return f"`{part.text if isinstance(part, dom.CodePart) else part.name}`"
        case dom.OptionNamePart():
            return f"`{part.name}`" if part.value is None else f"`{part.name}={part.value}`"
        case dom.OptionValuePart():
            return f"`{part.value}`"
        case dom.ModulePart():
            return f"`{part.fqcn}`"
        case dom.PluginPart():
            return f"`{part.plugin.fqcn}`"
        case dom.LinkPart():
            return f"[{part.text}]({part.url})"
        case dom.URLPart():
            return f"<{part.url}>"
        case dom.TextPart():
            return part.text
        case dom.BoldPart() | dom.ItalicPart():
            return f"*{part.text}*"
    raise ValueError(f"{part} is mark-up that a role page cannot show yet: add it to tools/role_pages.py")


def sentences(description: str | list[str]) -> list[str]:
    """The paragraphs of a description, which may be one text."""
    return [plain(text) for text in ([description] if isinstance(description, str) else description)]


def kind(option: dict[str, Any]) -> str:
    """Type, default and choices of a variable, in one cell."""
    words = [option["type"]]
    if option["type"] == "list" and "elements" in option:
        words = [f"list of {option['elements']}"]
    if option.get("required"):
        words.append("required")
    if option.get("default") not in (None, "", [], {}):
        words.append(f"default `{_value(option['default'])}`")
    if option.get("choices"):
        words.append("one of " + ", ".join(f"`{choice}`" for choice in option["choices"]))
    return "; ".join(words)


def _value(default: object) -> str:
    return str(default).lower() if isinstance(default, bool) else str(default)


def rows(options: dict[str, dict[str, Any]], above: str = "") -> list[str]:
    """A row for each variable; those of a dictionary follow it as `variable.key`."""
    lines = []
    for name, option in options.items():
        lines.append(f"| `{above}{name}` | {kind(option)} | {' '.join(sentences(option['description']))} |")
        lines += rows(option.get("options", {}), f"{above}{name}.")
    return lines


def page(specs: dict[str, dict[str, Any]], introduction: str) -> str:
    """The README of a role: the introduction, its parts (entry points), its variables."""
    parts, options = [], {}
    for name, spec in specs.items():
        options = {**spec.get("options", {}), **options}
        about = [plain(spec["short_description"]) + ".", *sentences(spec.get("description", []))]
        parts.append(f"| `{name}` | {' '.join(about)} |")
    lines = [introduction.rstrip(), HEADING, "| `tasks_from` | what it does |", "| --- | --- |", *parts]
    lines += ["\n## Variables\n", "| variable | type | meaning |", "| --- | --- | --- |", *rows(options)]
    lines += ["\n## Licence\n", "GPL-3.0-or-later"]
    return "\n".join(lines) + "\n"


def main() -> int:
    """Write or check all pages; exit status 1 when a page was not as it should be under --check."""
    stale = []
    for specs in sorted(ROLES.glob("*/meta/argument_specs.yml")):
        readme = specs.parents[1] / "README.md"
        old = readme.read_text(encoding="utf-8")
        introduction = old.partition(HEADING)[0]
        new = page(yaml.safe_load(specs.read_text(encoding="utf-8"))["argument_specs"], introduction)
        if new == old:
            continue
        stale.append(str(readme.relative_to(ROLES.parent)))
        if "--check" not in sys.argv:
            readme.write_text(new, encoding="utf-8")
    if "--check" not in sys.argv or not stale:
        return 0
    print(f"{', '.join(stale)}: not what the argument specs say. Run `make role-pages`.")
    return 1


if __name__ == "__main__":
    sys.exit(main())
