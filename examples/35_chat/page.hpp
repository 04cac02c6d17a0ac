// page: the whole page of the chat, in one answer. Its room is what stands behind the # of its address.
inline constexpr const char* page = R"html(<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, interactive-widget=resizes-content">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>Chat</title>
<style>
  :root {
    --paper: #f5f5f2; --card: #fff; --ink: #1d1f22; --faint: #6b7078; --line: #dfe0dc; --own: #1f6f5c; --own-ink: #fff;
  }
  @media (prefers-color-scheme: dark) {
    :root {
      --paper: #15171a; --card: #22262b; --ink: #e8eaed; --faint: #979da6; --line: #33383f; --own: #277a66;
    }
  }
  * { box-sizing: border-box; }
  body {
    margin: 0; height: 100dvh; display: flex; flex-direction: column;
    background: var(--paper); color: var(--ink); font: 16px/1.45 system-ui, sans-serif;
  }
  header, form { flex: none; background: var(--card); border: 0 solid var(--line); }
  header { border-bottom-width: 1px; }
  form { border-top-width: 1px; padding-bottom: env(safe-area-inset-bottom); }
  .row { max-width: 46rem; margin: 0 auto; padding: .65rem 1rem; display: flex; gap: .6rem; align-items: center; }
  h1 { font-size: 1.05rem; margin: 0; flex: 1; min-width: 0; overflow: hidden; text-overflow: ellipsis;
       white-space: nowrap; }
  #state { color: var(--faint); font-size: .85rem; white-space: nowrap; }
  #state::before { content: ""; display: inline-block; width: .55rem; height: .55rem; border-radius: 50%;
                   margin-right: .4rem; background: #c9762b; }
  #state.open::before { background: #2f9e6e; }
  main { flex: 1; overflow-y: auto; overscroll-behavior: contain; }
  ol { list-style: none; margin: 0 auto; padding: 1rem; max-width: 46rem; min-height: 100%;
       display: flex; flex-direction: column; justify-content: flex-end; gap: .3rem; }
  li { max-width: 82%; align-self: flex-start; overflow-wrap: anywhere; }
  li p { margin: 0; padding: .45rem .8rem; white-space: pre-wrap; border-radius: 1.1rem;
         background: var(--card); border: 1px solid var(--line); width: fit-content; max-width: 100%; }
  li b { display: block; font-size: .8rem; font-weight: 600; margin: .5rem .8rem .15rem;
         color: hsl(var(--hue) 65% 30%); }
  @media (prefers-color-scheme: dark) { li b { color: hsl(var(--hue) 55% 68%); } }
  ol:empty::before { content: "Nothing has been said here yet."; color: var(--faint); margin: auto; }
  li.own { align-self: flex-end; }
  li.own p { background: var(--own); color: var(--own-ink); border-color: transparent; }
  li.note { align-self: center; color: var(--faint); font-size: .85rem; text-align: center; padding: .4rem; }
  li.same b, li.own b { display: none; }
  li.own:not(.same) { margin-top: .5rem; }
  input, button { font: inherit; color: inherit; border-radius: 1.3rem; border: 1px solid var(--line);
                  min-height: 2.6rem; }
  input { background: var(--paper); padding: 0 1rem; min-width: 0; }
  #name { width: 7.5rem; }
  #text { flex: 1; }
  button { background: var(--own); color: var(--own-ink); border-color: transparent; padding: 0 1.1rem;
           cursor: pointer; }
  button:disabled { opacity: .45; cursor: default; }
  :focus-visible { outline: 2px solid var(--own); outline-offset: 1px; }
  @media (max-width: 30rem) { #name { width: 5.2rem; } .row { padding: .55rem .7rem; gap: .45rem; } }
</style>
<header><div class="row"><h1></h1><span id="state" role="status">connecting</span></div></header>
<main><ol aria-live="polite"></ol></main>
<form><div class="row">
  <input id="name" maxlength="30" placeholder="Your name" aria-label="Your name" autocomplete="nickname">
  <input id="text" maxlength="2000" placeholder="Message" aria-label="Message" autocomplete="off" enterkeyhint="send">
  <button>Send</button>
</div></form>
<script>
const find = what => document.querySelector(what);
const [list, room_title, state, form, nick, text] = ["ol", "h1", "#state", "form", "#name", "#text"].map(find);
let room, socket, seen = 0, last_from = null, pause = 250;

nick.value = localStorage.getItem("name") ?? "guest " + Math.floor(100 + 900 * Math.random());
nick.onchange = () => localStorage.setItem("name", nick.value);

function add(what, from, words) {
  const at_end = find("main").scrollHeight - find("main").scrollTop - find("main").clientHeight < 80;
  const item = document.createElement("li");
  item.className = what + (from !== null && from === last_from ? " same" : "");
  if (from === null) item.textContent = words;
  else {
    const name = document.createElement("b"), line = document.createElement("p");
    const hue = [...from].reduce((sum, letter) => (sum * 31 + letter.codePointAt(0)) % 360, 7);
    name.style.setProperty("--hue", hue);
    name.textContent = from;
    line.textContent = words;
    item.append(name, line);
  }
  last_from = from;
  list.append(item);
  if (at_end || what === "own") find("main").scrollTop = find("main").scrollHeight;
}

function tell(words, open = false) {
  state.textContent = words;
  state.classList.toggle("open", open);
  find("button").disabled = !open;
}

// Whoever was cut off comes back by himself, and says what he has seen last.
function connect() {
  const mine = socket = new WebSocket(`${location.origin.replace("http", "ws")}/rooms/${room}?after=${seen}`);
  mine.onopen = () => { pause = 250; tell("connected", true); };
  mine.onmessage = ({data}) => {
    const said = JSON.parse(data);
    if (seen && said.id !== seen + 1) add("note", null, "some messages were missed");
    seen = said.id;
    add(said.from === nick.value ? "own" : "other", said.from, said.text);
  };
  mine.onclose = () => {
    if (mine !== socket) return;
    tell("connecting");
    setTimeout(() => mine === socket && connect(), pause);
    pause = Math.min(2 * pause, 8000);
  };
}

function enter() {
  room = encodeURIComponent(decodeURIComponent(location.hash.slice(1)) || "lobby");
  room_title.textContent = "# " + decodeURIComponent(room);
  document.title = decodeURIComponent(room) + " \u2013 chat";
  list.replaceChildren();
  seen = 0;
  last_from = null;
  socket?.close();
  connect();
}
form.onsubmit = event => {
  event.preventDefault();
  if (!text.value.trim() || socket.readyState !== WebSocket.OPEN) return;
  socket.send(JSON.stringify({from: nick.value.trim() || "guest", text: text.value}));
  text.value = "";
  text.focus();
};
onhashchange = enter;
enter();
</script>
</html>)html";
