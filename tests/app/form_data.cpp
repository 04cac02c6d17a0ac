#include <doctest/doctest.h>

#include <coracle/app/body_field.hpp>
#include <coracle/app/form.hpp>
#include <coracle/app/form_data.hpp>

#include <app/stage.hpp>

#include <optional>
#include <string>
#include <string_view>

using namespace coracle;

namespace {

constexpr std::string_view multipart = "multipart/form-data; boundary=x";

std::string part(std::string_view disposition, std::string_view bytes) {
    return "--x\r\nContent-Disposition: form-data; " + std::string(disposition) + "\r\n\r\n" + std::string(bytes) +
           "\r\n";
}
app telling_app() {
    app app;
    app.post("/", [](request& req) -> task<json> {
        const form_data& form = co_await read_form(req);
        json all = json::array();
        for (const form_data::entry& each : form)
            all.push_back(each.file ? json{{each.name, each.file->filename}} : json{{each.name, each.value}});
        co_return all;
    });
    return app;
}

}  // namespace

TEST_CASE("a form is read by hand, whichever way it came, and once") {
    app app = telling_app();
    app.post("/twice", [](form_field<"a"> a, request& req) -> task<std::string> {
        const form_data& form = co_await read_form(req);
        const form_data::entry* last = form.last("a");
        co_return *a + (last ? last->value : "-") + (form.last("b") ? "" : "-");
    });
    app.post("/text", [](request& req) -> task<std::string> {
        std::string text = co_await req.body.text();
        const form_data& form = co_await read_form(req);
        co_return std::to_string(text.size()) + form.last("a")->value;
    });
    stage play(app);
    CHECK(play.post("/", "a=1&b=2&a=3", "application/x-www-form-urlencoded").body ==
          R"([{"a":"1"},{"b":"2"},{"a":"3"}])");
    std::string body = part("name=a", "1") + part("name=b; filename=c", "2") + part("name=a", "") + "--x--";
    CHECK(play.post("/", body, multipart).body == R"([{"a":"1"},{"b":"c"},{"a":""}])");
    CHECK(play.post("/", body, "text/plain").body == "[]");
    CHECK(play.post("/twice", part("name=a", "1") + part("name=a", "2") + "--x--", multipart).body == "22-");
    for (bool late : {false, true}) {
        play.body_late = late;
        CHECK(play.post("/text", body, multipart).body == std::to_string(body.size()) + "");
    }
}

TEST_CASE("text in a form is UTF-8, and what is none is taken for Latin-1") {
    app app = telling_app();
    stage play(app);
    CHECK(play.post("/", part("name=a", "\xC3\xBC") + part("name=b", "\xFC") + "--x--", multipart).body ==
          "[{\"a\":\"\xC3\xBC\"},{\"b\":\"\xC3\xBC\"}]");
}

TEST_CASE("D9 a form has at most a thousand fields and a thousand files, and a field at most a mebibyte") {
    app app = telling_app();
    stage play(app);
    auto many = [](int count, std::string_view more) {
        std::string body;
        for (int i = 0; i < count; ++i) body += part("name=a" + std::to_string(i) + std::string(more), "z");
        return body;
    };
    CHECK(play.post("/", many(1000, "") + many(1000, "; filename=f") + "--x--", multipart).status == 200);
    heard fields = play.post("/", many(1001, "") + "--x--", multipart);
    CHECK(fields.status == 400);
    CHECK(fields.body == R"({"detail":"Too many fields. Maximum number of fields is 1000."})");
    CHECK(play.post("/", many(1001, "; filename=f") + "--x--", multipart).body ==
          R"({"detail":"Too many files. Maximum number of files is 1000."})");
    // A file without a name and without content is no entry, and is counted all the same.
    CHECK(play.post("/", many(1001, "; filename=\"\"") + "--x--", multipart).status == 400);

    std::string most(1024 * 1024, 'z');
    CHECK(play.post("/", part("name=a", most) + "--x--", multipart).status == 200);
    heard large = play.post("/", part("name=a", most + "z") + "--x--", multipart);
    CHECK(large.status == 400);
    CHECK(large.body == R"({"detail":"Part exceeded maximum size of 1024KB."})");
    std::string eleven;
    for (int i = 0; i < 11; ++i) eleven += part("name=a", most);
    CHECK(play.post("/", eleven + "--x--", multipart).body ==
          R"({"detail":"Fields exceeded maximum size of 10240KB."})");
}

TEST_CASE("D9 a form that is broken is 400 with a sentence") {
    app app = telling_app();
    stage play(app);
    struct {
        std::string body;
        std::string_view type;
        std::string_view detail;
    } table[] = {
        {"", "multipart/form-data", "Missing boundary in multipart."},
        {"", "multipart/form-data; boundary=", "Invalid multipart data: a boundary has 1 to 70 visible characters"},
        {"", "multipart/form-data; boundary=a; boundary=b",
         "Invalid multipart data: its Content-Type names two boundaries"},
        {part("name=a", "1"), multipart, "Invalid multipart data: the body ends before the boundary that closes it"},
        {part("name=a", "1") + "--x", multipart,
         "Invalid multipart data: the body ends before the boundary that closes it"},
        {part("name=a", "1") + "--x--", "multipart/form-data; boundary=y",
         "Invalid multipart data: the boundary that Content-Type names does not stand in the body"},
        {"--x\r\n\r\n1\r\n--x--", multipart, "The Content-Disposition header field \\\"name\\\" must be provided."},
        {part("filename=a", "1") + "--x--", multipart,
         "The Content-Disposition header field \\\"name\\\" must be provided."},
        {part("name=a; name=b", "1") + "--x--", multipart,
         "Invalid multipart data: a part says twice what it is called"},
        {"--x\r\nContent-Disposition: form-data; name=a\r\nContent-Disposition: form-data; name=b\r\n\r\n\r\n--x--",
         multipart, "Invalid multipart data: a part says twice what it is called"},
    };
    for (const auto& row : table) {
        CAPTURE(row.body);
        CAPTURE(row.type);
        heard answer = play.post("/", row.body, row.type);
        CHECK(answer.status == 400);
        CHECK(answer.body == R"({"detail":")" + std::string(row.detail) + "\"}");
    }
}

TEST_CASE("D9: a route says how much of a form it takes, whichever way it is read") {
    app app;
    const http::form_limits few{.max_files = 1, .max_fields = 2, .max_part_size = 4, .max_file_size = 6};
    auto text = [](request& req) -> task<std::string> {
        const form_data& form = co_await read_form(req);
        co_return std::to_string(form.size());
    };
    struct pair {
        std::string a = "-";
        std::string b = "-";
    };
    router limited("/limited", {.form = few});
    limited.post("/read", text);
    limited.post("/own", {.form = {.max_fields = 1}}, text);
    app.include(std::move(limited));
    app.post("/bound", {.form = few}, [](form<pair> in) { return in->a + in->b; });
    app.post("/by_hand", {.form = few}, [](multipart_form form) -> task<std::string> {
        std::string all;
        while (auto part = co_await form.next()) {
            if (part->filename) continue;
            std::string field = co_await part->text();
            all += field;
        }
        co_return all;
    });
    app.post("/said", [](request& req) -> task<std::string> {
        const http::form_limits said{.max_fields = 1};
        const form_data& form = co_await read_form(req, said);
        co_return std::to_string(form.size());
    });
    app.post("/usual", text);
    stage play(app);
    auto pairs = [&](std::string_view to, std::string_view body) {
        auto got = play.post(to, body, "application/x-www-form-urlencoded");
        return std::to_string(got.status) + " " + got.body;
    };
    auto parts = [&](std::string_view to, const std::string& body) {
        auto got = play.post(to, body + "--x--", multipart);
        return std::to_string(got.status) + " " + got.body;
    };
    const std::string fields = R"(400 {"detail":"Too many fields. Maximum number of fields is )";
    const std::string a = part("name=a", "1"), file = part("name=f; filename=f", "123456");
    CHECK(pairs("/limited/read", "a=1&b=2") == "200 2");
    CHECK(pairs("/limited/read", "a=1&b=2&c=3") == fields + "2.\"}");
    CHECK(pairs("/limited/own", "a=12345678&b=2") == fields + "1.\"}");
    CHECK(pairs("/bound", "a=1&b=2") == "200 12");
    CHECK(pairs("/bound", "a=1&b=2&c=3") == fields + "2.\"}");
    CHECK(pairs("/bound", "a=1234") == R"(400 {"detail":"Field exceeded maximum size of 4 bytes."})");
    CHECK(pairs("/said", "a=1&b=2") == fields + "1.\"}");
    CHECK(pairs("/usual", "a=12345&b=2&c=3") == "200 3");
    for (std::string_view to : {"/limited/read", "/by_hand"}) {
        CHECK(parts(to, a + a + a) == fields + "2.\"}");
        CHECK(parts(to, a + file + file) == R"(400 {"detail":"Too many files. Maximum number of files is 1."})");
        CHECK(parts(to, part("name=a", "12345")) == R"(400 {"detail":"Part exceeded maximum size of 4 bytes."})");
    }
    CHECK(parts("/limited/read", a + file) == "200 2");
    CHECK(parts("/limited/read", part("name=f; filename=f", "1234567")) ==
          R"(413 {"detail":"File exceeded maximum size of 6 bytes."})");
    CHECK(parts("/usual", a + a + a + file + file) == "200 5");
}

TEST_CASE("D5: a body with a content coding is refused in a sentence, and nothing inflates it") {
    struct pair {
        std::string a{};
    };
    app app;
    int called = 0;
    app.post("/json", [&](pair in) { return ++called, in.a; });
    app.post("/fields",
             [&](body_field<"a", std::string> a, body_field<"b", std::optional<int>>) { return ++called, *a; });
    app.post("/form", [&](form<pair> in) { return ++called, in->a; });
    app.post("/parts", [&](multipart_form form) -> task<int> {
        while (co_await form.next()) ++called;
        co_return called;
    });
    app.post("/bytes", [](request& req) -> task<std::string> {
        std::string text = co_await req.body.text();
        co_return std::to_string(text.size());
    });
    stage play(app);
    // A mebibyte of nothing, in gzip and so in few bytes, and what would be right without its coding.
    const std::string bomb = std::string("\x1f\x8b\x08\0\0\0\0\0\2\3\xed\xc1\1\1\0\0\0\x80\x90\xfe\xaf\xee\x08", 23);
    struct row {
        std::string_view path, type, body;
    } rows[] = {{"/json", "application/json", R"({"a":"1"})"},
                {"/fields", "application/json", R"({"a":"1"})"},
                {"/form", "application/x-www-form-urlencoded", "a=1"},
                {"/parts", "multipart/form-data; boundary=x", "--x--"}};
    for (const row& each : rows)
        for (std::string_view coding : {"gzip", "GZIP", "deflate", "br", "zstd", "identity, gzip", "x\"y"})
            for (std::string_view body : {std::string_view(bomb), each.body}) {
                CAPTURE(each.path);
                CAPTURE(coding);
                auto got = play.ask("POST " + std::string(each.path), body,
                                    "content-type: " + std::string(each.type) +
                                        "\r\ncontent-encoding: " + std::string(coding) + "\r\n");
                CHECK(got.status == 415);
                CHECK(got.body.starts_with("{\"detail\":\"This body has the content coding "));
            }
    CHECK(called == 0);
    auto ask = [&](std::string_view path, std::string_view body, std::string_view fields) {
        return play.ask("POST " + std::string(path), body, std::string(fields)).body;
    };
    CHECK(ask("/json", R"({"a":"1"})", "content-type: application/json\r\ncontent-encoding: identity\r\n") == "1");
    CHECK(ask("/bytes", bomb, "content-encoding: gzip\r\n") == "23");  // for who unpacks it himself
}
