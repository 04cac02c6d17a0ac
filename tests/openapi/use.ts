// A program that uses the printed client: it compiles only if the types are what the app says.
import { ApiError, Client, type item, type kind } from "./client";

const client = new Client({
  baseUrl: "https://market.example.org",
  token: async () => "secret",
  apiKeys: { APIKeyHeader: "k" },
});

export async function useAll(): Promise<string> {
  const made: item = await client.make_item({ body: { name: "hammer", sort: "tool" } });
  const all = await client.list_items({ query: { limit: 5 } });
  const sorts: (kind | undefined)[] = all.items.map((each) => each.sort);
  const none: void = await client.drop_item({ path: { id: made.id ?? 0 } });
  const name: string = await client.post_sources_profile({ body: { name: "ann", picture: new Blob(["x"]) } });
  await client.post_sources_files({ body: { note: name, files: [new File(["x"], "x.txt"), new Blob(["y"])] } });
  await client.post_sources_stream({ body: new FormData() });
  const depth: number = await client.get_sources_header();
  try {
    return await client.me();
  } catch (error) {
    if (error instanceof ApiError && error.status === 401)
      return String(error.body) + String(sorts.length + depth) + String(none);
    throw error;
  }
}

// @ts-expect-error: a name is required
export const wrong = () => client.make_item({ body: {} });
// @ts-expect-error: a picture is no text
export const flat = () => client.post_sources_profile({ body: { name: "a", picture: "b" } });
// @ts-expect-error: there is no such kind
export const odd = () => client.make_item({ body: { name: "a", sort: "food" } });
