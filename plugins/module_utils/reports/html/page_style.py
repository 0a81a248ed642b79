# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How the pages of reports look: light, dark, narrow and on paper. In Python, because only Python files travel with a
module."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

LINE_LENGTH = 130


def page_style(phases: Mapping[str, tuple[str, str]]) -> str:
    """The style sheet of a page whose timeline shows these phases: class -> its colour on light and on dark paper."""
    colours = {**phases, "failed": ("#c0352a", "#f0776a")}
    return (
        _STYLE.replace(
            "<light colours of the phases>",
            _lines("  ", (f"--{name}: {light};" for name, (light, _dark) in colours.items())),
        )
        .replace(
            "<dark colours of the phases>",
            _lines("    ", (f"--{name}: {dark};" for name, (_light, dark) in colours.items())),
        )
        .replace("<classes of the phases>", _lines("", (f".{name} {{ --phase: var(--{name}); }}" for name in phases)))
    )


def _lines(indent: str, pieces: Iterable[str]) -> str:
    """The pieces in lines of bearable length."""
    lines: list[str] = []
    for piece in pieces:
        if lines and len(lines[-1]) + len(piece) < LINE_LENGTH:
            lines[-1] += f" {piece}"
        else:
            lines.append(indent + piece)
    return "\n".join(lines)


_STYLE = """
:root {
  color-scheme: light dark;
  --paper: #fcfcfa; --ink: #1b1d20; --quiet: #5a6069; --line: #dfded8; --wash: #f3f2ed; --link: #1f5a9c;
  --good: #1e6b41; --bad: #a3271d; --plan: #79520a;
<light colours of the phases>
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --paper: #15171a; --ink: #e8e6e1; --quiet: #a1a7af; --line: #30343a; --wash: #1d2024; --link: #8dbbf0;
    --good: #79c596; --bad: #f2897d; --plan: #e0b25c;
<dark colours of the phases>
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body {
  max-width: 68rem; margin: 0 auto; padding: 3.5rem 1.5rem 3rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Noto Sans CJK SC", sans-serif;
  font-variant-numeric: tabular-nums; overflow-wrap: anywhere;
}
p { margin: .25rem 0; max-width: 44rem; }
h1, h2, h3 { font-weight: 600; line-height: 1.2; text-wrap: balance; }
h1 { margin: 0; font-size: clamp(1.75rem, 5vw, 2.75rem); letter-spacing: -.02em; }
h1 .id { color: var(--quiet); font-weight: 400; }
h2 { margin: 0 0 1rem; font-size: 1.375rem; letter-spacing: -.01em; }
h3 { margin: 0; font-size: 1rem; }
a { color: var(--link); }
small { color: var(--quiet); font-size: .875rem; }
code { font: .875em ui-monospace, "SF Mono", Consolas, "DejaVu Sans Mono", monospace; color: var(--quiet); }
ol, ul { margin: 0; padding: 0; list-style: none; }
:focus-visible { outline: 3px solid var(--link); outline-offset: 3px; border-radius: 2px; }
main:focus { outline: none; }
.skip { position: absolute; left: -999rem; }
.skip:focus { position: static; }
.spoken { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.quiet, .eyebrow { color: var(--quiet); }
.eyebrow { margin: 0 0 .5rem; font-size: .875rem; }
.good { color: var(--good); }
.bad { color: var(--bad); }
.verdict { margin: 1rem 0 0; padding-left: .875rem; border-left: 4px solid; max-width: none; font-size: 1.125rem; }
.verdict.plan { color: var(--plan); }
.figures { display: flex; flex-wrap: wrap; gap: 1rem 3rem; max-width: none; margin: 2rem 0; }
.figure b { font-size: 2.5rem; font-weight: 600; line-height: 1; letter-spacing: -.02em; }
.figure i { font-style: normal; font-size: 1.25rem; color: var(--quiet); }
.figure > span { display: block; font-size: .875rem; color: var(--quiet); }
.facts {
  display: grid; grid-template-columns: repeat(auto-fit, minmax(12rem, 1fr)); gap: 1rem 2rem;
  margin: 0; padding: 1.25rem 0; border-block: 1px solid var(--line);
}
.facts dt { font-size: .8125rem; color: var(--quiet); }
.facts dd { margin: 0; }
.facts code { color: inherit; font-size: inherit; }
nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1.5rem; padding: .75rem 0; }
nav a { display: inline-block; padding: .25rem 0; text-decoration: none; }
nav a:hover { text-decoration: underline; }
section { margin-top: 3rem; }
.problems { counter-reset: problem; display: grid; gap: 1rem; margin-top: 1rem; }
.problems li { padding-left: .875rem; border-left: 4px solid var(--bad); }
summary { cursor: pointer; padding: .375rem 0; }
summary h3 { display: inline; }
.chart, section > details { margin-top: 2rem; }
.legend { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; font-size: .875rem; }
.swatch { display: inline-block; width: .75rem; height: .75rem; margin-right: .375rem; border-radius: 2px; background: var(--phase); }
<classes of the phases>
.failed { --phase: var(--failed); }
.axis, .lane { display: grid; grid-template-columns: minmax(9rem, 15rem) 1fr 6rem; column-gap: 1rem; align-items: center; }
.axis { position: sticky; top: 0; z-index: 1; padding: .375rem 0; background: var(--paper); border-bottom: 1px solid var(--line); }
.ticks { position: relative; grid-column: 2; height: 1rem; font-size: .75rem; line-height: 1rem; color: var(--quiet); }
.ticks span { position: absolute; white-space: nowrap; transform: translateX(-50%); }
.ticks .start { transform: none; }
.lane { padding: .25rem 0; font-size: .875rem; line-height: 1.25rem; }
.lane .name { color: var(--quiet); }
.lane.critical .name { color: var(--ink); }
.lane .name b { font-weight: 600; }
.took { text-align: right; white-space: nowrap; color: var(--quiet); }
.lane svg {
  display: block; width: 100%; height: 16px; overflow: visible;
  background: repeating-linear-gradient(to right, var(--line) 0 1px, transparent 1px var(--tick));
}
.lane rect { fill: var(--phase); forced-color-adjust: none; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
.lane rect.failed { stroke: var(--paper); stroke-width: 1px; }
table { width: 100%; border-collapse: collapse; font-size: .9375rem; }
thead th { padding: 0 1rem .5rem 0; border-bottom: 1px solid var(--line); text-align: left; font-size: .8125rem; font-weight: 400; color: var(--quiet); }
tbody th, td { padding: .5rem 1rem .5rem 0; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
tbody th { width: 26%; font-weight: 600; }
td.plan { width: 28%; }
td.took, thead th:last-child { padding-right: 0; text-align: right; }
td.outcome { color: var(--ink); }
td.outcome p { font-size: .875rem; color: var(--quiet); }
td.outcome.bad p { color: var(--ink); }
.tree { margin-top: 1rem; }
.tree ul { margin-left: .375rem; padding-left: 1.25rem; border-left: 1px solid var(--line); }
.tree li { padding: .3125rem 0; }
.tree li > span, .tree summary { display: block; }
.tree summary { display: list-item; padding: 0; }
.kind { display: inline-block; min-width: 8.5rem; margin-right: .75rem; font-size: .8125rem; color: var(--quiet); }
.origin { display: block; }
footer { margin-top: 4rem; padding-top: 1rem; border-top: 1px solid var(--line); font-size: .8125rem; color: var(--quiet); }
@media (max-width: 42rem) {
  body { padding: 1.5rem 1rem 2rem; }
  .figures { gap: 1rem 2rem; }
  .facts { grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); gap: .75rem 1rem; }
  .axis { grid-template-columns: 1fr; }
  .ticks { grid-column: 1; }
  .ticks .end { transform: translateX(-100%); }
  .lane { grid-template-columns: 1fr auto; padding: .375rem 0; }
  .lane svg { grid-column: 1 / -1; grid-row: 2; }
  table, tbody, tr, tbody th, td { display: block; width: auto; }
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  tr { padding: .75rem 0; border-bottom: 1px solid var(--line); }
  tbody th, td, td.plan { width: auto; padding: 0; border: 0; }
  td.plan { color: var(--quiet); }
  td.took { text-align: left; }
  td.took:not(:empty)::before { content: "Took "; }
  .tree ul { margin-left: 0; padding-left: .75rem; }
  .tree .kind { display: block; min-width: 0; }
  .tree summary .kind { display: inline; }
  .tree summary .kind::after { content: "\\A"; white-space: pre; }
}
@media print {
  @page { margin: 16mm; }
  :root { --paper: #fff; font-size: 9.5pt; }
  body { max-width: none; padding: 0; }
  nav, .skip { display: none; }
  .axis { position: static; }
  section { margin-top: 1.75rem; }
  h2, h3, summary { break-after: avoid; }
  li, tr { break-inside: avoid; }
  .tree li { break-inside: auto; }
  details::details-content { content-visibility: visible; block-size: auto; }
  summary { list-style: none; }
}
"""
