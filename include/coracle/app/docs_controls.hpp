// docs_controls: what the page /docs does around its list: the dialog of credentials, keys, light and dark, printing.
// Source: OpenAPI 3.1.1 section 4.8.27; RFC 6749 sections 4.3 and 4.4. Part of the script of docs_page, its end.
#pragma once

#include <string_view>

namespace coracle::detail {

inline constexpr std::string_view docs_controls = R"js(
// Asks a token endpoint; the token, or why there is none.
const fetchToken = async (flow, fields) => {
  const url = new URL(flow.tokenUrl, baseOf(server) + '/').href;
  const basic = fields.client_secret && 'Basic ' + base64(`${fields.client_id}:${fields.client_secret}`);
  const filled = Object.entries(fields).filter(([, value]) => value);
  let answer;
  try {
    answer = await fetch(url, {method: 'POST', body: new URLSearchParams(filled),
      headers: basic ? {authorization: basic} : {}});
  } catch (error) { throw await whyNot(error, url); }
  const said = await answer.json().catch(() => ({}));
  if (answer.ok && said.access_token) return said.access_token;
  const why = said.error_description ?? said.detail ?? said.error ?? answer.statusText;
  throw `${url} answered ${answer.status}: ${typeof why === 'string' ? why : JSON.stringify(why)}`;
};

const schemeForm = (name, scheme) => {
  const id = 'scheme-' + name;
  const inputs = {};
  const field = (key, label, type = 'text', value = '') => {
    inputs[key] = h('input', {id: `${id}-${key}`, type, value, autocomplete: 'off', spellcheck: 'false',
      autocapitalize: 'off'});
    return h('p.field', {}, h('label', {for: `${id}-${key}`}, label), inputs[key]);
  };
  const value = key => inputs[key]?.value ?? '';
  const http = scheme.scheme?.toLowerCase();
  const state = h('p.note', {role: 'status'});
  const forget = h('button', {type: 'button', onclick: () => { remember(name); tell(); }}, 'Forget');
  const tell = (text = given[name] ? 'In use, until this tab is closed.' : '') => {
    state.textContent = text;
    forget.hidden = !given[name];
  };
  const [kind, flow] = Object.entries(scheme.flows ?? {})
    .find(([key]) => /^(password|clientCredentials)$/.test(key)) ?? [];
  let take = () => ({value: value('value')});
  let [word, controls] = ['Use', null];
  if (http === 'basic') {
    controls = [field('user', 'User'), field('password', 'Password', 'password')];
    take = () => ({user: value('user'), password: value('password')});
  } else if (flow) {
    const scopes = Object.entries(flow.scopes ?? {});
    word = 'Log in';
    controls = [
      kind === 'password' && [field('user', 'User'), field('password', 'Password', 'password')],
      kind === 'password' ? h('details', {}, h('summary', {}, icon(shapes.more, 'turn'), 'Client'),
        field('client', 'Client id'), field('secret', 'Client secret', 'password'))
        : [field('client', 'Client id'), field('secret', 'Client secret', 'password')],
      scopes.map(([scope, about]) => h('p.scope', {}, h('label', {}, inputs['scope ' + scope] =
        h('input', {type: 'checkbox', checked: true}), ' ', h('code', {}, scope), ' ', about))),
    ];
    take = async () => ({value: await fetchToken(flow, {
      grant_type: kind === 'password' ? 'password' : 'client_credentials', username: value('user'),
      password: value('password'), client_id: value('client'), client_secret: value('secret'),
      scope: scopes.map(([scope]) => scope).filter(scope => inputs['scope ' + scope].checked).join(' '),
    })});
  } else if (scheme.type === 'mutualTLS' || http && http !== 'bearer') {
    return h('section.scheme', {}, h('h3', {}, name), scheme.description && prose(scheme.description),
      h('p.note', {}, `This page cannot give ${http ?? 'a client certificate'}; curl can.`));
  } else controls = field('value', scheme.type === 'apiKey' ? `${scheme.name} (${scheme.in})` : 'Token', 'password');
  tell();
  const use = async event => {
    event.preventDefault();
    try {
      tell('Asking …');
      remember(name, await take());
      for (const input of Object.values(inputs)) if (input.type === 'password') input.value = '';
      tell();
    } catch (error) { tell(String(error)); }
  };
  return h('form.scheme', {onsubmit: use}, h('h3', {}, name, h('span.type', {},
    [scheme.type, scheme.scheme, kind].filter(Boolean).join(', '))), scheme.description && prose(scheme.description),
  controls, h('div.actions', {}, h('button.primary', {type: 'submit'}, word), forget), state);
};
const openAuthorisation = () => {
  $('schemes').replaceChildren(...schemes().map(([name, scheme]) => schemeForm(name, scheme)));
  $('schemes').querySelector('input')?.setAttribute('autofocus', '');
  $('dialog').showModal();
};
$('authorise').addEventListener('click', openAuthorisation);
document.addEventListener('authorised', () => {
  const count = schemes().filter(([name]) => given[name]).length;
  $('authorise').replaceChildren(icon(shapes.lock), h('span', {}, count ? `Authorised (${count})` : 'Authorise'));
});

// Light and dark: as the system says, until somebody chooses.
const root = document.documentElement;
const system = matchMedia('(prefers-color-scheme: dark)');
const isDark = () => (root.dataset.theme ?? (system.matches ? 'dark' : 'light')) === 'dark';
const drawTheme = () => {
  $('theme').replaceChildren(icon(isDark() ? shapes.sun : shapes.moon));
  $('theme').setAttribute('aria-label', isDark() ? 'Light colours' : 'Dark colours');
};
try {
  const chosen = localStorage.getItem('coracle theme');
  if (chosen) root.dataset.theme = chosen;
} catch { /* then the system's */ }
$('theme').addEventListener('click', () => {
  root.dataset.theme = isDark() ? 'light' : 'dark';
  try { localStorage.setItem('coracle theme', root.dataset.theme); } catch { /* for now, then */ }
  drawTheme();
});
system.addEventListener('change', drawTheme);
drawTheme();

$('search').addEventListener('input', filter);
document.addEventListener('keydown', event => {
  const {key, target} = event;
  if ($('dialog').open || event.altKey) return;
  const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
  const shown = entries.filter(entry => !entry.element.hidden);
  const inside = entries.find(entry => entry.element.contains(target));
  const focus = entry => { if (entry) { event.preventDefault(); entry.button.focus(); } };
  if (key === 'Enter' && (event.ctrlKey || event.metaKey)) {
    if (inside?.submit && !inside.panel.hidden) { event.preventDefault(); inside.submit(); }
  } else if (event.ctrlKey || event.metaKey) return;
  else if (key === '/' && !typing) {
    event.preventDefault();
    $('search').focus();
    $('search').select();
  } else if (target === $('search')) {
    if (key === 'Escape') {
      if (!target.value) target.blur();
      target.value = '';
      filter();
    } else if (key === 'ArrowDown') focus(shown[0]);
    else if (key === 'Enter' && shown.length) {
      open(shown[0]);
      focus(shown[0]);
    }
  } else if (key === 'Escape' && inside && !inside.panel.hidden) {
    open(inside, false);
    focus(inside);
  } else if (target === inside?.button && /^Arrow(Up|Down)$/.test(key)) {
    const next = shown.indexOf(inside) + (key === 'ArrowDown' ? 1 : -1);
    if (next < 0) $('search').focus(); else focus(shown[next]);
  }
});

// Paper cannot be unfolded.
let folded = [];
addEventListener('beforeprint', () => {
  folded = entries.filter(entry => entry.panel.hidden);
  for (const entry of folded) open(entry);
});
addEventListener('afterprint', () => { for (const entry of folded) open(entry, false); });
addEventListener('hashchange', () => goTo(location.hash));
load();
)js";

}  // namespace coracle::detail
