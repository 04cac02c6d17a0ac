#include <doctest/doctest.h>

#include <coracle/app/resource.hpp>

#include <app/stage.hpp>

#include <map>
#include <stdexcept>
#include <string>

using namespace coracle;

namespace {

struct note {
    std::string text;
};

/// What a path does with its methods, in one place.
class notes {
public:
    task<note> get(int id) const {
        auto found = rows_.find(id);
        if (found == rows_.end()) throw http_error(404, "No such note");
        co_return found->second;
    }
    task<note> put(int id, note in) {
        co_await hop();
        rows_[id] = in;
        co_return in;
    }
    void del(int id) { rows_.erase(id); }

private:
    std::map<int, note> rows_;
};

}  // namespace

TEST_CASE("a resource answers the methods that it has members for") {
    app app;
    resource(app, "/notes/{id}", notes());
    stage play(app);
    CHECK(app.size() == 3);
    CHECK(play.get("/notes/1").status == 404);
    CHECK(play.ask("PUT /notes/1", R"({"text":"tea"})", "content-type: application/json\r\n").body ==
          R"({"text":"tea"})");
    CHECK(play.get("/notes/1").body == R"({"text":"tea"})");
    CHECK(play.post("/notes/1", "").status == 405);
    CHECK(play.post("/notes/1", "").field("allow") == "GET, HEAD, PUT, DELETE, OPTIONS");
    CHECK(play.ask("DELETE /notes/1").status == 204);
    CHECK(play.get("/notes/1").status == 404);
    CHECK(play.get("/notes/x").status == 422);
    CHECK_THROWS_AS(resource(app, "/more/{id}", notes()), std::logic_error);
}

TEST_CASE("a resource stands in a router as any route does") {
    router inner("/v1");
    resource(inner, "/notes/{id}", notes());
    app app;
    app.include(inner);
    stage play(app);
    CHECK(play.get("/v1/notes/1").body == R"({"detail":"No such note"})");
}
