// docs_schema: how the page /docs reads schemas: their type in words, their rules, their fields, an example of them.
// Source: OpenAPI 3.1.1 section 4.8.24; JSON Schema 2020-12. Part of the script of docs_page.
#pragma once

#include <string_view>

namespace coracle::detail {

inline constexpr std::string_view docs_schema = R"js(
let spec = {};

// Follows $ref within the document; what stands beside it counts more.
const resolve = node => {
  for (let hops = 0; typeof node?.$ref === 'string' && hops < 50; ++hops) {
    const {$ref, ...beside} = node;
    let target = $ref === '#' ? spec : undefined;
    if ($ref.startsWith('#/')) {
      target = spec;
      for (const step of $ref.slice(2).split('/')) {
        let name = step;
        try { name = decodeURIComponent(step); } catch { /* then it is meant as it stands */ }
        target = target?.[name.replaceAll('~1', '/').replaceAll('~0', '~')];
      }
    }
    node = {...target ?? {description: `\`${$ref}\` is not in this document.`}, ...beside};
  }
  return node && typeof node === 'object' ? node : {};
};
const refName = ref => {
  if (!ref.startsWith('#')) return ref;
  const name = ref.slice(ref.lastIndexOf('/') + 1);
  try { return decodeURIComponent(name); } catch { return name; }
};
const isNull = schema => schema?.type === 'null' || 'const' in (schema ?? {}) && schema.const === null;
const either = schema => (schema.anyOf ?? schema.oneOf ?? []).filter(option => !isNull(resolve(option)));
const types = schema => [schema.type ?? []].flat();

// The schema that counts: of "this or null" this, of "all of these" all in one.
const core = (schema, depth = 0) => {
  let whole = resolve(schema);
  if (depth > 20) return whole;
  if (whole.allOf) {
    const {allOf, ...own} = whole;
    whole = [...allOf.map(part => core(part, depth + 1)), own].reduce((sum, part) => ({
      ...sum, ...part,
      ...(sum.properties || part.properties) && {properties: {...sum.properties, ...part.properties}},
      ...(sum.required || part.required) && {required: [...list(sum.required), ...list(part.required)]},
    }), {});
  }
  const options = either(whole);
  if (options.length !== 1) return whole;
  const {anyOf, oneOf, ...own} = whole;
  return {...core(options[0], depth + 1), ...own};
};
const isFile = schema => schema.format === 'binary' || schema.contentMediaType === 'application/octet-stream';

const typeOf = (schema, depth = 0) => {
  if (schema === false) return 'nothing';
  if (!schema || typeof schema !== 'object') return 'anything';
  if (schema.$ref) return refName(schema.$ref);
  if (depth > 6) return '…';
  const inner = part => typeOf(part, depth + 1);
  const words = (parts, by) => [...new Set(parts)].join(by);
  if (schema.allOf) return words(schema.allOf.map(inner), ' and ');
  if (schema.anyOf ?? schema.oneOf) return words((schema.anyOf ?? schema.oneOf).map(inner), ' or ');
  if ('const' in schema) return JSON.stringify(schema.const);
  const word = type => {
    if (type === 'array' && schema.prefixItems) return `[${schema.prefixItems.map(inner).join(', ')}]`;
    if (type === 'array') return 'array of ' + inner(schema.items);
    if (type === 'object' && schema.additionalProperties && !schema.properties)
      return 'map of ' + inner(schema.additionalProperties);
    if (type === 'string' && isFile(schema)) return 'file';
    return type === 'null' ? type : schema.format ? `${type} (${schema.format})` : type;
  };
  const known = types(schema);
  if (schema.enum) return words(known.length ? known : ['one of'], ' or ');
  return known.length ? known.map(word).join(' or ') : schema.properties ? 'object' : 'anything';
};

// The rules of a schema, each a few words.
const rules = outer => {
  const s = core(outer);
  const out = [];
  // The ends of what 32 and 64 bits can say are no news.
  const has = name => s[name] !== undefined && !(/^int/.test(s.format) && Math.abs(s[name]) >= 2147483647);
  const span = (low, high, what) => {
    const [a, b] = [s[low], s[high]];
    if (a !== undefined && a === b) out.push(`exactly ${a} ${what}`);
    else if (a !== undefined && b !== undefined) out.push(`${a} to ${b} ${what}`);
    else if (a !== undefined) out.push(`at least ${a} ${what}`);
    else if (b !== undefined) out.push(`at most ${b} ${what}`);
  };
  if (has('minimum')) out.push('≥ ' + s.minimum);
  if (has('exclusiveMinimum')) out.push('> ' + s.exclusiveMinimum);
  if (has('maximum')) out.push('≤ ' + s.maximum);
  if (has('exclusiveMaximum')) out.push('< ' + s.exclusiveMaximum);
  if (has('multipleOf')) out.push('multiple of ' + s.multipleOf);
  span('minLength', 'maxLength', 'characters');
  span('minItems', 'maxItems', 'items');
  span('minProperties', 'maxProperties', 'keys');
  if (s.uniqueItems) out.push('all different');
  if (has('pattern')) out.push(['matches ', h('code', {}, s.pattern)]);
  for (const value of list(s.enum)) out.push(h('code.choice', {}, JSON.stringify(value)));
  if (s.readOnly) out.push('only in answers');
  if (s.writeOnly) out.push('only in requests');
  if (s.deprecated) out.push(h('span.bad', {}, 'deprecated'));
  if (s.additionalProperties === false) out.push('no other keys');
  if (has('default') && s.default !== null && String(s.default))
    out.push(['default ', h('code', {}, JSON.stringify(s.default))]);
  const given = has('example') ? [s.example] : list(s.examples);
  if (given.length) out.push(['such as ', h('code', {}, JSON.stringify(given[0]))]);
  return out.length > 0 && h('ul.rules', {}, out.map(rule => h('li', {}, rule)));
};

// What can be unfolded below a schema: [name, schema, whether required].
const parts = (schema, depth = 0) => {
  const s = core(schema);
  if (depth > 8) return [];
  const options = either(s);
  if (options.length) return options.map(option => [typeOf(option), option, 'option']);
  const out = Object.entries(s.properties ?? {}).map(
    ([name, part]) => [name, part, list(s.required).includes(name) ? 'required' : '']);
  if (s.additionalProperties && typeof s.additionalProperties === 'object')
    out.push(['any other key', s.additionalProperties, 'any']);
  if (s.prefixItems) s.prefixItems.forEach((part, index) => out.push([`[${index}]`, part, 'any']));
  return out.length || !s.items ? out : parts(s.items, depth + 1);
};
// The fields, as a list whose entries unfold when they are asked to: a schema may well contain itself.
const fields = schema => h('ul.fields', {}, parts(schema).map(([name, part, mode]) => {
  const whole = core(part);
  const more = parts(part);
  const head = [
    mode === 'option' ? h('span.type', {}, name) : [mode === 'any' ? h('em', {}, name) : h('code.name', {}, name),
      h('span.type', {}, typeOf(part))],
    mode === 'required' && h('span.need', {}, 'required'),
  ];
  const below = [whole.description && prose(whole.description), rules(part)];
  if (!more.length) return h('li', {}, h('div.head', {}, head), below);
  const fill = event => {
    if (event.currentTarget.open && !event.currentTarget.querySelector('ul.fields'))
      event.currentTarget.append(fields(part));
  };
  return h('li', {}, h('details', {ontoggle: fill}, h('summary.head', {}, icon(shapes.more, 'turn'), head)), below);
}));

// A value that fits: what its author gave, or the plainest that the rules allow. undefined: it would never end.
const example = (schema, above = []) => {
  const refs = [schema, ...list(schema?.allOf)].map(part => part?.$ref).filter(Boolean);
  if (refs.some(ref => above.includes(ref))) return undefined;
  above = [...above, ...refs];
  const outer = resolve(schema);
  for (const s of [outer, core(schema)]) {
    if (s.example !== undefined) return s.example;
    if (list(s.examples).length) return s.examples[0];
    if (s.default !== undefined) return s.default;
    if ('const' in s) return s.const;
    if (list(s.enum).length) return s.enum[0];
  }
  const options = outer.anyOf ?? outer.oneOf;
  if (options) {
    const values = either(outer).map(option => example(option, above));
    const found = values.find(value => value !== undefined);
    return found ?? (options.some(option => isNull(resolve(option))) ? null : undefined);
  }
  const s = core(schema);
  const type = types(s).find(one => one !== 'null') ?? types(s)[0] ?? (s.properties ? 'object' : 'string');
  if (type === 'object') {
    const out = {};
    for (const [name, part] of Object.entries(s.properties ?? {})) {
      const value = resolve(part).readOnly ? undefined : example(part, above);
      if (value !== undefined) out[name] = value;
    }
    if (!s.properties && typeof s.additionalProperties === 'object') {
      const value = example(s.additionalProperties, above);
      if (value !== undefined) out.key = value;
    }
    return out;
  }
  if (type === 'array') {
    if (s.prefixItems) return s.prefixItems.map(part => example(part, above) ?? null);
    const item = example(s.items ?? {}, above);
    return item === undefined || s.maxItems === 0 ? [] : Array(Math.max(1, s.minItems ?? 1)).fill(item);
  }
  if (type === 'integer' || type === 'number') {
    const step = s.multipleOf ?? (type === 'integer' ? 1 : 0.5);
    let value = s.minimum ?? (s.exclusiveMinimum === undefined ? 0 : s.exclusiveMinimum + step);
    value = Math.ceil(value / step) * step;
    if (s.maximum < value) value = s.maximum;
    return s.exclusiveMaximum <= value ? s.exclusiveMaximum - step : value;
  }
  if (type === 'boolean') return true;
  if (type === 'null') return null;
  const known = {
    date: '2026-01-31', 'date-time': '2026-01-31T12:00:00Z', time: '12:00:00Z', duration: 'PT1M',
    uuid: '3fa85f64-5717-4562-b3fc-2c963f66afa6', email: 'user@example.com', hostname: 'example.com',
    ipv4: '192.0.2.1', ipv6: '2001:db8::1', uri: location.origin + '/', byte: 'Zm8=',
  }[s.format];
  return known ?? 'string'.padEnd(s.minLength ?? 0, '-').slice(0, s.maxLength ?? 9999);
};
)js";

}  // namespace coracle::detail
