# The FastAPI half of the twins: what coracle promises to answer alike. twin.cpp has the same routes in the same order.
# fastapi.tiangolo.com; usage: python twin.py, which says where it listens.
import datetime
import enum

import uvicorn
from fastapi import FastAPI, HTTPException, Request, Response
from fastapi.responses import HTMLResponse, PlainTextResponse, RedirectResponse
from pydantic import BaseModel
from typing import Annotated, Any, Optional, Union
from fastapi import Body, Query

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


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=0, access_log=False, log_level="info", loop="asyncio", http="h11")
