// depends<f>: what a function may be, what it may take, and what the handler sees of it.
#include <coracle/app/depends.hpp>

#include <coracle/app/app.hpp>

#include <app/stage.hpp>
#include <doctest/doctest.h>

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

using namespace coracle;

namespace {

std::string order;

struct user {
    int id = 0;
    std::string name{};
};
struct item {
    std::string name{};
    int price = 0;
};

int plain() {
    order += 'p';
    return 7;
}
task<user> waits(depends<plain> number) {
    co_await hop();
    order += 'w';
    co_return user{*number, "Ann"};
}
user kept{1, "Kept"};
user& reference() { return kept; }
task<const user&> waits_for_reference() {
    co_await hop();
    co_return kept;
}
void nothing() { order += 'n'; }
task<> waits_for_nothing() {
    co_await hop();
    order += 'N';
}
generator<int> yields() {
    order += '+';
    co_yield 3;
    order += '-';
}
generator<user&> yields_reference() {
    user local{4, "Local"};
    co_yield local;
    order += local.name;
}
generator<> yields_nothing() {
    order += '<';
    co_yield {};
    order += '>';
}
std::unique_ptr<int> moves() { return std::make_unique<int>(5); }

struct immovable {
    explicit immovable(int v) : value(v) {}
    immovable(const immovable&) = delete;
    immovable& operator=(const immovable&) = delete;
    int value;
};
immovable stays() { return immovable(6); }

struct multiply {
    int by;
    int operator()(depends<plain> number) const { return *number * by; }
};
constexpr multiply twice{2};
constexpr multiply thrice{3};
constexpr auto lambda = [](depends<twice> a, depends<thrice> b) { return *a + *b; };

std::thread::id slow() { return std::this_thread::get_id(); }

}  // namespace

TEST_CASE("a dependency is a function, a coroutine, a generator, an object, a lambda; its value a T, T& or nothing") {
    app app;
    app.get("/plain", [](depends<plain> a) -> task<int> { co_return *a; });
    app.get("/waits", [](depends<waits> a) -> task<user> { co_return *a; });
    app.get("/reference", [](depends<reference> a) -> task<bool> { co_return &*a == &kept; });
    app.get("/const-reference", [](depends<waits_for_reference> a) -> task<bool> { co_return &*a == &kept; });
    app.get("/nothing",
            [](depends<nothing>, depends<waits_for_nothing>) -> task<std::string> { co_return "done " + order; });
    app.get("/yields", [](depends<yields> a) -> task<int> { co_return *a; });
    app.get("/yields-reference", [](depends<yields_reference> a) -> task<std::string> {
        a->name = "Changed";
        co_return a->name;
    });
    app.get("/yields-nothing", [](depends<yields_nothing>) -> task<std::string> { co_return "in " + order; });
    app.get("/moves", [](depends<moves> a) -> task<int> { co_return **a; });
    app.get("/stays", [](depends<stays> a) -> task<int> { co_return a->value; });
    app.get("/objects", [](depends<lambda> a) -> task<int> { co_return *a; });
    // Named, because g++ 12 crashes over a lambda within a template argument.
    static constexpr auto path_of = [](request& asked) { return std::string(asked.target.path); };
    app.get("/here", [](depends<path_of> path) -> task<std::string> { co_return *path; });
    stage play(app);
    auto body_of = [&](std::string_view target) {
        order.clear();
        heard answer = play.get(target);
        CHECK(answer.status == 200);
        return answer.body;
    };
    CHECK(body_of("/plain") == "7");
    CHECK(body_of("/waits") == R"({"id":7,"name":"Ann"})");
    CHECK(body_of("/reference") == "true");
    CHECK(body_of("/const-reference") == "true");
    CHECK(body_of("/nothing") == "done nN");
    CHECK(body_of("/yields") == "3");
    CHECK(order == "+-");
    CHECK(body_of("/yields-reference") == "Changed");
    CHECK(order == "Changed");
    CHECK(body_of("/yields-nothing") == "in <");
    CHECK(order == "<>");
    CHECK(body_of("/moves") == "5");
    CHECK(body_of("/stays") == "6");
    CHECK(body_of("/objects") == "35");
    CHECK(order == "p");
    CHECK(body_of("/here") == "/here");
}

TEST_CASE("a dependency is called once in a request, in each scope once, and each time for fresh<>") {
    app app;
    app.get("/once", [](depends<waits> a, depends<plain> b, depends<waits> c) -> task<bool> {
        co_return &*a == &*c && *b == a->id;
    });
    app.get("/scopes", [](depends<plain> a, depends<plain, scope::function> b) -> task<bool> { co_return &*a != &*b; });
    app.get("/fresh", [](depends<plain> a, fresh<plain> b, fresh<plain> c, depends<plain> d) -> task<bool> {
        co_return &*a != &*b && &*b != &*c && &*a == &*d;
    });
    stage play(app);
    order.clear();
    CHECK(play.get("/once").body == "true");
    CHECK(order == "pw");
    order.clear();
    CHECK(play.get("/once").body == "true");
    CHECK(order == "pw");  // and again in the next request
    order.clear();
    CHECK(play.get("/scopes").body == "true");
    CHECK(order == "pp");
    order.clear();
    CHECK(play.get("/fresh").body == "true");
    CHECK(order == "ppp");
}

TEST_CASE("a plain function is called on the loop, one that blocks on the pool, and a plain handler on the pool") {
    static std::thread::id here;
    here = std::this_thread::get_id();
    app app;
    app.get("/inline", [](depends<slow> where) -> task<bool> { co_return *where == here; });
    app.get("/pool",
            [](depends<blocking<slow>> where, depends<blocking<reference>> who, depends<blocking<nothing>>)
                -> task<std::string> { co_return (*where == here ? "same " : "other ") + who->name; });
    app.get("/handler", [](depends<waits> a) { return a->name; });
    app.get("/handler-of-nothing", [](depends<waits> a) { a->name += "!"; });
    app.get("/on-loop", on_loop([](depends<waits> a, depends<plain> b) { return a->name + std::to_string(*b); }));
    app.get("/on-loop-of-nothing", on_loop([](depends<yields>) { order += 'H'; }));
    stage play(app);
    CHECK(play.get("/inline").body == "true");
    order.clear();
    CHECK(play.get("/pool").body == "same Kept");  // the stage's pool is its own thread
    CHECK(order == "n");
    CHECK(play.get("/handler").body == "Ann");
    CHECK(play.get("/handler-of-nothing").status == 204);
    CHECK(play.get("/on-loop").body == "Ann7");
    order.clear();
    CHECK(play.get("/on-loop-of-nothing").status == 204);
    CHECK(order == "+H-");
}

TEST_CASE("dependencies and handlers are ordinary functions: they are tested by calling them") {
    user ann{1, "Ann"};
    auto handler = [](depends<waits> who) { return who->name + (*who).name + static_cast<const user&>(who).name; };
    CHECK(handler(ann) == "AnnAnnAnn");
    int number = 21;
    CHECK(twice(number) == 42);
    depends<nothing> none;
    (void)none;
}

TEST_CASE("the body of a dependency: as JSON, beside the handler's own") {
    static constexpr auto name = [](item what) { return what.name; };
    app app;
    app.post("/both", [](depends<name> called, item in) -> task<std::string> { co_return *called + "=" + in.name; });
    app.post("/only", [](depends<name> called) -> task<std::string> { co_return *called; });
    app.post("/plain", [](depends<name> called, item in) { return *called + "=" + in.name; });
    stage play(app);
    for (bool late : {false, true}) {
        play.body_late = late;
        CHECK(play.post("/both", R"({"name":"cup","price":3})").body == "cup=cup");
        CHECK(play.post("/only", R"({"name":"cup","price":3})").body == "cup");
        CHECK(play.post("/plain", R"({"name":"cup","price":3})").body == "cup=cup");
        heard bad = play.post("/only", R"({"name":1})");
        CHECK(bad.status == 422);
        CHECK(bad.body.find(R"("loc":["body","name"])") != std::string::npos);
    }
}

TEST_CASE("what a dependency throws is the answer, and nothing behind it is called") {
    static constexpr auto deny = [](request& asked) {
        if (asked.headers["token"] != "secret") throw http_error(401, "Not authenticated");
    };
    static constexpr auto breaks = []() -> task<int> {
        co_await hop();
        throw std::runtime_error("no database");
        co_return 1;
    };
    app app;
    app.get("/", [](depends<deny>, depends<plain> number) -> task<int> { co_return *number; });
    app.get("/broken", [](depends<breaks> a, depends<plain>) -> task<int> { co_return *a; });
    stage play(app);
    order.clear();
    heard refused = play.get("/");
    CHECK(refused.status == 401);
    CHECK(refused.body == R"({"detail":"Not authenticated"})");
    CHECK(order.empty());
    CHECK(play.ask("GET /", {}, "token: secret\r\n").body == "7");
    order.clear();
    CHECK(play.get("/broken").status == 500);
    CHECK(order.empty());
    CHECK(play.errors == "no database\n");
}

TEST_CASE("a generator that yields no value, or two, is a mistake that the log tells") {
    static constexpr auto empty = [](depends<plain>) -> generator<int> { co_return; };
    static constexpr auto two = []() -> generator<int> {
        co_yield 1;
        co_yield 2;
    };
    app app;
    app.get("/empty", [](depends<empty> a) -> task<int> { co_return *a; });
    app.get("/two", [](depends<two, scope::function> a) -> task<int> { co_return *a; });
    stage play(app);
    CHECK(play.get("/empty").status == 500);
    CHECK(play.errors == "coracle: the generator of a dependency has ended without a co_yield of its value\n");
    play.errors.clear();
    CHECK(play.get("/two").status == 500);
    CHECK(play.errors == "coracle: the generator of a dependency has yielded twice; it yields its value once\n");
}
