#!/usr/bin/env python3
# Drives the page /docs of a real app in headless Chromium without network, as a reader would, by hand and by keyboard.
"""usage: tests/docs/drive.py SHOP DOCUMENT.json [FOLDER FOR PICTURES]"""

import json
import pathlib
import queue
import re
import signal
import subprocess
import sys
import tempfile
import threading

from browser import PATIENCE, Broken, Browser, find

SKIPPED = 77


class Page:
    """The page in its browser, and words for what a reader does with it."""

    def __init__(self, browser, root):
        self.browser, self.root = browser, root
        self.run, self.until, self.press, self.type = browser.run, browser.until, browser.press, browser.type

    def visit(self, name="", path="/docs"):
        """Loads it; with a name, at one operation, unfolded."""
        self.browser.visit(self.root + path + (name and "#" + name))
        self.until("document.querySelector('.intro, [role=alert]')", "the list is there")
        if name:
            self.until(f"{self.panel(name)}?.hidden === false", f"{name} is unfolded")

    def panel(self, name):
        return f"document.getElementById({json.dumps(name + '--panel')})"

    def fill(self, label, text):
        """Types into the control with this id, as a hand would."""
        self.run(f"document.getElementById({json.dumps(label)}).focus()")
        self.run("document.activeElement.select?.()")
        self.press("Delete")
        self.type(text)

    def click(self, within, word):
        self.run(f"[...({within}).querySelectorAll('button')].find(b => b.textContent === {json.dumps(word)}).click()")

    def send(self, name):
        """Sends, and gives the text of the answer's status and body."""
        self.click(self.panel(name), "Send")
        return self.answer(name)

    def answer(self, name):
        there = f"[...{self.panel(name)}.querySelectorAll('[role=region] .body, .wrong:not([hidden])')]"
        self.until(f"{there}.some(one => one.textContent || one.querySelector('img'))", f"{name} has an answer")
        self.until(f"{self.panel(name)}.querySelector('.primary').textContent === 'Send'", f"{name} is complete")
        return self.run(f"{self.panel(name)}.querySelector('[role=region]').innerText + "
                        f"{self.panel(name)}.querySelector('.actions + .wrong').innerText")

    def curl(self, name):
        return self.run(f"{self.panel(name)}.querySelector('.curl pre').textContent")

    def remember(self, what):
        """Credentials, as if they had been given."""
        self.run(f"given = {json.dumps(what)}, memory.write(given), document.dispatchEvent(new Event('authorised'))")


def expect(value, *parts):
    for part in parts:
        if part not in value:
            raise Broken(f"expected {part!r} in:\n{value}")


def same(value, wanted):
    if value != wanted:
        raise Broken(f"expected {wanted!r}, not {value!r}")


VISIBLE = "[...document.querySelectorAll('article')].filter(one => !one.hidden).map(one => one.id)"


def lists(page):
    """The document is listed by tag, and a hostile title stayed text."""
    page.visit()
    same(page.run("document.title"), "Shop & <script>alert(1)</script>")
    same(page.run("document.querySelector('h1').textContent"), "Shop")
    groups = page.run("[...document.querySelectorAll('main h2')].map(one => one.textContent)")
    same(groups, ["items", "orders", "files", "login", "Other", "Webhooks", "Schemas"])
    same(page.run("document.querySelectorAll('script').length"), 1)
    page.browser.picture(page.pictures / "desktop.png")


def searches(page):
    """`/` finds by any word of an operation, and Escape takes it back."""
    page.visit()
    everything = page.run(f"{VISIBLE}.length")
    page.press("/")
    same(page.run("document.activeElement.id"), "search")
    page.type("post /upl")
    same(page.run(VISIBLE), ["upload_upload_post"])
    same(page.run("document.getElementById('said').textContent"), f"1 of {everything}")
    same(page.run("[...document.querySelectorAll('main h2')].filter(one => one.checkVisibility()).length"), 1)
    page.type(" nonsense")
    same(page.run("document.getElementById('nothing').checkVisibility()"), True)
    page.press("Escape")
    same(page.run(f"{VISIBLE}.length"), everything)
    same(page.run("document.getElementById('search').value"), "")


def keyboard(page):
    """An operation is found, unfolded, filled in, sent and folded without a mouse."""
    page.visit()
    page.press("/")
    page.type("list items")
    page.press("ArrowDown")
    page.press("Enter")
    same(page.run("document.activeElement.getAttribute('aria-expanded')"), "true")
    same(page.run("location.hash"), "#list_items_items_get")
    for _ in range(20):
        page.press("Tab")
        if page.run("document.activeElement.id").endswith("--query-limit"):
            break
    same(page.run("getComputedStyle(document.activeElement).outlineStyle"), "solid")
    page.type("7")
    expect(page.curl("list_items_items_get"), "/items?limit=7")
    page.press("Enter", control=True)
    expect(page.answer("list_items_items_get"), "200 OK", '"name": "coracle"')
    page.browser.picture(page.pictures / "answer.png")
    page.press("Escape")
    same(page.run("document.activeElement.getAttribute('aria-expanded')"), "false")
    page.run("document.getElementById('search').value = '', filter()")
    page.press("ArrowDown")
    same(page.run("document.activeElement.parentElement.parentElement.id"), "add_item_items_post")


def posts(page):
    """A body made from its schema is sent; the token of the dialog goes with it, and is there after a reload."""
    name = "add_item_items_post"
    page.visit(name)
    expect(page.send(name), "401 Unauthorized", '"Not authenticated"')
    page.click(page.panel(name), "Authorise")
    page.until("document.getElementById('dialog').open", "the dialog is open")
    same(page.run("document.activeElement.id"), "scheme-HTTPBearer-value")
    page.type("river")
    page.press("Enter")
    page.until("document.getElementById('schemes').textContent.includes('In use')", "the token is in use")
    page.browser.picture(page.pictures / "dialog.png")
    page.press("Escape")
    page.until("!document.getElementById('dialog').open", "Escape closes the dialog")
    expect(page.send(name), "201 Created", '"id": 9007199254740993', '"name": "coracle"')
    expect(page.curl(name), "curl -X POST", "-H 'authorization: Bearer river'", "--data-raw '{")
    page.browser.picture(page.pictures / "post.png", whole=True)
    page.visit(name)
    expect(page.run("document.getElementById('authorise').textContent"), "Authorised (1)")
    page.fill(name + "--body", '{"name": "it\'s", "price": true, "kind": "spoon"}')
    expect(page.curl(name), r"it'\''s")
    expect(page.send(name), "422 Unprocessable", '"loc"', "'boat', 'paddle' or 'rope'")
    page.fill(name + "--body", "{")
    expect(page.run(f"{page.panel(name)}.innerText"), "Not JSON yet")
    expect(page.send(name), "422")


def logs_in(page):
    """The password flow fetches its token, or says why there is none."""
    page.visit()
    page.run("openAuthorisation()")
    form = "[...document.querySelectorAll('.scheme')].find(one => one.textContent.startsWith('OAuth2'))"
    page.fill("scheme-OAuth2PasswordBearer-user", "me")
    page.fill("scheme-OAuth2PasswordBearer-password", "wrong")
    page.press("Enter")
    page.until(f"{form}.innerText.includes('answered 400: Incorrect username or password')", "the refusal is told")
    page.fill("scheme-OAuth2PasswordBearer-password", "right")
    page.click(form, "Log in")
    page.until("given.OAuth2PasswordBearer?.value === 'river'", "the token is fetched")
    same(page.run("document.getElementById('scheme-OAuth2PasswordBearer-password').value"), "")
    page.click(form, "Forget")
    same(page.run("JSON.stringify(memory.read().OAuth2PasswordBearer ?? null)"), "null")


def authorises(page):
    """Basic, and keys in header, query and cookie."""
    page.visit("delete_item_items__item_id__delete")
    page.remember({"HTTPBasic": {"user": "jürgen", "password": "p:w"}})
    expect(page.send("delete_item_items__item_id__delete"), '"authorization: Basic asO8cmdlbjpwOnc="', '"DELETE"')
    page.visit("file_files__path__get")
    page.remember({"APIKeyQuery": {"value": "k&y"}, "APIKeyCookie": {"value": "crumb"}, "APIKeyHeader": {"value": "h"}})
    page.fill("file_files__path__get--path-path", "a b/c")
    said = page.send("file_files__path__get")
    expect(said, '"query": "key=k%26y"', "Cookie: key=crumb", '"/files/a%20b%2Fc"')
    expect(page.curl("file_files__path__get"), "-b 'key=crumb'")
    page.visit("picture_picture_get")
    expect(page.curl("picture_picture_get"), "-H 'x-api-key: h'")
    expect(page.send("picture_picture_get"), "200 OK", "Save")
    page.until(f"{page.panel('picture_picture_get')}.querySelector('img').naturalWidth === 1", "the picture is shown")


def parameters(page):
    """Path, header, cookie and repeated query parameters go where they belong; what is left empty is not sent."""
    name = "read_item_items__item_id__get"
    page.visit(name)
    page.fill(name + "--header-if-none-match", '"abc"')
    page.fill(name + "--cookie-session", "s1")
    expect(page.send(name), '"/items/1"', 'if-none-match: \\"abc\\"', "session=s1", '"query": ""')
    page.fill(name + "--path-item_id", "")
    expect(page.send(name), 'The path wants a value for "item_id".')
    page.visit("list_items_items_get")
    page.fill("list_items_items_get--query-tag", "a\nb c")
    expect(page.curl("list_items_items_get"), "?tag=a&tag=b%20c'")
    page.run("document.getElementById('list_items_items_get--query-kind').selectedIndex = 2")
    page.run("document.getElementById('list_items_items_get--query-kind').form.dispatchEvent(new Event('input'))")
    expect(page.curl("list_items_items_get"), "kind=paddle&tag=a")
    page.fill("list_items_items_get--query-skip", "seven")
    expect(page.send("list_items_items_get"), "422", '"int_parsing"')


def forms(page):
    """Fields as urlencoded text, and files in parts."""
    page.visit("form_form_post")
    page.fill("form_form_post--body-name", "a&b")
    expect(page.send("form_form_post"), '"name=a%26b&age=3"', "application/x-www-form-urlencoded")
    expect(page.curl("form_form_post"), "--data-raw 'name=a%26b&age=3'")
    page.visit("upload_upload_post")
    with tempfile.NamedTemporaryFile(suffix=".txt") as file:
        file.write(b"float")
        file.flush()
        for field in ("file", "more"):
            script = f"document.getElementById('upload_upload_post--body-{field}')"
            node = page.browser.ask("Runtime.evaluate", expression=script)["result"]["objectId"]
            page.browser.ask("DOM.setFileInputFiles", files=[file.name], objectId=node)
        page.fill("upload_upload_post--body-note", "n")
        name = pathlib.Path(file.name).name
        expect(page.send("upload_upload_post"), f'name=\\"file\\"; filename=\\"{name}\\"', "float", 'name=\\"note\\"')
        expect(page.curl("upload_upload_post"), f"-F 'file=@{name}'", "--form-string 'note=n'")


def schemas(page):
    """A schema that contains itself unfolds as far as one likes, and its example ends."""
    page.visit("grow_tree_post")
    for depth in range(5):
        page.run(f"{page.panel('grow_tree_post')}.querySelectorAll('.schema')[0].open = true")
        page.run(f"[...{page.panel('grow_tree_post')}.querySelectorAll('.schema details')].at(-1).open = true")
        page.until(f"{page.panel('grow_tree_post')}.querySelectorAll('.schema ul.fields').length >= {depth + 2}",
                   f"depth {depth} is unfolded")
    same(json.loads(page.run("document.getElementById('grow_tree_post--body').value")),
         {"name": "string", "parent": None, "children": []})
    page.visit("order_orders_post")
    made = json.loads(page.run("document.getElementById('order_orders_post--body').value"))
    same(made["pay"], {"type": "card", "number": "string"})
    same(made["to"], "user@example.com")
    page.visit("schema/Item-Input")
    page.run(UNFOLD)
    page.until("document.activeElement.closest('article').innerText.includes('in metres')", "Size is unfolded")
    unfolded = page.run("document.activeElement.closest('article').innerText")
    expect(unfolded, "1 to 80 characters", "≥ 0", "^[A-Z]{2}-[0-9]+$")


def links(page):
    """Links lead to an operation, Swagger UI's too; one that leads nowhere does no harm."""
    page.visit("items/add_item_items_post".split("/")[1])
    page.browser.visit(page.root + "/docs#/orders/tree_tree_get")
    page.until(f"{page.panel('tree_tree_get')}?.hidden === false", "the old link leads to its operation")
    page.run("location.hash = '#form_form_post'")
    page.until(f"{page.panel('form_form_post')}.hidden === false", "a link within the page leads there")
    page.run("location.hash = '#nobody%'")
    same(page.run("[...document.querySelectorAll('.panel')].filter(one => !one.hidden).length"), 2)


def troubles(page):
    """What goes wrong is told in a sentence."""
    for path, document, words in (
        ("..%2Fmissing", "", "was answered with 404"),
        ("broken", '{"openapi":', "is not JSON"),
        ("old", '{"swagger": "2.0"}', 'is no OpenAPI 3 document: its field "openapi" is missing.'),
        ("empty", '{"openapi": "3.1.0", "info": {"title": "Empty"}, "paths": {}}', "This API has no operations yet."),
        ("odd", '{"openapi": "3.1.0", "paths": {"/": {"get": {"tags": 1, "parameters": 2}}}, "tags": [null]}', "/"),
    ):
        page.browser.played[path] = document
        page.visit(path="/docs/" + path)
        expect(page.run("document.querySelector('main').innerText"), words)
    name = "health_health_get"
    page.visit(name)
    expect(page.send(name), "200 OK", "well")
    page.run("document.querySelector('.server select').value = 1")
    page.run("document.querySelector('.server select').dispatchEvent(new Event('change'))")
    expect(page.curl(name), "https://elsewhere.example.com/v1/health")
    expect(page.send(name), "its Content-Security-Policy does not name https://elsewhere.example.com")
    # The browser notes on its console what the policy refused.
    page.browser.errors = [one for one in page.browser.errors if "Content Security Policy" not in one]
    page.visit(name)
    offline = {"latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
    page.browser.ask("Network.emulateNetworkConditions", offline=True, **offline)
    expect(page.send(name), "No answer came from http://127.0.0.1:")
    page.run("load()")
    page.until("document.querySelector('main').innerText.includes('cannot be reached')", "the lost document is told")
    page.browser.picture(page.pictures / "trouble.png")
    page.browser.ask("Network.emulateNetworkConditions", offline=False, **offline)
    page.click("document.querySelector('main')", "Try again")
    page.until("document.querySelector('.intro')", "it is there again")


HOSTILE = "</script><img src=x onerror='window.hit=1'>"
LOOP = {"$ref": "#/components/schemas/Loop"}
EVIL = {
    "openapi": "3.1.0",
    "info": {"title": HOSTILE, "contact": {"name": "c", "url": "javascript:window.hit=1"},
             "description": f"{HOSTILE} [a](javascript:window.hit=1) [b](data:text/html,x) `x` **{HOSTILE}**"},
    "servers": [{"url": "javascript:window.hit=1"}],
    "security": [{"constructor": []}, {"__proto__": []}],
    "paths": {
        "/" + HOSTILE: {"get": {"operationId": HOSTILE, "summary": HOSTILE, "tags": ["__proto__"], "parameters": [
            {"name": "constructor", "in": "query", "schema": {"enum": [HOSTILE]}, "description": HOSTILE}, None,
            {"$ref": "#/nowhere"}, {"name": "r", "in": "header", "schema": LOOP}]}},
        "/loop": {"post": {"operationId": "loop", "requestBody": {"content": {"application/json": {"schema": LOOP}}},
            "responses": {"200": {"content": {"application/json": {"schema": {"$ref": "http://elsewhere.example/x"}}}},
                          "default": None}}},
        "/none": None,
    },
    "components": {"securitySchemes": {"constructor": {"type": "http", "scheme": "bearer", "description": HOSTILE},
                                       "__proto__": {"type": "apiKey", "in": "header", "name": "x"}},
                   "schemas": {"Loop": LOOP, "__proto__": {"allOf": [{"$ref": "#/components/schemas/__proto__"}]},
                               "Ring": {"type": "array", "items": {"$ref": "#/components/schemas/Ring"}},
                               "Both": {"anyOf": [{"$ref": "#/components/schemas/Both"}, {"type": "null"}]}}},
}


def hostile(page):
    """W9: a document that means harm is text, and one that bites its tail ends."""
    page.browser.played["evil"] = json.dumps(EVIL)
    page.visit(path="/docs/evil")
    page.run(UNFOLD)
    page.run("document.querySelectorAll('details').forEach(one => one.open = true)")
    page.run("openAuthorisation()")
    same(page.run("document.querySelectorAll('img, main script, [onerror]').length"), 0)
    same(page.run("[...document.links].filter(one => !/^https?:/.test(one.href)).length"), 0)
    same(page.run("document.querySelector('h1').textContent"), HOSTILE)
    same(page.run("document.querySelectorAll('.panel .wrong:not([hidden])').length"), 0)
    expect(page.run(f"{page.panel('loop')}.innerText"), "http://elsewhere.example/x", "POST 'http://127.0.0.1:")
    same(page.run("window.hit ?? null"), None)
    same(page.run("Object.keys(Object.prototype).length"), 0)


def many(page):
    """A thousand operations are there soon, and searched as one types."""
    path = {"get": {"summary": "Say", "parameters": [{"name": "q", "in": "query", "schema": {"type": "string"}}]}}
    spec = {"openapi": "3.1.0", "info": {"title": "Many"}, "paths": {f"/a{i}/b": path for i in range(1000)}}
    page.browser.played["many"] = json.dumps(spec)
    page.visit(path="/docs/many")
    took = page.run("(() => { const at = performance.now(); draw(); return performance.now() - at; })()")
    typed = page.run("(() => { const at = performance.now(); $('search').value = 'a77'; filter();"
                     "document.body.offsetHeight; return performance.now() - at; })()")
    same(page.run(f"{VISIBLE}.length"), 11)
    print(f"        drawn in {took:.0f} ms, searched in {typed:.0f} ms")
    if max(took, typed) > 2000 * PATIENCE / 20:
        raise Broken(f"drawing took {took:.0f} ms, searching {typed:.0f} ms")


def own(page):
    """What an app says of itself is shown as well: its page, its document, its policy, its routes."""
    page.visit(path="/own")
    same(page.run("document.querySelector('h1').textContent"), "Own")
    expect(page.run("entries.map(one => one.method + ' ' + one.path).join()"), "get /items", "post /token")
    same(page.run("fetch(location.href).then(answer => answer.headers.get('content-security-policy').split(';')[0])"),
         "default-src 'none'")
    page.run("open(entries.find(one => one.method === 'get' && one.path === '/items'))")
    page.run("document.querySelector('.panel:not([hidden]) .primary').click()")
    page.until("document.querySelector('.panel:not([hidden]) pre.answer span')", "its answer is shown")
    expect(page.run("document.querySelector('.panel:not([hidden]) .status').innerText"), "200 OK")
    page.run(UNFOLD)
    same(page.run("document.querySelectorAll('.panel .wrong:not([hidden])').length"), 0)
    page.browser.picture(page.pictures / "own.png", whole=True)


UNFOLD = "entries.forEach(one => open(one)); document.querySelectorAll('details').forEach(one => one.open = true)"
# The pairs of colours that are too near to one another: WCAG 1.4.3.
CONTRAST = r"""(() => {
  const canvas = new OffscreenCanvas(1, 1).getContext('2d', {willReadFrequently: true});
  const rgb = (colour, below) => {
    canvas.fillStyle = `rgb(${below})`;
    canvas.fillRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  const light = colour => colour.map(c => c / 255).map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = element => element ? rgb(getComputedStyle(element).backgroundColor, ground(element.parentElement))
    : [255, 255, 255];
  const bad = new Set();
  for (const element of document.querySelectorAll('body *')) {
    const own = [...element.childNodes].some(node => node.nodeType === 3 && node.data.trim());
    if (!own && !element.matches('input, textarea, select') || !element.checkVisibility()) continue;
    if (element.closest('.unseen, .skip')) continue;
    const below = ground(element);
    const [a, b] = [light(rgb(getComputedStyle(element).color, below)), light(below)].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < 4.5) bad.add(`${element.localName}.${element.className} ${ratio.toFixed(2)}`);
  }
  return [...bad];
})()"""


def colours(page):
    """Light and dark, by the system and by hand, each with enough contrast."""
    grounds = []
    for scheme in ("light", "dark"):
        page.browser.media(prefers_color_scheme=scheme, prefers_reduced_motion="reduce")
        page.visit("add_item_items_post")
        page.run(UNFOLD)
        same(page.run(CONTRAST), [])
        grounds.append(page.run("getComputedStyle(document.body).backgroundColor"))
        page.run("openAuthorisation()")
        same(page.run(CONTRAST), [])
        page.run("document.getElementById('dialog').close()")
        page.run("scrollTo(0, 0)")
        page.browser.picture(page.pictures / f"{scheme}.png")
    if grounds[0] == grounds[1]:
        raise Broken(f"light and dark are both {grounds[0]}")
    page.run("document.getElementById('theme').click()")
    same(page.run("getComputedStyle(document.body).backgroundColor"), grounds[0])
    page.visit()
    same(page.run("getComputedStyle(document.body).backgroundColor"), grounds[0])
    page.run("localStorage.clear()")
    page.browser.media()


def phone(page):
    """On 360 pixels nothing has to be scrolled sideways, and nothing is too small to touch."""
    page.browser.size(360, 740, 2)
    page.visit("add_item_items_post")
    page.browser.picture(page.pictures / "phone.png")
    page.run(UNFOLD)
    same(page.run("document.documentElement.scrollWidth"), 360)
    wide = """[...document.querySelectorAll('main *')].filter(one => one.checkVisibility()
        && !one.closest('pre, .unseen') && one.getBoundingClientRect().right > 360.5)
        .map(one => one.localName + '.' + one.className)"""
    same(page.run(wide), [])
    same(page.run("[...document.querySelectorAll('.line')].filter(one => one.offsetHeight < 44).length"), 0)
    page.browser.picture(page.pictures / "phone_unfolded.png", whole=True)
    page.run("openAuthorisation()")
    same(page.run("document.documentElement.scrollWidth"), 360)
    page.browser.picture(page.pictures / "phone_dialog.png")
    page.browser.size(1280, 900)


def names(page):
    """Every control has a name for those who do not see it, and every id is there once."""
    page.visit()
    page.run(UNFOLD)
    page.run("openAuthorisation()")
    nameless = """[...document.querySelectorAll('input, select, textarea, button, [role=region], nav, dialog')]
        .filter(one => !(one.labels?.length || one.ariaLabel || one.textContent.trim()
        || one.getAttribute('aria-labelledby')))
        .map(one => one.outerHTML)"""
    same(page.run(nameless), [])
    ids = "[...document.querySelectorAll('[id]')].map(one => one.id)"
    same(page.run(f"{ids}.filter((one, index, all) => all.indexOf(one) !== index)"), [])
    lost = "[...document.querySelectorAll('[aria-controls]')].filter(one => !$(one.getAttribute('aria-controls')))"
    same(page.run(lost + ".length"), 0)


def prints(page):
    """On paper everything is unfolded, and folded again afterwards."""
    page.visit()
    page.browser.paper(page.pictures / "paper.pdf")
    same(page.run("[...document.querySelectorAll('.panel')].filter(one => !one.hidden).length"), 0)
    pages = len(re.findall(rb"/Type\s*/Page\b", (page.pictures / "paper.pdf").read_bytes()))
    if pages < 5:
        raise Broken(f"the paper has only {pages} pages: it was printed folded")


def policy(page):
    """Nothing runs in the page but its own script, even if somebody got an element in."""
    page.visit()
    page.run("document.body.append(Object.assign(document.createElement('style'), {textContent: 'body{color:red}'}))")
    same(page.run("getComputedStyle(document.body).color === 'rgb(255, 0, 0)'"), False)
    for attack in (
        "document.body.innerHTML = '<img src=x onerror=alert(1)>'",
        "document.body.append(Object.assign(document.createElement('script'), {text: 'window.hit = 1'}))",
        "eval('window.hit = 1')",
    ):
        refusal = page.run(f"(() => {{ try {{ {attack} }} catch (error) {{ return error.name }} }})()")
        same(refusal, "EvalError" if "eval" in attack else "TypeError")
    same(page.run("window.hit ?? null"), None)
    # The browser notes what it refused.
    known = ("Content Security Policy", "TrustedHTML", "TrustedScript")
    page.browser.errors = [one for one in page.browser.errors if not any(word in one for word in known)]


STORIES = (lists, searches, keyboard, posts, logs_in, authorises, parameters, forms, schemas, links, troubles,
           hostile, many, own, colours, phone, names, prints, policy)


def start(shop, document):
    """The shop, and where it listens."""
    process = subprocess.Popen([shop, document], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    lines = queue.Queue()
    threading.Thread(target=lambda: [lines.put(line) for line in process.stdout] + [lines.put("")], daemon=True).start()
    while line := lines.get(timeout=PATIENCE):
        if found := re.search(r"http://127\.0\.0\.1:\d+", line):
            return process, found.group()
    raise Broken("the shop has ended")


def main(shop, document, folder=None):
    program = find()
    if not program:
        print("skipped: there is no Chromium to drive the page with: apt-get install chromium")
        return SKIPPED
    broken = 0
    with tempfile.TemporaryDirectory() as scratch:
        pictures = pathlib.Path(folder or scratch)
        pictures.mkdir(parents=True, exist_ok=True)
        process, root = start(shop, document)
        browser = Browser(program)
        try:
            for story in STORIES:
                browser.errors, browser.strangers = [], []
                browser.size(1280, 900)
                page = Page(browser, root)
                page.pictures = pictures
                try:
                    story(page)
                    page.run("sessionStorage.clear()")
                    same(browser.errors, [])
                    same(browser.strangers, [])
                    print(f"holds   {story.__name__}: {story.__doc__}")
                except Broken as error:
                    broken += 1
                    print(f"broken  {story.__name__}: {story.__doc__}\n{error}\n{browser.errors}")
                    browser.picture(pictures / f"broken_{story.__name__}.png")
        finally:
            browser.close()
            process.send_signal(signal.SIGINT)
            process.wait(PATIENCE)
    print(f"[docs] stories: {len(STORIES)} | {len(STORIES) - broken} passed | {broken} failed |")
    return 1 if broken else 0


if __name__ == "__main__":
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
