#include <doctest/doctest.h>

#include <coracle/app/multipart_form.hpp>

#include <app/stage.hpp>

#include <string>
#include <string_view>

using namespace coracle;

namespace {

constexpr std::string_view multipart = "multipart/form-data; boundary=x";
constexpr std::string_view form =
    "--x\r\nContent-Disposition: form-data; name=a\r\n\r\none\r\n"
    "--x\r\nContent-Disposition: form-data; name=b; filename=c.txt\r\nContent-Type: text/plain\r\n\r\ntwo\r\n"
    "--x\r\nContent-Disposition: form-data; name=d\r\n\r\nthree\r\n--x--";

}  // namespace

TEST_CASE("a form is read part by part, and piece by piece") {
    app app;
    app.post("/", [](multipart_form in) -> task<json> {
        json all = json::array();
        while (auto part = co_await in.next()) {
            std::string text;
            while (auto bytes = co_await part->read()) text += *bytes;
            auto more = co_await part->read();
            CHECK_FALSE(more);
            all.push_back(json{{"name", part->name}, {"filename", part->filename}, {"text", text}});
            CHECK(part->content_type == part->headers["content-type"]);
        }
        auto behind = co_await in.next();
        CHECK_FALSE(behind);
        co_return all;
    });
    app.post("/hand", [](request& req) -> task<std::string> {
        multipart_form in(req);
        std::string all;
        while (auto part = co_await in.next()) {
            if (part->filename) continue;  // it is read past
            std::string text = co_await part->text();
            all += part->name + "=" + text + ";";
        }
        co_return all;
    });
    stage play(app);
    for (bool late : {false, true}) {
        play.body_late = late;
        CHECK(play.post("/", form, multipart).body ==
              R"([{"name":"a","filename":null,"text":"one"},{"name":"b","filename":"c.txt","text":"two"},)"
              R"({"name":"d","filename":null,"text":"three"}])");
        CHECK(play.post("/hand", form, multipart).body == "a=one;d=three;");
    }
    CHECK(play.post("/", "--x--", multipart).body == "[]");
}

TEST_CASE("what is no form with parts is refused before it is read") {
    app app;
    app.post("/", [](multipart_form in) -> task<std::string> {
        while (auto part = co_await in.next()) {
        }
        co_return "read";
    });
    stage play(app);
    CHECK(play.post("/", form, multipart).body == "read");
    heard other = play.post("/", "a=b", "application/x-www-form-urlencoded");
    CHECK(other.status == 400);
    CHECK(other.body == R"({"detail":"This request takes a form of the type multipart/form-data"})");
    CHECK(play.post("/", form, "multipart/form-data").body == R"({"detail":"Missing boundary in multipart."})");
    CHECK(play.post("/", form.substr(0, 80), multipart).status == 400);
}

TEST_CASE("the text of a part is bounded, and a part that is over gives nothing") {
    app app;
    app.post("/", [](multipart_form in) -> task<std::string> {
        auto first = co_await in.next();
        auto second = co_await in.next();
        std::string gone = co_await first->text();
        CHECK(gone.empty());
        std::string text = co_await second->text(3);
        auto third = co_await in.next();
        std::string more = co_await third->text(4);
        co_return text + more;
    });
    stage play(app);
    heard answer = play.post("/", form, multipart);
    CHECK(answer.status == 400);
    CHECK(answer.body == R"({"detail":"Part exceeded maximum size of 4 bytes."})");
}
