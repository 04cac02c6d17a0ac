// docs_operations: what the page /docs shows: operations by tag, each with its form, answers and code; search and keys.
// Source: OpenAPI 3.1.1 section 4.8.10; WAI-ARIA Authoring Practices, disclosure. Part of the script of docs_page.
#pragma once

#include <string_view>

namespace coracle::detail {

inline constexpr std::string_view docs_operations = R"js(
let entries = [];
let server = {url: '/'};

// Media types and their schemas, unfolded.
const mediaView = content => Object.entries(content ?? {}).map(([type, media]) => [
  h('p.media', {}, h('code', {}, type), media.schema && h('span.type', {}, typeOf(media.schema))),
  media.schema && [rules(media.schema), parts(media.schema).length > 0 && fields(media.schema)],
  media.schema && h('pre.small', {tabindex: 0}, pretty(JSON.stringify(
    media.example ?? resolve(Object.values(media.examples ?? {})[0])?.value ?? example(media.schema) ?? null))),
]);

// Fetch, forbidden request headers.
const barred = new RegExp('^(accept-(charset|encoding)|(access-control|proxy|sec)-.*|connection|content-length|' +
  'cookie2?|date|dnt|expect|host|keep-alive|origin|referer|te|trailer|transfer-encoding|upgrade|via)$', 'i');
const places = {path: 'Path', query: 'Query', header: 'Headers', cookie: 'Cookies'};

const row = (id, name, schema, required, description, input, ...notes) => h('div.row', {},
  h('div.what', {},
    h('div.head', {}, h('label.name', {for: id}, name), h('span.type', {}, typeOf(schema)),
      required && h('span.need', {}, 'required')),
    description && prose(description), rules(schema), notes),
  h('div.value', {}, input));

const parameterRows = (entry, form) => Object.entries(places).map(([place, title]) => {
  const found = entry.parameters.filter(parameter => parameter.in === place);
  return found.length > 0 && h('section', {}, h('h4', {}, title), found.map(parameter => {
    const id = `${entry.id}--${place}-${parameter.name}`;
    const schema = parameter.schema ?? Object.values(parameter.content ?? {})[0]?.schema ?? {};
    const shown = parameter.example ?? resolve(Object.values(parameter.examples ?? {})[0])?.value;
    const preset = shown ?? (parameter.required ? core(schema).default ?? example(schema) : undefined);
    const made = control(schema, id, preset);
    form.controls.push({parameter, values: made.values});
    return row(id, parameter.name, schema, parameter.required, parameter.description, made.element,
      parameter.deprecated && !core(schema).deprecated && h('p.bad', {}, 'Deprecated.'),
      place === 'header' && barred.test(parameter.name)
        && h('p.note', {}, 'A browser sets this field itself; the curl command sends yours.'),
      place === 'cookie' && h('p.note', {}, 'Kept as a cookie of this site when it is sent.'));
  }));
});

const bodySection = (entry, form) => {
  const body = resolve(entry.operation.requestBody);
  const medias = Object.entries(body.content ?? {});
  if (!medias.length) return null;
  const id = entry.id + '--body';
  const place = h('div');
  const choose = (type, media) => {
    form.media = type;
    const schema = media.schema ?? {};
    if (/^(multipart\/|application\/x-www-form-urlencoded)/.test(type)) {
      const rows = Object.entries(core(schema).properties ?? {}).map(([name, part]) => {
        const required = list(core(schema).required).includes(name);
        const made = control(part, `${id}-${name}`, core(part).default ?? (required ? example(part) : undefined));
        return {name, made, row: row(`${id}-${name}`, name, part, required, core(part).description, made.element)};
      });
      form.bodyValue = () => rows.flatMap(({name, made}) => made.values().map(value => [name, value]));
      place.replaceChildren(...rows.map(one => one.row));
      return;
    }
    if (isFile(core(schema)) || /octet-stream|^(image|audio|video)\//.test(type)) {
      const made = control({type: 'string', format: 'binary'}, id, undefined, 'Body');
      form.bodyValue = () => made.values()[0];
      place.replaceChildren(made.element);
      return;
    }
    const json = /json/i.test(type);
    const wrong = h('p.note', {role: 'status'});
    const text = h('textarea.code', {id, 'aria-label': 'Body', spellcheck: 'false', autocapitalize: 'off',
      autocomplete: 'off', oninput: () => {
        let sorry = '';
        if (json && text.value)
          try { JSON.parse(text.value); } catch (error) { sorry = 'Not JSON yet: ' + error.message; }
        wrong.textContent = sorry;
      }});
    const fill = value => {
      text.value = typeof value === 'string' && !json ? value : JSON.stringify(value, null, 2) ?? '';
      text.rows = Math.min(24, Math.max(3, text.value.split('\n').length));
      text.dispatchEvent(new Event('input', {bubbles: true}));
    };
    const named = Object.entries(media.examples ?? {}).map(([name, one]) => [name, resolve(one)]);
    const made = () => media.example ?? named[0]?.[1].value ?? (media.schema ? example(schema) : json ? {} : '');
    form.bodyValue = () => text.value;
    fill(made());
    place.replaceChildren(
      named.length > 1 ? h('select', {'aria-label': 'Example',
        onchange: event => fill(named[event.target.value][1].value)},
      named.map(([name, one], index) => h('option', {value: index}, one.summary ?? name))) : '',
      text, wrong,
      parts(schema).length ? h('details.schema', {}, h('summary', {}, icon(shapes.more, 'turn'), 'Schema ',
        h('span.type', {}, typeOf(schema))), rules(schema) || '', fields(schema)) : h('div', {}, rules(schema)));
  };
  choose(...medias[0]);
  return h('section', {}, h('h4', {}, 'Body ', body.required && h('span.need', {}, 'required')),
    body.description && prose(body.description),
    medias.length > 1 ? h('select', {'aria-label': 'Media type',
      onchange: event => choose(...medias[event.target.value])},
    medias.map(([type], index) => h('option', {value: index}, type)))
      : h('p.media', {}, h('code', {}, medias[0][0])),
    place);
};

const moreAt = docs => link(docs.url, docs.description ?? 'More');

const needsView = operation => {
  const ways = needs(operation).filter(way => Object.keys(way).length);
  if (!ways.length) return null;
  const line = h('p.needs');
  const tell = () => line.replaceChildren(icon(shapes.lock), ways.map(way => Object.entries(way).map(([name, scopes]) =>
    name + (scopes.length ? ` (${scopes.join(', ')})` : '')).join(' and ')).join(' or '), ' ',
  h('button.quiet', {type: 'button', onclick: openAuthorisation},
    ways.some(way => Object.keys(way).every(name => given[name])) ? 'Given' : 'Authorise'));
  document.addEventListener('authorised', tell);
  tell();
  return line;
};

// Builds what unfolds below an operation's line, when it does so first.
const fillPanel = entry => {
  const {operation, panel, method, path} = entry;
  const form = {...entry, controls: [], media: ''};
  const answer = h('div.answer', {role: 'region', 'aria-label': 'Answer', hidden: true});
  const code = h('pre.small', {tabindex: 0, 'aria-label': 'The request as a curl command'});
  const wrong = h('p.wrong', {role: 'alert', hidden: true});
  const button = h('button.primary', {type: 'submit'}, 'Send');
  let running = null;
  const refresh = () => { code.textContent = curl(compose(form, server)); };
  const go = async event => {
    event.preventDefault();
    if (running) { running.abort(); return; }
    const request = compose(form, server);
    wrong.hidden = !request.wrong;
    wrong.textContent = request.wrong;
    if (request.wrong) return;
    running = new AbortController();
    button.textContent = 'Stop';
    answer.hidden = false;
    answer.replaceChildren(h('p.note', {}, 'Waiting for the answer …'));
    const started = performance.now();
    try {
      await show(answer, await send(request, running.signal), request, started, () => running.abort());
    } catch (error) {
      // An answer that had begun stays.
      if (!answer.querySelector('.status')) answer.replaceChildren();
      answer.append(h('p.wrong', {role: 'alert'}, await whyNot(error, request.url)));
    }
    button.textContent = 'Send';
    answer.scrollIntoView({block: 'nearest'});
    running = null;
  };
  const element = h('form', {oninput: refresh, onchange: refresh, onsubmit: go, novalidate: true},
    needsView(operation),
    parameterRows(entry, form), bodySection(entry, form),
    method === 'webhook' ? null : [
      h('div.actions', {}, button, copyButton(() => code.textContent, 'Copy as curl')), wrong, answer,
      h('details.curl', {}, h('summary', {}, icon(shapes.more, 'turn'), 'curl'), code),
    ]);
  const responses = Object.entries(operation.responses ?? {}).map(([status, one]) => [status, resolve(one)]);
  const firstGood = responses.find(([status]) => status[0] === '2')?.[0];
  panel.append(
    h('p.where', {}, h('code', {}, operation.operationId ?? ''), copyButton(() => location.href.split('#')[0] + '#' +
      encodeURIComponent(entry.id), 'Copy link')),
    operation.deprecated && h('p.bad', {}, 'Deprecated: new programs should not use it.') || '',
    operation.description ? prose(operation.description) : '',
    operation.externalDocs ? h('p', {}, moreAt(operation.externalDocs)) : '',
    element,
    h('section.answers', {}, h('h4', {}, 'Answers'), responses.map(([status, one]) => {
      const body = Object.keys(one.content ?? {}).length > 0;
      const headers = Object.entries(one.headers ?? {}).map(([name, field]) => [name, resolve(field)]);
      const title = [h('strong', {class: status[0] === '2' && 'good'}, status),
        h('span', {}, inline(one.description ?? ''))];
      if (!body && !headers.length) return h('p.bare', {}, title);
      return h('details', {open: status === firstGood}, h('summary', {}, icon(shapes.more, 'turn'), title),
        mediaView(one.content), headers.length > 0 && h('ul.fields', {}, headers.map(([name, field]) => h('li', {},
          h('div.head', {}, h('code.name', {}, name), h('span.type', {}, typeOf(field.schema))),
          field.description && prose(field.description)))));
    })));
  entry.submit = () => element.requestSubmit(button);
  document.addEventListener('authorised', refresh);
  entry.refresh = refresh;
  refresh();
};

const open = (entry, want = true) => {
  if (want && !entry.filled) {
    entry.filled = true;
    try {
      entry.fill(entry);
    } catch (error) { entry.panel.append(h('p.wrong', {}, `The document is strange here: ${error}`)); }
  }
  entry.panel.hidden = !want;
  entry.button.setAttribute('aria-expanded', want);
};
const goTo = hash => {
  let name = hash.replace(/^#/, '');
  try { name = decodeURIComponent(name); } catch { /* then it is meant as it stands */ }
  // Swagger UI's links are #/tag/operationId.
  const entry = entries.find(one => one.id === name) ?? entries.find(one => one.id === name.split('/').pop());
  if (!name || !entry) return;
  open(entry);
  entry.element.hidden = false;
  entry.element.scrollIntoView();
  entry.button.focus({preventScroll: true});
};

// One line that unfolds: an operation or a schema.
const line = (entry, ...title) => {
  entry.panel = h('div.panel', {id: entry.id + '--panel', role: 'region', 'aria-label': entry.id, hidden: true});
  const turn = () => {
    open(entry, entry.panel.hidden);
    if (!entry.panel.hidden) history.replaceState(null, '', '#' + encodeURIComponent(entry.id));
  };
  entry.button = h('button.line', {type: 'button', 'aria-expanded': 'false', 'aria-controls': entry.panel.id,
    onclick: turn}, icon(shapes.more, 'turn'), title);
  entry.element = h('article', {id: entry.id}, h('h3', {}, entry.button), entry.panel);
  entries.push(entry);
  return entry;
};

const methods = ['get', 'post', 'put', 'patch', 'delete', 'head', 'options', 'trace', 'query'];
const operationLines = () => {
  const taken = new Set();
  const groups = new Map(list(spec.tags).filter(Boolean).map(tag => [tag.name, {...tag, entries: []}]));
  const put = (tag, entry) => {
    if (!groups.has(tag)) groups.set(tag, {name: tag, entries: []});
    groups.get(tag).entries.push(entry);
  };
  const make = (method, path, operation, shared) => {
    let id = String(operation.operationId ?? method + path.replace(/\W+/g, '-')).replace(/\s+/g, '-');
    while (taken.has(id)) id += '-';
    taken.add(id);
    const parameters = new Map();
    for (const one of [...list(shared), ...list(operation.parameters)].map(resolve))
      parameters.set(one.in + ' ' + one.name, one);
    const title = operation.summary ?? operation.operationId ?? '';
    return line({id, method, path, operation, parameters: [...parameters.values()], fill: fillPanel,
      text: [method, path, title, id, operation.description, ...list(operation.tags)].join(' ').toLowerCase()},
    h('span.verb.' + method, {}, method === 'webhook' ? 'hook' : method),
    h(operation.deprecated ? 's.path' : 'span.path', {}, path.split(/(?=\/)/).map(step => [h('wbr'), step])),
    h('span.title', {}, title), needs(operation).some(way => Object.keys(way).length) && icon(shapes.lock, 'lock'));
  };
  const place = (entry, tags) => put(list(tags)[0] ?? '', entry);
  for (const [path, item] of Object.entries(spec.paths ?? {}).map(([path, item]) => [path, resolve(item)]))
    for (const method of methods)
      if (item[method]) place(make(method, path, item[method], item.parameters), item[method].tags);
  for (const [name, item] of Object.entries(spec.webhooks ?? {}))
    for (const operation of methods.map(method => resolve(item)[method]).filter(Boolean))
      put('Webhooks', make('webhook', name, operation, []));
  return [...groups.values()].filter(group => group.entries.length);
};
const schemaLines = () => Object.entries(spec.components?.schemas ?? {}).map(([name, schema]) => line({
  id: 'schema/' + name, method: 'schema', path: name, text: 'schema ' + name.toLowerCase(),
  fill: entry => entry.panel.append(resolve(schema).description ? prose(resolve(schema).description) : '',
    rules(schema) || '', fields(schema)),
}, h('span.path', {}, name), h('span.title', {}, typeOf({...resolve(schema), $ref: undefined}))));

const filter = () => {
  const words = $('search').value.toLowerCase().split(/\s+/).filter(Boolean);
  for (const entry of entries) {
    entry.element.hidden = !words.every(word => entry.text.includes(word));
    if (entry.mention) entry.mention.hidden = entry.element.hidden;
  }
  for (const group of document.querySelectorAll('[data-group]'))
    group.hidden = !group.querySelector('article:not([hidden]), li:not([hidden])');
  const shown = entries.filter(entry => !entry.element.hidden).length;
  $('nothing').hidden = shown > 0;
  if (words.length) say(`${shown} of ${entries.length}`);
};

const group = (name, description, members, extra) => {
  $('contents').append(h('section', {'data-group': true}, h('h2', {}, name), h('ul', {}, members.map(entry =>
    entry.mention = h('li', {}, h('a', {href: '#' + encodeURIComponent(entry.id), title: entry.path},
      entry.operation?.summary ?? entry.path))))));
  return h('section.group', {'data-group': true}, h('h2', {}, name), description && prose(description), extra,
    members.map(entry => entry.element));
};
const intro = () => {
  const info = spec.info ?? {};
  const servers = list(spec.servers);
  document.querySelector('h1').textContent = info.title ?? document.title;
  $('version').textContent = info.version ?? '';
  const about = [
    info.contact && link(info.contact.url ?? 'mailto:' + info.contact.email, info.contact.name ?? 'Contact'),
    info.license && link(info.license.url, info.license.name),
    info.termsOfService && link(info.termsOfService, 'Terms'),
    spec.externalDocs && moreAt(spec.externalDocs),
    h('a', {href: described}, 'OpenAPI ' + spec.openapi),
  ].filter(Boolean);
  if (servers.length) server = servers[0];
  return h('section.intro', {}, info.summary && h('p', {}, info.summary), info.description && prose(info.description),
    h('p.about', {}, about.map(one => h('span', {}, one))),
    servers.length > 1 && h('label.server', {}, 'Server ', h('select', {onchange: event => {
      server = servers[event.target.value];
      for (const entry of entries) entry.refresh?.();
    }}, servers.map((one, index) => h('option', {value: index},
      one.description ? `${one.url} (${one.description})` : one.url)))));
};

const trouble = sentence => $('main').replaceChildren(h('div.empty', {role: 'alert'}, h('p', {}, sentence),
  h('p', {}, h('button.primary', {type: 'button', onclick: load}, 'Try again'))));
const load = async () => {
  $('main').replaceChildren(h('p.empty', {}, 'Reading the description …'));
  $('contents').replaceChildren();
  entries = [];
  let answer;
  try {
    answer = await fetch(described, {headers: {accept: 'application/json'}});
  } catch { return trouble(`The description of this API, ${described}, cannot be reached. Is the server running?`); }
  if (!answer.ok)
    return trouble(`The description of this API, ${described}, was answered with ${answer.status}.`);
  try {
    spec = await answer.json();
  } catch (error) { return trouble(`The description of this API, ${described}, is not JSON: ${error.message}`); }
  if (!/^3\./.test(spec?.openapi)) return trouble(`${described} is no OpenAPI 3 document: its field "openapi" is ${
    JSON.stringify(spec?.openapi) ?? 'missing'}.`);
  try { draw(); } catch (error) { trouble(`The description of this API, ${described}, is strange: ${error}`); }
};
const draw = () => {
  const head = intro();
  const groups = operationLines();
  const sections = groups.map(one => group(one.name || (groups.length > 1 ? 'Other' : 'Operations'),
    one.description, one.entries));
  const shapesOf = schemaLines();
  $('main').replaceChildren(head, ...sections, shapesOf.length ? group('Schemas', '', shapesOf) : '',
    h('p.empty', {id: 'nothing', hidden: true}, 'Nothing here fits the search.'),
    groups.length ? '' : h('p.empty', {}, 'This API has no operations yet. Add a route, and it is here.'));
  $('authorise').hidden = !schemes().length;
  document.dispatchEvent(new Event('authorised'));
  filter();
  goTo(location.hash);
};
)js";

}  // namespace coracle::detail
