# The FastAPI half of the twins: what coracle promises to answer alike. twin.cpp has the same routes in the same order.
# fastapi.tiangolo.com; usage: python twin.py, which says where it listens.
import datetime
import enum
from decimal import Decimal
from typing import Annotated, Any, Literal, Optional, Union

import uvicorn
from fastapi import APIRouter, BackgroundTasks, Body, Cookie, Depends, FastAPI, Form, Header, HTTPException
from fastapi import Path, Query, Request, Response, UploadFile
from fastapi.middleware.cors import CORSMiddleware
from fastapi.middleware.httpsredirect import HTTPSRedirectMiddleware
from fastapi.middleware.trustedhost import TrustedHostMiddleware
from fastapi.responses import HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse
from fastapi.security import APIKeyCookie, APIKeyHeader, APIKeyQuery, HTTPAuthorizationCredentials, HTTPBasic
from fastapi.security import HTTPBasicCredentials, HTTPBearer, OAuth2PasswordBearer
from pydantic import BaseModel, ConfigDict, EmailStr, Field, HttpUrl

app = FastAPI()


class Model(str, enum.Enum):
    alexnet = "alexnet"
    resnet = "resnet"
    lenet = "lenet"


class Pair(str, enum.Enum):
    left = "left"
    right = "right"


# Times as pydantic writes them, which is what a route with a response model answers.
class Moment(BaseModel):
    value: datetime.datetime


class Length(BaseModel):
    value: datetime.timedelta


# ---- path


@app.get("/users/me")
async def read_me():
    return {"user": "me"}


@app.get("/users/{user_id}")
async def read_user(user_id: int):
    return {"user": user_id}


@app.get("/path/float/{value}")
async def path_float(value: float):
    return {"value": value}


@app.get("/path/bool/{value}")
async def path_bool(value: bool):
    return {"value": value}


@app.get("/path/text/{value}")
async def path_text(value: str):
    return {"value": value}


@app.get("/path/model/{value}")
async def path_model(value: Model):
    return {"value": value}


@app.get("/path/pair/{value}")
async def path_pair(value: Pair):
    return {"value": value}


@app.get("/path/date/{value}")
async def path_date(value: datetime.date):
    return {"value": value}


@app.get("/path/time/{value}")
async def path_time(value: datetime.datetime) -> Moment:
    return Moment(value=value)


@app.get("/path/span/{value}")
async def path_span(value: datetime.timedelta) -> Length:
    return Length(value=value)


@app.get("/path/two/{first}/{second}")
async def path_two(first: int, second: float):
    return {"first": first, "second": second}


@app.get("/files/{name:path}")
async def path_rest(name: str):
    return {"name": name}


@app.get("/numbers/{value:int}")
async def path_int_only(value: int):
    return {"value": value}


@app.get("/fractions/{value:float}")
async def path_float_only(value: float):
    return {"value": value}


@app.get("/words/{value:str}/end")
async def path_word(value: str):
    return {"value": value}


# ---- query


@app.get("/query/int")
async def query_int(n: int):
    return {"n": n}


@app.get("/query/default")
async def query_default(skip: int = 0, limit: int = 10):
    return {"skip": skip, "limit": limit}


@app.get("/query/optional")
async def query_optional(n: Optional[int] = None):
    return {"n": n}


@app.get("/query/float")
async def query_float(x: float):
    return {"x": x}


@app.get("/query/bool")
async def query_bool(on: bool):
    return {"on": on}


@app.get("/query/bool-default")
async def query_bool_default(on: bool = False):
    return {"on": on}


@app.get("/query/text")
async def query_text(q: str):
    return {"q": q}


@app.get("/query/text-optional")
async def query_text_optional(q: Optional[str] = None):
    return {"q": q}


@app.get("/query/text-default")
async def query_text_default(q: str = "tea"):
    return {"q": q}


@app.get("/query/model")
async def query_model(m: Model):
    return {"m": m}


@app.get("/query/model-default")
async def query_model_default(m: Model = Model.resnet):
    return {"m": m}


@app.get("/query/date")
async def query_date(day: datetime.date):
    return {"day": day}


@app.get("/query/time")
async def query_time(at: datetime.datetime) -> Moment:
    return Moment(value=at)


@app.get("/query/span")
async def query_span(length: datetime.timedelta) -> Length:
    return Length(value=length)


@app.get("/query/ints")
async def query_ints(n: Annotated[list[int], Query()] = []):
    return {"n": n}


@app.get("/query/texts")
async def query_texts(q: Annotated[list[str], Query()] = []):
    return {"q": q}


@app.get("/query/models")
async def query_models(m: Annotated[list[Model], Query()] = []):
    return {"m": m}


@app.get("/query/three/{a}")
async def query_three(a: int, b: int, c: float, d: Optional[bool] = None):
    return {"a": a, "b": b, "c": c, "d": d}


# ---- JSON body


class Item(BaseModel):
    name: str
    price: float
    note: Optional[str] = None


class Box(BaseModel):
    id: int
    item: Item
    items: list[Item]
    tags: set[str]
    scores: dict[str, int]
    kind: Model


class Scalars(BaseModel):
    i: Optional[int] = None
    f: Optional[float] = None
    b: Optional[bool] = None
    s: Optional[str] = None
    m: Optional[Model] = None
    day: Optional[datetime.date] = None
    at: Optional[datetime.datetime] = None
    length: Optional[datetime.timedelta] = None


class Defaults(BaseModel):
    count: int = 7
    kind: str = "tool"
    big: bool = True


class Many(BaseModel):
    pair: Optional[tuple[int, str]] = None
    either: Optional[Union[int, str]] = None
    ints: Optional[list[int]] = None
    nested: Optional[list[list[int]]] = None
    table: Optional[dict[str, float]] = None


class Kinds(BaseModel):
    amount: Annotated[Decimal, Field(max_digits=6, decimal_places=2)] = Decimal("1.50")
    share: Annotated[Optional[Decimal], Field(ge=0, lt=1)] = None
    site: Optional[HttpUrl] = None
    mail: Optional[EmailStr] = None


class Cat(BaseModel):
    kind: Literal["cat", "lion"]
    lives: int


class Dog(BaseModel):
    kind: Literal["dog"]
    name: str


class Shelter(BaseModel):
    pets: list[Annotated[Union[Cat, Dog], Field(discriminator="kind")]]
    either: Optional[Union[Item, list[int], bool]] = None


@app.post("/items", status_code=201)
async def make_item(item: Item) -> Item:
    return item


@app.put("/items/{item_id}")
async def put_item(item_id: int, item: Item, q: Optional[int] = None):
    return {"id": item_id, "item": item, "q": q}


@app.post("/boxes")
async def make_box(box: Box) -> Box:
    return box


@app.post("/scalars")
async def scalars(values: Scalars) -> Scalars:
    return values


@app.post("/defaults")
async def defaults(values: Defaults) -> Defaults:
    return values


@app.post("/kinds")
async def kinds(values: Kinds) -> Kinds:
    return values


@app.get("/kinds")
async def query_kinds(d: Decimal = Decimal("0.10"), site: Optional[HttpUrl] = None, mail: Optional[EmailStr] = None):
    return {"d": d, "site": site, "mail": mail}


@app.post("/shelter")
async def shelter(values: Shelter) -> Shelter:
    return values


@app.post("/many")
async def many(values: Many) -> Many:
    return values


@app.post("/list-of-items")
async def list_of_items(items: list[Item]) -> list[Item]:
    return items


@app.post("/table")
async def table(values: dict[str, int]) -> dict[str, int]:
    return values


@app.post("/anything")
async def anything(value: Annotated[Any, Body()]):
    return value


@app.post("/maybe")
async def maybe(item: Optional[Item] = None):
    return {"item": item}


@app.patch("/items/{item_id}")
async def patch_item(item_id: int, item: Item):
    return {"id": item_id, "item": item}


@app.delete("/items")
async def delete_items(item: Item):
    return {"deleted": item}


# ---- answers


@app.get("/answer/text", response_class=PlainTextResponse)
async def answer_text():
    return "tea"


@app.get("/answer/html", response_class=HTMLResponse)
async def answer_html():
    return "<p>tea</p>"


@app.get("/answer/made", status_code=201)
async def answer_made():
    return {"made": True}


@app.get("/answer/nothing", status_code=204)
async def answer_nothing():
    return None


@app.get("/answer/item")
async def answer_item() -> Item:
    return Item(name="grün \u20ac \U0001f375 \"quoted\" \\ / \x07\n", price=3)


@app.get("/answer/numbers")
async def answer_numbers():
    return [0, -1, 1.0, 1.5, 1e100, 1e-7, 123456789.125, 9007199254740993, 0.1, -0.0, 1e16, 1e15, 5e-324, 3.0e20]


@app.get("/answer/redirect")
async def answer_redirect():
    return RedirectResponse("/users/me?x=1&y=a b\u00fc%20")


@app.get("/answer/see-other")
async def answer_see_other():
    return RedirectResponse("https://example.com/", 303)


@app.get("/answer/cookie")
async def answer_cookie():
    response = Response(status_code=200)
    response.set_cookie("session", "abc")
    return response


@app.get("/answer/cookie-full")
async def answer_cookie_full():
    response = PlainTextResponse("tea")
    response.set_cookie(
        "session", "abc", max_age=60, path="/x", domain="example.com", secure=True, httponly=True, samesite="strict"
    )
    response.set_cookie("b", "2", samesite="none", secure=True)
    return response


@app.get("/answer/cookie-gone")
async def answer_cookie_gone():
    response = Response(status_code=200)
    response.delete_cookie("session")
    return response


@app.get("/answer/fields")
async def answer_fields():
    return Response("{}", 202, {"X-Tea": "green", "Retry-After": "7"}, "application/tea+json")


@app.get("/answer/not-modified")
async def answer_not_modified():
    return Response(status_code=304)


# ---- errors


@app.get("/error/404")
async def error_404():
    raise HTTPException(404, "User not found")


@app.get("/error/detail/{kind}")
async def error_detail(kind: int):
    if kind == 0:
        raise HTTPException(400, {"code": 7, "why": ["a", None, 1.5]})
    if kind == 1:
        raise HTTPException(409)
    if kind == 2:
        raise HTTPException(418)
    if kind == 3:
        raise HTTPException(400, ["a", "b"])
    if kind == 4:
        raise HTTPException(503, "busy", {"Retry-After": "120"})
    if kind == 5:
        raise HTTPException(401, "Not authenticated", {"WWW-Authenticate": 'Basic realm="tea"'})
    if kind == 6:
        raise HTTPException(304)
    if kind == 7:
        raise HTTPException(204)
    if kind == 8:
        raise HTTPException(400, "gr\u00fcn \u20ac")
    raise HTTPException(422, "no tea")


@app.get("/error/500")
async def error_500():
    raise RuntimeError("the log tells, the client does not")


# ---- routing


@app.get("/routing/plain")
async def routing_plain():
    return {"plain": True}


@app.get("/routing/slash/")
async def routing_slash():
    return {"slash": True}


@app.get("/routing/both")
async def routing_both_get():
    return {"method": "GET"}


@app.post("/routing/both")
async def routing_both_post():
    return {"method": "POST"}


@app.api_route("/routing/any", methods=["GET", "POST", "PUT"])
async def routing_any(request: Request):
    return {"method": request.method}


@app.get("/routing/{first}/first")
async def routing_first(first: str):
    return {"first": first}


@app.get("/routing/first/{second}")
async def routing_second(second: str):
    return {"second": second}


@app.get("/CaseMatters")
async def case_matters():
    return {"case": True}


# ---- headers and cookies


@app.get("/header/text")
async def header_text(x_token: Annotated[str, Header()]):
    return {"value": x_token}


@app.get("/header/int")
async def header_int(x_depth: Annotated[int, Header()]):
    return {"value": x_depth}


@app.get("/header/default")
async def header_default(x_depth: Annotated[int, Header()] = 10):
    return {"value": x_depth}


@app.get("/header/optional")
async def header_optional(x_token: Annotated[Optional[str], Header()] = None):
    return {"value": x_token}


@app.get("/header/list")
async def header_list(x_token: Annotated[list[str], Header()] = []):
    return {"value": x_token}


@app.get("/cookie/text")
async def cookie_text(session: Annotated[str, Cookie()]):
    return {"value": session}


@app.get("/cookie/int")
async def cookie_int(visits: Annotated[int, Cookie()] = 0):
    return {"value": visits}


@app.get("/cookie/optional")
async def cookie_optional(ads: Annotated[Optional[str], Cookie()] = None):
    return {"value": ads}


@app.get("/sources/{one}")
async def sources(
    one: int, two: int, x_three: Annotated[int, Header()], four: Annotated[int, Cookie()]
):
    return {"sum": one + two + x_three + four}


# ---- forms


class Login(BaseModel):
    username: str
    password: str
    age: Optional[int] = None
    theme: str = "light"


class OnlyThese(BaseModel):
    model_config = ConfigDict(extra="forbid")
    limit: int = 10
    order: Optional[str] = None


@app.post("/form/model")
async def form_model(login: Annotated[Login, Form()]) -> Login:
    return login


@app.post("/form/fields")
async def form_fields(email: Annotated[str, Form()], age: Annotated[Optional[int], Form()] = None):
    return {"email": email, "age": age}


@app.get("/query-model")
async def query_model_struct(q: Annotated[OnlyThese, Query()]) -> OnlyThese:
    return q


# ---- files


@app.post("/upload/one")
async def upload_one(file: UploadFile):
    text = (await file.read()).decode()
    return {"filename": file.filename, "type": file.content_type, "size": file.size, "text": text}


@app.post("/upload/optional")
async def upload_optional(file: Optional[UploadFile] = None):
    return file.filename if file else None


@app.post("/upload/many")
async def upload_many(files: list[UploadFile] = []):
    return [each.filename for each in files]


@app.post("/upload/mixed")
async def upload_mixed(file: UploadFile, name: Annotated[str, Form()], n: Annotated[int, Form()] = 5):
    return {"file": file.filename, "name": name, "n": n}


class Profile(BaseModel):
    name: str
    age: int = 3
    avatar: UploadFile
    more: list[UploadFile] = []


@app.post("/upload/model")
async def upload_model(p: Annotated[Profile, Form()]):
    return {"name": p.name, "age": p.age, "avatar": p.avatar.filename, "more": [each.filename for each in p.more]}


# ---- constraints


@app.get("/checked/path/{n}")
async def checked_path(n: Annotated[int, Path(ge=1, le=100)]):
    return {"value": n}


@app.get("/checked/number")
async def checked_number(n: Annotated[int, Query(gt=0, lt=10)]):
    return {"value": n}


@app.get("/checked/fraction")
async def checked_fraction(x: Annotated[float, Query(ge=0.5, le=1.5)]):
    return {"value": x}


@app.get("/checked/step")
async def checked_step(n: Annotated[int, Query(multiple_of=5)]):
    return {"value": n}


@app.get("/checked/text")
async def checked_text(q: Annotated[str, Query(min_length=3, max_length=5)]):
    return {"value": q}


@app.get("/checked/one")
async def checked_one(q: Annotated[str, Query(min_length=1, max_length=1)]):
    return {"value": q}


@app.get("/checked/pattern")
async def checked_pattern(q: Annotated[str, Query(pattern="^[a-z]+[0-9]?$")]):
    return {"value": q}


class Bounded(BaseModel):
    name: Annotated[str, Field(min_length=1, max_length=3)]
    price: Annotated[float, Field(gt=0)]
    tags: Annotated[list[str], Field(min_length=1, max_length=2)]


@app.post("/checked/body")
async def checked_body(value: Bounded) -> Bounded:
    return value


# ---- dependencies


class Paging(BaseModel):
    q: Optional[str] = None
    skip: int = 0
    limit: int = 100


async def paging(p: Annotated[Paging, Query()]) -> Paging:
    return p


async def known_token(x_token: Annotated[str, Header()]) -> str:
    if x_token != "secret":
        raise HTTPException(400, "X-Token header invalid")
    return x_token


async def double(token: Annotated[str, Depends(known_token)]) -> str:
    return token + token


async def opened():
    yield "open"


@app.get("/depends/paging")
async def depends_paging(p: Annotated[Paging, Depends(paging)]) -> Paging:
    return p


@app.get("/depends/token")
async def depends_token(token: Annotated[str, Depends(double)]):
    return {"value": token}


@app.get("/depends/yield")
async def depends_yield(value: Annotated[str, Depends(opened)]):
    return {"value": value}


@app.get("/depends/order/{n}")
async def depends_order(n: int, p: Annotated[Paging, Depends(paging)], token: Annotated[str, Depends(known_token)]):
    return {"n": n, "p": p, "token": token}


# ---- security


@app.get("/security/bearer")
async def security_bearer(c: Annotated[HTTPAuthorizationCredentials, Depends(HTTPBearer())]):
    return {"value": c.credentials}


@app.get("/security/basic")
async def security_basic(c: Annotated[HTTPBasicCredentials, Depends(HTTPBasic())]):
    return {"user": c.username, "word": c.password}


@app.get("/security/oauth2")
async def security_oauth2(token: Annotated[str, Depends(OAuth2PasswordBearer(tokenUrl="token"))]):
    return {"value": token}


@app.get("/security/key-header")
async def security_key_header(key: Annotated[str, Depends(APIKeyHeader(name="x-key"))]):
    return {"value": key}


@app.get("/security/key-query")
async def security_key_query(key: Annotated[str, Depends(APIKeyQuery(name="key"))]):
    return {"value": key}


@app.get("/security/key-cookie")
async def security_key_cookie(key: Annotated[str, Depends(APIKeyCookie(name="key"))]):
    return {"value": key}


@app.get("/security/optional")
async def security_optional(
    c: Annotated[Optional[HTTPAuthorizationCredentials], Depends(HTTPBearer(auto_error=False))],
):
    return {"value": c.credentials if c else None}


# ---- what stands around


class Sold(Exception):
    pass


@app.exception_handler(Sold)
async def sold(request: Request, error: Sold):
    return JSONResponse({"message": "sold out"}, 418, {"Retry-After": "60"})


@app.get("/around/sold")
async def around_sold():
    raise Sold()


@app.get("/around/context")
async def around_context(response: Response):
    response.status_code = 202
    response.headers["Retry-After"] = "5"
    response.set_cookie("seen", "1")
    return {"value": 1}


@app.get("/around/background")
async def around_background(background: BackgroundTasks):
    background.add_task(lambda: None)
    return {"message": "Email scheduled"}


inner = APIRouter(prefix="/inner")


@inner.get("/{n}")
async def inner_one(n: int):
    return {"inner": n}


@inner.get("")
async def inner_all():
    return {"inner": "all"}


outer = APIRouter(prefix="/outer/{o}")
outer.include_router(inner)
app.include_router(outer, prefix="/v1")
app.include_router(inner, prefix="/v2")

shared = FastAPI()
shared.add_middleware(
    CORSMiddleware,
    allow_origins=["https://good.example"],
    allow_methods=["GET", "PUT"],
    allow_headers=["X-Tea"],
    allow_credentials=True,
    expose_headers=["X-Took", "X-More"],
)


@shared.get("/it")
async def shared_it():
    return {"shared": True}


@shared.get("/fails")
async def shared_fails():
    raise HTTPException(403)


@shared.get("/breaks")
async def shared_breaks():
    raise RuntimeError("the log tells")


app.mount("/shared", shared)

public = FastAPI()
public.add_middleware(CORSMiddleware, allow_origins=["*"], allow_methods=["*"], allow_headers=["*"], max_age=7)


@public.get("/it")
async def public_it():
    return {"public": True}


app.mount("/public", public)

trusted = FastAPI()
trusted.add_middleware(TrustedHostMiddleware, allowed_hosts=["good.example", "*.good.example"])


@trusted.get("/it")
async def trusted_it():
    return {"trusted": True}


app.mount("/trusted", trusted)

safe = FastAPI()
safe.add_middleware(HTTPSRedirectMiddleware)


@safe.get("/it")
async def safe_it():
    return {"safe": True}


app.mount("/safe", safe)


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=0, access_log=False, log_level="info", loop="asyncio", http="h11")
