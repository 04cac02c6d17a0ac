// typescript_runtime: what every printed client has in common: its options, its error, and how a request is sent.
// The Fetch standard; ECMAScript 2022.
#pragma once

#include <string_view>

namespace coracle {

/// Stands between the types and the operations; it opens the class that these are methods of.
inline constexpr std::string_view typescript_runtime = R"ts(
export interface ClientOptions {
  /** Where the server is: "https://api.example.com", without a slash at its end. Default: where the page came from. */
  baseUrl?: string;
  /** The bearer token, or a function that gives it. */
  token?: string | (() => string | Promise<string>);
  /** Name and password for basic authentication. */
  basic?: { username: string; password: string };
  /** The api keys, by the names of their security schemes. */
  apiKeys?: { [name in ApiKeyName]?: string };
  /** Fields for every request. */
  headers?: { [name: string]: string };
  /** Sends the requests in place of the global fetch. */
  fetch?: (url: string, init: RequestInit) => Promise<Response>;
}

/** An answer whose status is not 2xx. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    /** What the answer holds: parsed if it is JSON, else text. */
    readonly body: unknown,
    readonly response: Response,
  ) {
    super(`the server answered ${status}`);
    this.name = "ApiError";
  }
}

interface Call {
  method: string;
  path: string;
  query?: object | undefined;
  headers?: object | undefined;
  body?: unknown;
  media?: string;
  security?: { [scheme: string]: string[] }[];
}

function encode(value: unknown): string {
  return encodeURIComponent(String(value));
}

function append(to: URLSearchParams, from: object | undefined | null): void {
  for (const [name, value] of Object.entries(from ?? {}))
    for (const each of Array.isArray(value) ? value : [value])
      if (each !== undefined && each !== null) to.append(name, String(each));
}

function parts(from: object): FormData {
  if (from instanceof FormData) return from;
  const form = new FormData();
  for (const [name, value] of Object.entries(from))
    for (const each of Array.isArray(value) ? value : [value])
      if (each instanceof Blob) form.append(name, each);
      else if (each !== undefined && each !== null) form.append(name, String(each));
  return form;
}

async function send(options: ClientOptions, call: Call, init: RequestInit = {}): Promise<unknown> {
  const headers = new Headers(options.headers);
  const query = new URLSearchParams();
  append(query, call.query);
  for (const [name, value] of Object.entries(call.headers ?? {}))
    if (value !== undefined && value !== null) headers.set(name, String(value));
  for (const choice of call.security ?? [])
    for (const scheme of Object.keys(choice)) {
      const { kind, name } = SCHEMES[scheme] ?? { kind: "", name: "" };
      const key = options.apiKeys?.[scheme as ApiKeyName];
      if (kind === "bearer" && options.token !== undefined)
        headers.set(name, `Bearer ${typeof options.token === "string" ? options.token : await options.token()}`);
      else if (kind === "basic" && options.basic !== undefined)
        headers.set(name, `Basic ${btoa(`${options.basic.username}:${options.basic.password}`)}`);
      else if (kind === "header" && key !== undefined) headers.set(name, key);
      else if (kind === "query" && key !== undefined) query.set(name, key);
    }
  let body: BodyInit | undefined;
  if (call.body !== undefined && call.media !== undefined) {
    if (call.media === "application/x-www-form-urlencoded") {
      const form = new URLSearchParams();
      append(form, call.body as object);
      body = form;
    } else if (call.media.endsWith("json")) {
      body = JSON.stringify(call.body);
      headers.set("content-type", call.media);
    } else if (call.media === "multipart/form-data") {
      body = parts(call.body as object);
    } else {
      body = call.body as BodyInit;
      headers.set("content-type", call.media);
    }
  }
  for (const [name, value] of new Headers(init.headers)) headers.set(name, value);
  const tail = query.toString();
  const url = (options.baseUrl ?? "") + call.path + (tail === "" ? "" : `?${tail}`);
  const request: RequestInit = { ...init, method: call.method, headers };
  if (body !== undefined) request.body = body;
  const response = await (options.fetch ?? fetch)(url, request);
  const text = await response.text();
  const isJson = /\bjson\b/.test(response.headers.get("content-type") ?? "");
  const held: unknown = text === "" ? undefined : isJson ? JSON.parse(text) : text;
  if (!response.ok) throw new ApiError(response.status, held, response);
  return held;
}

/** Every operation of the server, as a method. */
export class Client {
  readonly #options: ClientOptions;

  constructor(options: ClientOptions = {}) {
    this.#options = options;
  }
)ts";

}  // namespace coracle
