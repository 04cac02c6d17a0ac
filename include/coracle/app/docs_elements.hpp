// docs_elements: the words that the page /docs is written in: elements, prose, coloured JSON, copying, remembering.
// Part of the script of docs_page. No text becomes HTML here or anywhere else: elements are made one by one.
#pragma once

#include <string_view>

namespace coracle::detail {

inline constexpr std::string_view docs_elements = R"js('use strict';
const $ = id => document.getElementById(id);
const list = value => Array.isArray(value) ? value : [];

// h('p.note.small', {id: 'x', onclick: f}, 'text', child, false): an element.
const h = (kind, attributes, ...children) => {
  const [tag, ...classes] = kind.split('.');
  const element = document.createElement(tag);
  if (classes.length) element.className = classes.join(' ');
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (typeof value === 'function') element.addEventListener(name.slice(2), value);
    else if (value != null && value !== false) element.setAttribute(name, value === true ? '' : value);
  }
  element.append(...children.flat(9).filter(child => child != null && child !== false && child !== ''));
  return element;
};
const icon = (path, name) => {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  const line = document.createElementNS(svg.namespaceURI, 'path');
  svg.setAttribute('viewBox', '0 0 16 16');
  svg.setAttribute('class', 'icon ' + (name ?? ''));
  svg.setAttribute('aria-hidden', 'true');
  line.setAttribute('d', path);
  svg.append(line);
  return svg;
};
const shapes = {
  more: 'M6 3.5 10.5 8 6 12.5',
  lock: 'M4 7.5h8v6H4zM5.7 7.5V5a2.3 2.3 0 0 1 4.6 0v2.5',
  sun: 'M8 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6zM8 1v1.4M8 13.6V15M1 8h1.4M13.6 8H15M3 3l1 1M12 12l1 1M13 3l-1 1M4 12l-1 1',
  moon: 'M13.5 9.6A6 6 0 1 1 6.4 2.5a4.8 4.8 0 0 0 7.1 7.1z',
};

// For those who hear the page.
const say = text => { $('said').textContent = text; };

const copy = async (text, button) => {
  const label = button.textContent;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // There is no clipboard on plain http, except on this machine.
    const box = h('textarea.unseen', {readonly: true});
    box.value = text;
    button.after(box);
    box.select();
    document.execCommand('copy');
    box.remove();
    button.focus();
  }
  button.textContent = 'Copied';
  say('Copied');
  setTimeout(() => { button.textContent = label; }, 1500);
};
const copyButton = (text, label = 'Copy') =>
  h('button.quiet', {type: 'button', onclick: event => copy(text(), event.currentTarget)}, label);

// What this tab remembers, apart for each document.
const memory = {
  key: 'coracle ' + document.querySelector('link[rel=service-desc]').href,
  read() {
    try { return JSON.parse(sessionStorage.getItem(this.key)) ?? {}; } catch { return {}; }
  },
  write(value) {
    try { sessionStorage.setItem(this.key, JSON.stringify(value)); } catch { /* then it is forgotten */ }
  },
};

const web = address => {
  if (!address) return null;
  try {
    const url = new URL(address, document.baseURI);
    return /^(https?|mailto):$/.test(url.protocol) ? url.href : null;
  } catch { return null; }
};
const link = (address, text) =>
  web(address) ? h('a', {href: web(address), rel: 'noopener noreferrer', target: '_blank'}, text) : text;

// Markdown, as far as descriptions use it.
const inline = text => {
  const out = [];
  let at = 0;
  const word = /`([^`]+)`|\*\*(.+?)\*\*|\*([^\s*][^*]*)\*|\[([^\]]+)\]\(([^)\s]+)\)|<?(https?:\/\/[^\s<>)]+)>?/g;
  for (const found of text.matchAll(word)) {
    const [all, code, strong, weak, label, target, address] = found;
    out.push(text.slice(at, found.index));
    out.push(code ? h('code', {}, code) : strong ? h('strong', {}, inline(strong)) : weak ? h('em', {}, inline(weak))
      : link(target ?? address, label ?? address));
    at = found.index + all.length;
  }
  return [...out, text.slice(at)];
};
const prose = text => {
  const box = h('div.prose');
  const lines = String(text ?? '').split('\n');
  let open = null;
  for (let i = 0; i < lines.length; ++i) {
    const line = lines[i].trim();
    const item = /^(?:[-*+]|(\d+)[.)])\s+(.*)/.exec(line);
    if (line.startsWith('```')) {
      const code = [];
      while (++i < lines.length && !lines[i].trim().startsWith('```')) code.push(lines[i]);
      box.append(h('pre', {}, code.join('\n')));
      open = null;
    } else if (/^#{1,6} /.test(line)) {
      box.append(h('p', {}, h('strong', {}, inline(line.replace(/^#+ /, '')))));
      open = null;
    } else if (item) {
      const kind = item[1] ? 'ol' : 'ul';
      if (open?.localName !== kind) box.append(open = h(kind));
      open.append(h('li', {}, inline(item[2])));
    } else if (!line) {
      open = null;
    } else {
      if (!open) box.append(open = h('p'));
      (open.lastElementChild?.localName === 'li' ? open.lastElementChild : open).append(
        open.hasChildNodes() ? '\n' : '', ...inline(line));
    }
  }
  return box;
};

// JSON as it came, indented and coloured. Numbers keep every digit: they are never read as numbers.
const pretty = text => {
  const parts = [];
  let indent = '\n';
  let plain = '';
  const colour = text.length < 300000;
  const put = (kind, word) => {
    if (!colour || !kind) { plain += word; return; }
    parts.push(plain, h('span.' + kind, {}, word));
    plain = '';
  };
  const token = /("(?:[^"\\]|\\.)*")(\s*:)?|[{[](\s*[}\]])?|[}\]]|,|[^\s{}[\],":]+/g;
  for (const [word, string, colon, empty] of text.matchAll(token)) {
    if (string) {
      put(colon ? 'key' : 'string', string);
      if (colon) plain += ': ';
    } else if (empty) plain += word[0] + empty.trim();
    else if ('{['.includes(word)) plain += word + (indent += '  ');
    else if ('}]'.includes(word)) plain += (indent = indent.slice(0, -2)) + word;
    else if (word === ',') plain += ',' + indent;
    else put(/^[-\d]/.test(word) ? 'number' : 'word', word);
  }
  return [...parts, plain];
};
const isJson = text => { try { JSON.parse(text); return true; } catch { return false; } };
const bytes = count => count < 1000 ? count + ' bytes' : count < 1e6 ? (count / 1e3).toFixed(1) + ' kB'
  : (count / 1e6).toFixed(1) + ' MB';
)js";

}  // namespace coracle::detail
