// npm's ws, as a client of our server and as a server of our client.
// usage: node websocket.cjs serve PORT, or node websocket.cjs ask URL; where ws is, NODE_PATH says.
const { WebSocket, WebSocketServer } = require("ws");
const [what, where] = process.argv.slice(2);
const SIZES = [0, 1, 125, 126, 127, 65535, 65536, 1 << 20, 16 << 20];
const MOST = { maxPayload: 1 << 25 };

let failures = 0;
let checks = 0;
function check(name, good, told) {
  checks += 1;
  if (good) return;
  failures += 1;
  console.log(`FAILED: ${name} ${told ?? ""}`);
}

// What arrives, in order: messages, pongs, the close.
function open(url, protocols = []) {
  const socket = new WebSocket(url, protocols, MOST);
  const seen = [];
  const waiting = [];
  const tell = (event) => (waiting.length ? waiting.shift()(event) : seen.push(event));
  socket.on("message", (data, binary) => tell({ data, binary }));
  socket.on("pong", (data) => tell({ pong: data }));
  socket.on("close", (code, reason) => tell({ code, reason: reason.toString() }));
  socket.on("unexpected-response", (_, answer) => tell({ status: answer.statusCode }));
  socket.on("error", (error) => tell({ error }));
  socket.next = () => (seen.length ? Promise.resolve(seen.shift()) : new Promise((done) => waiting.push(done)));
  socket.opened = new Promise((done) => socket.once("open", done));
  return socket;
}

function bytes(size) {
  const out = Buffer.alloc(size);
  for (let i = 0; i < size; i++) out[i] = i * 7;
  return out;
}

async function ask(base) {
  for (const path of ["/echo", "/pieces"]) {
    const socket = open(base + path);
    await socket.opened;
    for (const size of SIZES) {
      socket.send("x".repeat(size));
      let got = await socket.next();
      check(`${path} text ${size}`, !got.binary && got.data?.equals(Buffer.from("x".repeat(size))));
      const sent = bytes(size);
      socket.send(sent);
      got = await socket.next();
      check(`${path} binary ${size}`, got.binary && got.data?.equals(sent));
      socket.send(sent.subarray(0, size / 3), { fin: false });
      socket.send(sent.subarray(size / 3, size / 2), { fin: false });
      socket.send(sent.subarray(size / 2), { fin: true });
      got = await socket.next();
      check(`${path} fragments ${size}`, got.binary && got.data?.equals(sent));
    }
    socket.ping("are you there?");
    check("pong", (await socket.next()).pong?.toString() === "are you there?");
    socket.close(4002, "tired");
    const end = await socket.next();
    check("our code comes back", end.code === 4002, JSON.stringify(end));
  }
  const chat = open(base + "/chat", ["chat.v1", "other"]);
  check("the subprotocol", (await chat.next()).data?.toString() === "chat.v1" && chat.protocol === "chat.v1");
  check("a handler that ends closes", (await chat.next()).code === 1000);
  for (const code of [1000, 1001, 1008, 1011, 1012, 3000, 4999]) {
    const end = await open(`${base}/close/${code}`).next();
    check(`close ${code}`, end.code === code && end.reason === "because", JSON.stringify(end));
  }
  check("an exception", (await open(base + "/throws").next()).code === 1011);
  check("denied", (await open(base + "/deny").next()).status === 403);
  const pinged = open(base + "/ping");
  check("our ping is answered", (await pinged.next()).data?.toString() === "answered");
  const small = open(base + "/small");
  await small.opened;
  small.send("x".repeat(1000));
  check("at the limit", (await small.next()).data?.length === 1000);
  small.send("x".repeat(1001));
  check("beyond the limit", (await small.next()).code === 1009);
}

function serve(port) {
  const server = new WebSocketServer({
    port,
    host: "127.0.0.1",
    ...MOST,
    verifyClient: ({ req }, done) => done(req.url !== "/deny", 403),
    handleProtocols: (offered) => (offered.has("chat.v1") ? "chat.v1" : false),
  });
  server.on("connection", (socket, request) => {
    if (request.url === "/echo") socket.on("message", (data, binary) => socket.send(data, { binary }));
    if (request.url === "/close") socket.close(4001, "because");
    if (request.url === "/pings") {
      socket.on("pong", (data) => socket.send(data.toString() === "?!" ? "answered" : "otherwise"));
      socket.ping("?!");
    }
    if (request.url === "/pieces") {
      socket.send("a".repeat(2000), { fin: false });
      socket.ping();
      socket.send("b".repeat(70000), { fin: false });
      socket.send("c", { fin: true });
    }
  });
}

if (what === "serve") serve(Number(where));
else
  ask(where).then(
    () => {
      console.log(`${checks} checks, ${failures} failed`);
      process.exit(failures ? 1 : 0);
    },
    (error) => {
      console.log(`FAILED: ${error.stack}`);
      process.exit(1);
    }
  );
