// docs_request: how the page /docs fills in a request, authorises it, writes it as curl, sends it and shows the answer.
// Source: OpenAPI 3.1.1 sections 4.8.12 and 4.8.27; Fetch; RFC 6749 section 4.3. Part of the script of docs_page.
#pragma once

#include <string_view>

namespace coracle::detail {

inline constexpr std::string_view docs_request = R"js(
// A control for one value; values() gives what is to be sent: none, one or several texts or files.
const control = (schema, id, preset, label) => {
  const s = core(schema);
  const type = types(s)[0];
  const items = core(s.items);
  const about = {id, 'aria-label': label, autocomplete: 'off', spellcheck: 'false', autocapitalize: 'off'};
  const text = preset === undefined || preset === null ? '' : typeof preset === 'object' && type !== 'array'
    ? JSON.stringify(preset) : [preset].flat().join('\n');
  if (isFile(s) || isFile(items)) {
    const element = h('input', {...about, type: 'file', multiple: isFile(items)});
    return {element, values: () => [...element.files]};
  }
  const choices = s.enum ?? (type === 'boolean' ? [true, false] : null);
  if (choices) {
    const element = h('select', about, h('option', {value: ''}, '–'), choices.map(
      (choice, index) => h('option', {value: index, selected: String(choice) === text}, String(choice))));
    return {element, values: () => element.value === '' ? [] : [String(choices[element.value])]};
  }
  const long = type === 'array' || type === 'object';
  const element = h(long ? 'textarea' : 'input', {
    ...about, rows: long && 2, type: !long && (s.format === 'password' ? 'password' : 'text'),
    inputmode: type === 'integer' && !(s.minimum < 0) ? 'numeric' : type === 'number' && 'decimal',
    placeholder: type === 'array' ? 'one a line' : type === 'object' ? 'JSON'
      : s.default === undefined || s.default === null ? null : String(s.default),
  });
  element.value = text;
  return {element, values: () => (type === 'array' ? element.value.split('\n') : [element.value]).filter(Boolean)};
};

// Credentials. A scheme's name leads to what was given for it.
let given = Object.assign(Object.create(null), memory.read());
const schemes = () => Object.entries(spec.components?.securitySchemes ?? {}).map(([name, s]) => [name, resolve(s)]);
const remember = (name, value) => {
  if (value) given[name] = value; else delete given[name];
  memory.write(given);
  document.dispatchEvent(new Event('authorised'));
};
const base64 = text => btoa(String.fromCharCode(...new TextEncoder().encode(text)));
const needs = operation => operation.security ?? spec.security ?? [];
// All that is given and asked for, as alternatives or together: documents are not always exact. One value a place.
const authorise = (request, operation) => {
  const wanted = needs(operation).flatMap(Object.keys);
  for (const [name, scheme] of schemes()) {
    if (!wanted.includes(name) || !given[name]) continue;
    const {user, password, value} = given[name];
    const pair = scheme.type === 'apiKey' ? [scheme.name, value] : ['authorization',
      scheme.scheme?.toLowerCase() === 'basic' ? 'Basic ' + base64(user + ':' + password) : 'Bearer ' + value];
    const place = scheme.type !== 'apiKey' ? request.headers
      : {query: request.query, cookie: request.cookies}[scheme.in] ?? request.headers;
    if (!place.some(([taken]) => taken.toLowerCase() === pair[0].toLowerCase())) place.push(pair);
  }
};

const described = memory.key.slice('coracle '.length);
const baseOf = server => {
  const variables = server.variables ?? {};
  const address = (server.url ?? '/').replace(/\{([^}]+)\}/g, (all, name) => variables[name]?.default ?? all);
  try {
    const {protocol, href} = new URL(address, described);
    if (/^https?:$/.test(protocol)) return href.replace(/\/$/, '');
  } catch { /* then here */ }
  return location.origin;
};
const encode = (text, reserved) => reserved ? encodeURI(text).replace(/[?#]/g, encodeURIComponent)
  : encodeURIComponent(text);

// One parameter's values as [name, text] pairs, by its style.
const pairs = (parameter, values) => {
  if (!values.length) return [];
  const {name, style = 'form'} = parameter;
  const schema = core(parameter.schema);
  if (types(schema)[0] === 'object' && !parameter.content && isJson(values[0])) {
    const entries = Object.entries(JSON.parse(values[0])).map(([key, value]) => [key, String(value)]);
    if (parameter.in !== 'query') return [[name, entries.flat().join(',')]];
    return style === 'deepObject' ? entries.map(([key, value]) => [`${name}[${key}]`, value]) : entries;
  }
  const by = {spaceDelimited: ' ', pipeDelimited: '|'}[style] ?? ',';
  return parameter.in === 'query' && parameter.explode !== false && by === ',' ? values.map(value => [name, value])
    : [[name, values.join(by)]];
};

// What the controls say, as a request: {method, url, headers, cookies, body, curl}, or {wrong} when it cannot be one.
const compose = ({method, path, operation, controls, media, bodyValue}, server) => {
  const request = {method: method.toUpperCase(), query: [], headers: [], cookies: [], wrong: ''};
  for (const {parameter, values} of controls) {
    const found = pairs(parameter, values());
    if (parameter.in === 'path') {
      if (!found.length) request.wrong ||= `The path wants a value for "${parameter.name}".`;
      else path = path.replaceAll(`{${parameter.name}}`, encode(found[0][1], parameter.allowReserved));
    } else if (parameter.in === 'query') request.query.push(...found.map(pair => [...pair, parameter.allowReserved]));
    else (parameter.in === 'cookie' ? request.cookies : request.headers).push(...found);
  }
  authorise(request, operation);
  const query = request.query.map(([name, value, reserved]) => encode(name) + '=' + encode(value, reserved)).join('&');
  request.url = baseOf(server) + path + (query && '?' + query);
  const value = bodyValue?.();
  if (value?.length || value?.size) {
    if (!media.startsWith('multipart/') && !request.headers.some(([name]) => /^content-type$/i.test(name)))
      request.headers.push(['content-type', media]);
    if (Array.isArray(value)) {
      request.body = media.startsWith('multipart/') ? new FormData() : new URLSearchParams();
      for (const [name, one] of value) request.body.append(name, one);
      request.form = value;
    } else request.body = value;
    if (/^(GET|HEAD)$/.test(request.method))
      request.wrong ||= 'Browsers send no body with ' + request.method + '; the curl command does.';
  }
  return request;
};
const quote = text => "'" + String(text).replaceAll("'", "'\\''") + "'";
const curl = ({method, url, headers, cookies, body, form}) => {
  const lines = [`curl ${method === 'GET' && !body ? '' : method === 'HEAD' ? '-I ' : `-X ${method} `}${quote(url)}`];
  for (const [name, value] of headers) lines.push('-H ' + quote(`${name}: ${value}`));
  if (cookies.length) lines.push('-b ' + quote(cookies.map(pair => pair.join('=')).join('; ')));
  if (body instanceof FormData)
    for (const [name, value] of form)
      lines.push(value.name ? '-F ' + quote(`${name}=@${value.name}`) : '--form-string ' + quote(`${name}=${value}`));
  else if (body) lines.push(body.name ? '--data-binary ' + quote('@' + body.name) : '--data-raw ' + quote(body));
  return lines.join(' \\\n  ');
};

let refused = '';
document.addEventListener('securitypolicyviolation', event => { refused = event.blockedURI; });
const send = (request, signal) => {
  refused = '';
  for (const [name, value] of request.cookies) document.cookie = `${name}=${value}; path=/; SameSite=Strict`;
  return fetch(request.url, {
    method: request.method, headers: request.headers, body: request.body, signal,
    cache: 'no-store',
  });
};
// Why there was no answer, in a sentence.
const whyNot = async (error, url) => {
  if (error.name === 'AbortError') return 'Stopped before the answer was complete.';
  if (!(error instanceof TypeError)) return String(error.message ?? error);
  const {origin, protocol} = new URL(url);
  if (origin === location.origin)
    return `No answer came from ${origin}. Either the server has stopped, or it closed the connection.`;
  // The browser tells of its policy a little later.
  await new Promise(done => setTimeout(done, 50));
  if (refused)
    return `This page may talk to ${location.origin} only: its Content-Security-Policy does not name ${origin}.`;
  if (location.protocol === 'https:' && protocol === 'http:')
    return `A page that came by https may not talk to ${origin}, which is plain http.`;
  return `No answer from ${origin} can be read. Either it cannot be reached, or it does not allow this page (CORS): ` +
    `its answers want the field "access-control-allow-origin: ${location.origin}".`;
};

const most = 2e6;
// Shows an answer in the box, as it comes.
const show = async (box, response, request, started, stop) => {
  const took = () => Math.max(1, Math.round(performance.now() - started)) + ' ms';
  const type = response.headers.get('content-type') ?? '';
  const status = h('p.status', {}, h('strong', {class: response.ok ? 'good' : 'bad'},
    [response.status, response.statusText].join(' ').trim()), h('span', {}, took()));
  const headers = [...response.headers];
  const body = h('div.body');
  box.replaceChildren(status, response.redirected ? h('p.note', {}, 'Redirected to ', h('code', {}, response.url)) : '',
    h('details', {}, h('summary', {}, icon(shapes.more, 'turn'), `${headers.length} headers`),
      h('dl.headers', {}, headers.map(([name, value]) => [h('dt', {}, name), h('dd', {}, value)]))), body);
  say(`${response.status} ${response.statusText} in ${took()}`);
  const finish = count => {
    status.lastElementChild.textContent = took();
    status.append(h('span', {}, bytes(count)));
  };
  const saved = blob => h('a.button', {href: URL.createObjectURL(blob), download: response.url.split(/[?#]/)[0]
    .split('/').pop() || 'answer'}, 'Save');
  const readable = !type || /^text\/|json|xml|javascript|urlencoded|yaml|event-stream/i.test(type);
  if (!readable) {
    const blob = await response.blob();
    finish(blob.size);
    const address = URL.createObjectURL(blob);
    body.append(/^image\//.test(type) ? h('img', {src: address, alt: 'The image that came'})
      : /^audio\//.test(type) ? h('audio', {src: address, controls: true})
      : h('p.note', {}, `${type}, ${bytes(blob.size)}.`), saved(blob));
    return;
  }
  const pre = h('pre.answer', {tabindex: 0, 'aria-label': 'Body of the answer'});
  const reader = response.body?.getReader();
  const decoder = new TextDecoder(/charset="?([\w-]+)/.exec(type)?.[1] ?? 'utf-8');
  let [text, count, cut] = ['', 0, false];
  body.append(pre);
  while (reader) {
    const {done, value} = await reader.read();
    if (done) break;
    count += value.length;
    const more = decoder.decode(value, {stream: true});
    text += more;
    pre.append(more);
    status.lastElementChild.textContent = took();
    if ((cut = count > most)) { stop(); break; }
  }
  finish(count);
  if (!text) { pre.replaceWith(h('p.note', {}, 'No body.')); return; }
  if (/json/i.test(type) && isJson(text)) pre.replaceChildren(...pretty(text));
  if (cut) body.append(h('p.note', {}, `These are the first ${bytes(most)}; curl shows all.`));
  body.append(h('p', {}, copyButton(() => pre.textContent)));
};
)js";

}  // namespace coracle::detail
