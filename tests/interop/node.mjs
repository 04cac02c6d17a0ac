// Requests on the standard input, one JSON text; answers on the standard output. Node's own fetch.
import { readFileSync } from "node:fs";

const asked = JSON.parse(readFileSync(0, "utf8"));
const answers = [];
for (const one of asked) {
    const how = { method: one.method, headers: one.headers, redirect: "manual" };
    if (one.body !== null) {
        const body = Buffer.from(one.body, "base64");
        how.body = body;
        if (one.chunked) {
            how.duplex = "half";
            how.body = new ReadableStream({
                start(controller) {
                    for (let at = 0; at < body.length; at += 10000) controller.enqueue(body.subarray(at, at + 10000));
                    controller.close();
                },
            });
        }
    }
    const answer = await fetch(one.url, how);
    const bytes = Buffer.from(await answer.arrayBuffer());
    answers.push({ status: answer.status, type: answer.headers.get("content-type") ?? "",
                   location: answer.headers.get("location") ?? "", body: bytes.toString("base64") });
}
console.log(JSON.stringify(answers));
