// docs_style: how the page /docs looks: one accent, much room, light and dark, on a phone and on paper.
// Source: WCAG 2.2, contrast 1.4.3, focus 2.4.11. The style sheet of docs_page.
#pragma once

#include <string_view>

namespace coracle::detail {

inline constexpr std::string_view docs_style = R"css(
:root {
  color-scheme: light dark;
  --paper: light-dark(#fbfaf7, #14191b);
  --sheet: light-dark(#fff, #1b2225);
  --well: light-dark(#f5f3ee, #161c1f);
  --ink: light-dark(#1e2629, #e3e8e6);
  --faint: light-dark(#5c666a, #98a5a6);
  --rule: light-dark(#e4e1da, #2c363a);
  --edge: light-dark(#8b9396, #6a787b);
  --accent: light-dark(#0b6b6b, #63c9c0);
  --tint: light-dark(#e6f1f0, #1d3335);
  --on: light-dark(#fff, #0e1b1c);
  accent-color: var(--accent);
  --bad: light-dark(#ad2f1f, #f0917f);
  --mono: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace;
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", sans-serif;
}
[data-theme=light] { color-scheme: light; }
[data-theme=dark] { color-scheme: dark; }
* { box-sizing: border-box; }
[hidden] { display: none !important; }
body { margin: 0; background: var(--paper); color: var(--ink); overflow-wrap: anywhere; }
h1, h2, h3, h4, p, ul, ol, dl, pre { margin: 0; }
a { color: var(--accent); text-underline-offset: .2em; }
code, pre, .verb, .path, textarea.code { font-family: var(--mono); font-size: .875em; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 4px; }
.icon { width: 1em; height: 1em; flex: none; fill: none; stroke: currentColor; stroke-width: 1.5;
  stroke-linecap: round; stroke-linejoin: round; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
.skip:not(:focus) { position: absolute; left: -99em; }
.skip { position: fixed; z-index: 2; top: .5rem; left: .5rem; padding: .5rem 1rem; background: var(--sheet); }

button, .button, input, select, textarea { font: inherit; color: inherit; background: var(--sheet);
  border: 1px solid var(--edge); border-radius: 6px; padding: .375rem .75rem; max-width: 100%; }
button, .button { cursor: pointer; display: inline-flex; align-items: center; gap: .5rem; text-decoration: none; }
button:hover, .button:hover { border-color: var(--accent); color: var(--accent); }
.primary { background: var(--accent); border-color: var(--accent); color: var(--on); font-weight: 600; }
.primary:hover { color: var(--on); filter: brightness(1.08); }
.quiet { border-color: transparent; background: none; color: var(--accent); padding: .125rem .5rem;
  font-size: .875rem; }
input:not([type=checkbox]), textarea { width: 100%; }
textarea { display: block; resize: vertical; line-height: 1.5; }
::placeholder { color: var(--faint); opacity: 1; }

.bar { position: sticky; top: 0; z-index: 1; display: flex; align-items: center; gap: .75rem 1rem;
  padding: .625rem 1.5rem;
  background: var(--paper); border-bottom: 1px solid var(--rule); }
.mark { width: 2.25rem; height: 2.25rem; flex: none; color: var(--accent); fill: none; stroke: currentColor;
  stroke-width: 1.6; stroke-linecap: round; }
.full { fill: currentColor; stroke: none; }
.hull { fill: var(--tint); }
.bar h1 { font-size: 1.125rem; line-height: 1.25; font-weight: 650; }
.name-of { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0 .625rem; min-width: 0; margin-right: auto; }
#version { color: var(--faint); font-size: .875rem; }
.find { position: relative; flex: 0 1 22rem; }
.find input { padding-right: 2.25rem; }
.find kbd { position: absolute; right: .625rem; top: .5rem; pointer-events: none; }
.find input:focus + kbd { display: none; }
#theme { padding: .625rem; }

.page { display: grid; grid-template-columns: minmax(0, 1fr); gap: 3rem; max-width: 78rem; margin: 0 auto;
  padding: 2rem 1.5rem 6rem; }
#contents { display: none; }
@media (min-width: 64rem) {
  .page { grid-template-columns: 14rem minmax(0, 1fr); }
  #contents { display: block; position: sticky; top: 5.5rem; max-height: calc(100vh - 7rem); overflow: auto;
    font-size: .875rem; }
}
#contents h2 { font-size: .8125rem; font-weight: 650; margin: 0 0 .25rem; }
#contents section { margin-bottom: 1.5rem; }
#contents ul { list-style: none; padding: 0; }
#contents a { display: block; padding: .1875rem .5rem; margin-left: -.5rem; color: var(--faint);
  text-decoration: none; border-radius: 4px; }
#contents a:hover { color: var(--accent); background: var(--tint); }

.intro { margin-bottom: 2.5rem; max-width: 46rem; }
.intro > p + .prose { margin-top: .625rem; }
.prose > * + * { margin-top: .625rem; }
.prose ul, .prose ol { padding-left: 1.25rem; }
.prose p { max-width: 46rem; }
.about { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; margin-top: .875rem; font-size: .875rem; }
.server { display: block; margin-top: 1rem; font-size: .875rem; }
.group { margin-bottom: 3rem; }
.group > h2 { font-size: 1.25rem; font-weight: 650; line-height: 1.3; }
.group > .prose { color: var(--faint); margin-top: .25rem; }
.group > article:first-of-type { margin-top: .875rem; }

article { border: 1px solid var(--rule); border-bottom-width: 0; background: var(--sheet); scroll-margin-top: 5rem; }
article:first-of-type { border-radius: 8px 8px 0 0; }
article:last-of-type { border-radius: 0 0 8px 8px; border-bottom-width: 1px; }
article:first-of-type:last-of-type { border-radius: 8px; }
h3 { font: inherit; }
.line { width: 100%; border: 0; border-radius: inherit; background: none; text-align: left; padding: .75rem 1rem;
  gap: .75rem; align-items: baseline; }
.line:hover { background: var(--tint); color: inherit; }
.line:focus-visible { outline-offset: -2px; }
.line > .icon { align-self: center; color: var(--faint); }
.verb { flex: none; width: 4.25em; font-weight: 700; text-transform: uppercase; font-size: .8125rem;
  color: var(--accent); }
.verb.get, .verb.head, .verb.options, .verb.trace, .verb.query, .verb.webhook { color: var(--faint); }
.verb.delete { color: var(--bad); }
.path { color: var(--ink); }
.title { color: var(--faint); font-size: .875rem; margin-left: auto; text-align: right; }
.turn { color: var(--faint); }
[aria-expanded=true] > .turn, details[open] > summary > .turn { transform: rotate(90deg); }
.panel { padding: .25rem 1.5rem 1.75rem 2.75rem; border-top: 1px solid var(--rule); }
.panel > * + *, .panel form > * + * { margin-top: 1.25rem; }
.where { display: flex; flex-wrap: wrap; justify-content: space-between; align-items: center; gap: .5rem;
  padding-top: .625rem; color: var(--faint); }
h4 { font-size: .9375rem; font-weight: 650; margin-bottom: .5rem; }
.row { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); gap: .5rem 1.5rem; padding: .75rem 0;
  border-top: 1px solid var(--rule); }
.head { display: flex; flex-wrap: wrap; align-items: baseline; gap: .125rem .625rem; }
.name { font-family: var(--mono); font-size: .875rem; font-weight: 600; }
.type, .note, .media, .rules, .needs { color: var(--faint); font-size: .875rem; font-weight: 400; }
.need { color: var(--accent); font-size: .8125rem; }
.what .prose, .fields .prose { font-size: .9375rem; }
.rules { list-style: none; padding: 0; display: flex; flex-wrap: wrap; gap: 0 .875rem; }
.choice { color: var(--ink); }
.media { margin-bottom: .5rem; display: flex; flex-wrap: wrap; gap: .625rem; align-items: baseline; }
.needs { display: flex; flex-wrap: wrap; align-items: center; gap: .375rem; }
select + textarea, select + div { margin-top: .625rem; }
.actions { display: flex; flex-wrap: wrap; align-items: center; gap: .875rem; }
.bad, .wrong { color: var(--bad); }
.good { color: var(--accent); }
pre { background: var(--well); border: 1px solid var(--rule); border-radius: 6px; padding: .75rem 1rem;
  overflow: auto;
  max-height: 32rem; line-height: 1.5; white-space: pre-wrap; }
pre.answer { white-space: pre; overflow-wrap: normal; }
.small { font-size: .8125rem; }
.key { color: var(--faint); }
.number, .word { color: var(--accent); }
summary { cursor: pointer; display: flex; flex-wrap: wrap; align-items: baseline; gap: .125rem .625rem;
  list-style: none; padding: .25rem 0; }
summary::-webkit-details-marker { display: none; }
summary > .turn { align-self: center; width: .875em; }
summary:hover, summary:hover .turn { color: var(--accent); }
.fields { list-style: none; padding: 0 0 0 .5rem; border-left: 2px solid var(--rule); margin: .375rem 0; }
.fields > li { padding: .25rem 0 .25rem 1.375rem; }
.fields summary { margin-left: -1.375rem; gap: .125rem .5rem; padding: 0; }
.schema, .curl { font-size: .9375rem; margin-top: .625rem; }
.answers > * { padding-left: 0; }
.bare { display: flex; gap: .625rem; padding: .25rem 0 .25rem 1.5rem; }
.answers details > :not(summary) { margin-left: 1.5rem; }
.answers details[open] { padding-bottom: .75rem; }
.answer[role=region] { border-left: 3px solid var(--accent); padding-left: 1rem; }
.status { display: flex; flex-wrap: wrap; gap: .25rem 1rem; color: var(--faint); }
.headers { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 0 1rem;
  font: .8125rem/1.6 var(--mono); padding-left: 1.5rem; }
.headers dt { color: var(--faint); }
.headers dd { margin: 0; }
.body { margin-top: .5rem; }
.body img { display: block; max-width: 100%; border-radius: 6px; margin-bottom: .5rem; }
.empty { padding: 4rem 1rem; text-align: center; color: var(--faint); }
.empty p + p { margin-top: 1rem; }
kbd { font: .8125rem/1.5 var(--mono); color: var(--faint); border: 1px solid var(--rule); border-radius: 4px;
  padding: 0 .375rem; }
.keys { text-align: center; color: var(--faint); font-size: .8125rem; padding: 0 1.5rem 2rem; }

dialog { color: inherit; background: var(--sheet); border: 1px solid var(--rule); border-radius: 10px;
  padding: 1.5rem; width: min(34rem, calc(100vw - 2rem)); }
dialog::backdrop { background: #0008; }
dialog header { display: flex; justify-content: space-between; align-items: center; }
dialog h2 { font-size: 1.125rem; }
.scheme { border-top: 1px solid var(--rule); margin-top: 1rem; padding-top: 1rem; }
.scheme > * + * { margin-top: .625rem; }
.scheme h3 { font-weight: 650; display: flex; flex-wrap: wrap; gap: .625rem; align-items: baseline; }
.field { display: grid; gap: .125rem; font-size: .9375rem; }

@media (max-width: 44rem) {
  .bar { flex-wrap: wrap; padding: .625rem 1rem; }
  .find { order: 1; flex: 1 0 100%; }
  .find kbd, #authorise span { display: none; }
  .page { padding: 1.25rem 1rem 4rem; }
  article { scroll-margin-top: 8rem; }
  .line { flex-wrap: wrap; gap: .25rem .75rem; padding: .75rem; }
  .line > .path { flex: 1; }
  .title { order: 1; flex: 1 0 100%; margin: 0 0 0 1.75rem; text-align: left; }
  .panel { padding: .25rem .875rem 1.25rem; }
  .row { grid-template-columns: minmax(0, 1fr); }
  .headers { grid-template-columns: minmax(0, 1fr); }
  input, select, textarea { font-size: 1rem; }
}
@media (prefers-reduced-motion: no-preference) {
  html { scroll-behavior: smooth; }
  .turn { transition: transform .12s; }
}
@media (forced-colors: active) { .primary { border-color: ButtonText; } }
@media print {
  :root { color-scheme: light; font-size: 11px; }
  .bar { position: static; }
  .page { display: block; padding: 0; }
  body { background: none; }
  .find, button:not(.line), .actions, .curl, .value, #contents, .keys, .skip, .server, select { display: none; }
  .line, .row, .fields > li, pre { break-inside: avoid; }
  .panel { break-before: avoid; }
  .row { grid-template-columns: 1fr; padding: .25rem 0; }
}
)css";

}  // namespace coracle::detail
