// A scenario of forms with files, from the client's bytes to the disk: test_client, over the whole server.
#include <coracle/app/multipart_form.hpp>
#include <coracle/app/upload_field.hpp>
#include <coracle/server/stored_file.hpp>
#include <coracle/testing/test_client.hpp>

#include <doctest/doctest.h>

#include <os/temporary_folder.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

using namespace coracle;
using namespace std::chrono_literals;

namespace {

#if defined(__SANITIZE_ADDRESS__)
constexpr bool honest_memory = false;
#elif defined(__has_feature)
constexpr bool honest_memory = !__has_feature(address_sanitizer) && !__has_feature(thread_sanitizer);
#else
constexpr bool honest_memory = true;
#endif

/// Bytes that no compressor likes, with line ends of all kinds among them.
std::string noise(std::size_t size, unsigned seed) {
    std::string out(size, '\0');
    std::uint64_t state = seed;
    for (char& each : out) {
        state = state * 6364136223846793005U + 1442695040888963407U;
        each = static_cast<char>(state >> 56);
    }
    return out;
}
std::size_t resident() {
    std::ifstream in("/proc/self/statm");
    std::size_t pages = 0;
    in >> pages >> pages;
    return pages * 4096;
}
std::size_t open_files() {
    std::filesystem::directory_iterator all("/proc/self/fd");
    return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

/// Lets others go on until it is so; the count is for a test that fails.
template <class Condition>
bool comes_true(test_client& client, Condition condition) {
    for (int i = 0; i < 2000 && !condition(); ++i) client.wait(1ms);
    return condition();
}

}  // namespace

TEST_CASE("a test client sends files, with fields beside them") {
    app app;
    app.post(
        "/", [](form_field<"who"> who, form_field<"a", upload_file> a, std::vector<upload_file> all) -> task<json> {
            std::string text = co_await a->text();
            co_return json{
                {"who", *who}, {"name", a->filename}, {"type", a->content_type}, {"text", text}, {"files", all.size()}};
        });
    test_client client{app};
    test_response answer =
        client.post("/", {.form = {{"who", "Ann \"\r\n"}},
                          .files = {{"a", "b\"c.txt", "hello\r\n--coracle-form-0--", "text/plain"}, {"d", "e", ""}}});
    CHECK(answer.status == 200);
    CHECK(
        answer.text() ==
        R"({"who":"Ann \"\r\n","name":"b\"c.txt","type":"text/plain","text":"hello\r\n--coracle-form-0--","files":2})");
    CHECK_THROWS_AS(client.post("/", {.json = 1, .files = {{"a", "b", "c"}}}), std::logic_error);
    CHECK_THROWS_AS(client.post("/", {.files = {{"a", "b", "c", "text/plain\r\nx: y"}}}), std::invalid_argument);
}

TEST_CASE("large files arrive as they were sent, are stored, and leave nothing behind") {
    temporary_folder here;
    app app;
    app.post("/", {.max_body_bytes = 20'000'000}, [&](std::vector<upload_file> files, request& req) -> task<json> {
        json paths = json::array();
        for (upload_file& each : files) {
            std::string path = co_await each.save_in(here.path);
            paths.push_back(path);
        }
        CHECK(req.state<form_data>().size() == files.size());
        co_return paths;
    });
    app.post("/pool", [&](upload_file file) { return file.save_in_now(here.path, "from the pool"); });
    std::size_t before = 0;
    {
        test_client client{app};
        CHECK(client.post("/pool", {.files = {{"file", "x", noise(2'000'000, 9)}}}).status == 200);
        before = open_files();
        std::vector<std::string> contents{noise(3'000'000, 1), "small", noise(1'048'577, 2), "", noise(70'000, 3)};
        test_options with;
        for (const std::string& each : contents) with.files.push_back({"files", "same name.bin", each});
        test_response answer = client.post("/", with);
        REQUIRE(answer.status == 200);
        json paths = answer.json();
        REQUIRE(paths.size() == contents.size());
        for (std::size_t i = 0; i < contents.size(); ++i) CHECK((content_of(paths[i].as_string()) == contents[i]));
        CHECK(here.files() == contents.size() + 1);
    }
    CHECK(open_files() <= before);
}

TEST_CASE("D9 a form that breaks off leaves no file behind, neither stored nor waiting") {
    temporary_folder here;
    app app;
    app.post("/stored", [&](multipart_form form) -> task<std::string> {
        while (auto part = co_await form.next()) co_await part->save(here.path + "/kept.bin");
        co_return "stored";
    });
    app.post("/named", [&](multipart_form form) -> task<std::string> {
        std::string names;
        while (auto part = co_await form.next()) {
            std::string path = co_await part->save_in(here.path, *part->filename);
            names += path.substr(path.rfind('/') + 1);
        }
        co_return names;
    });
    std::ofstream(here.path + "/kept.bin") << "before";
    test_client client{app};
    std::string head = "--x\r\nContent-Disposition: form-data; name=a; filename=\"b.bin\"\r\n\r\n" + noise(700'000, 4);
    std::vector<test_pair> type{{"content-type", "multipart/form-data; boundary=x"}};
    CHECK(client.post("/stored", {.headers = type, .body = head}).status == 400);
    CHECK(content_of(here.path + "/kept.bin") == "before");
    CHECK(here.files() == 1);
    CHECK(client.post("/named", {.headers = type, .body = head}).status == 400);
    CHECK(here.files() == 1);
    {
        auto upload = client.upload("POST", "/stored", {.headers = type});
        upload.write(head);
        CHECK(comes_true(client, [&] { return here.files() == 2; }));
    }  // the client leaves
    CHECK(comes_true(client, [&] { return here.files() == 1; }));
    CHECK(client.post("/stored", {.headers = type, .body = head + "\r\n--x--"}).status == 200);
    CHECK(content_of(here.path + "/kept.bin").size() == 700'000);
    CHECK(client.post("/named", {.headers = type, .body = head + "\r\n--x--"}).text() == "b.bin");
    CHECK(here.files() == 2);
}

TEST_CASE("D10 a name from the client that leads elsewhere is 400, before a byte of the file is stored") {
    temporary_folder here;
    app app;
    app.post("/part", [&](multipart_form form) -> task<> {
        while (auto part = co_await form.next()) co_await part->save_in(here.path, *part->filename);
    });
    app.post("/path", [&](multipart_form form) -> task<> {
        while (auto part = co_await form.next()) co_await part->save(here.path + "/" + *part->filename);
    });
    app.post("/file", [&](upload_file file) -> task<> { co_await file.save_in(here.path, file.filename); });
    test_client client{app};
    for (std::string_view route : {"/part", "/path", "/file"})
        for (std::string_view name : {"../../evil", "/etc/cron.d/evil", "..", "a\\b", ".profile", "nul"}) {
            CAPTURE(route);
            CAPTURE(name);
            test_response answer = client.post(route, {.files = {{"file", std::string(name), "evil"}}});
            CHECK(answer.status == 400);
            CHECK(answer.text().find("A file cannot be stored under the name that was sent with it") !=
                  std::string::npos);
        }
    CHECK(here.files() == 0);
    CHECK(client.post("/part", {.files = {{"file", "good.txt", "x"}}}).status == 204);
    CHECK(content_of(here.path + "/good.txt") == "x");
}

TEST_CASE("the limit of a route counts in the place of the server's, and is known before the body comes") {
    int called = 0;
    app app;
    app.post("/small", {.max_body_bytes = 1000}, [&](upload_file) -> task<> {
        ++called;
        co_return;
    });
    app.post("/large", {.max_body_bytes = 30'000'000}, [](request& req) -> task<std::size_t> {
        std::size_t size = 0;
        while (auto bytes = co_await req.body.read()) size += bytes->size();
        co_return size;
    });
    app.post("/usual", [](multipart_form form) -> task<> {
        while (auto part = co_await form.next()) {
        }
    });
    test_client client{app};
    CHECK(client.post("/small", {.files = {{"file", "a", std::string(500, 'x')}}}).status == 204);
    CHECK(client.post("/small", {.files = {{"file", "a", std::string(1000, 'x')}}}).status == 413);
    CHECK(client
              .post("/small", {.headers = {{"content-type", "multipart/form-data; boundary=x"}},
                               .pieces = {"--x\r\nContent-Disposition: form-data; name=file; filename=a\r\n\r\n",
                                          std::string(1000, 'x')}})
              .status == 413);
    CHECK(called == 1);
    std::vector<test_pair> long_body{{"content-length", "11000000"},
                                     {"content-type", "multipart/form-data; boundary=x"}};
    // Not a byte of it is sent.
    CHECK(client.post("/usual", {.headers = long_body}).status == 413);
    CHECK(client.post("/small", {.headers = long_body}).status == 413);
    CHECK(client.post("/large", {.body = std::string(11'000'000, 'x')}).text() == "11000000");
}

TEST_CASE("T34 a client cannot send faster than the handler reads, and what was read takes no memory") {
    constexpr std::size_t size = 48'000'000;
    std::size_t most = 0;
    app app;
    app.post("/", {.max_body_bytes = 100'000'000}, [&](multipart_form form) -> task<std::size_t> {
        std::size_t received = 0;
        while (auto part = co_await form.next())
            while (auto bytes = co_await part->read()) {
                received += bytes->size();
                if (bytes->size() > most) most = bytes->size();
            }
        co_return received;
    });
    app.post("/spooled", {.max_body_bytes = 100'000'000},
             [](upload_file file) -> task<std::size_t> { co_return static_cast<std::size_t>(file.size); });
    test_client client{app};
    for (std::string_view route : {"/", "/spooled"}) {
        CAPTURE(route);
        std::size_t before = resident();
        auto upload = client.upload("POST", route, {.headers = {{"content-type", "multipart/form-data; boundary=x"}}});
        upload.write("--x\r\nContent-Disposition: form-data; name=file; filename=a\r\n\r\n");
        const std::string piece = noise(100'000, 5);
        for (std::size_t sent = 0; sent < size; sent += piece.size()) upload.write(piece);
        upload.write("\r\n--x--");
        test_response answer = upload.finish();
        CHECK(answer.text() == std::to_string(size));
        if (honest_memory) CHECK(resident() < before + 16'000'000);
    }
    CHECK(most <= 256 * 1024);
}

TEST_CASE("D9 other handlers are answered while files are written") {
    app app;
    app.post("/", [](upload_file file) -> task<std::size_t> { co_return static_cast<std::size_t>(file.size); });
    app.get("/health", on_loop([] { return std::string("healthy"); }));
    test_client client{app};
    std::vector<test_request> all;
    for (unsigned i = 0; i < 8; ++i) all.push_back({"POST", "/", {.files = {{"file", "a", noise(1'500'000 + i, i)}}}});
    for (int i = 0; i < 8; ++i) all.push_back({"GET", "/health"});
    std::vector<test_response> answers = client.send_all(std::move(all));
    for (std::size_t i = 0; i < 8; ++i) CHECK(answers[i].text() == std::to_string(1'500'000 + i));
    for (std::size_t i = 8; i < 16; ++i) CHECK(answers[i].text() == "healthy");
}

TEST_CASE("a file may be kept for longer than its request") {
    app app;
    std::optional<upload_file> kept;
    app.post("/", [&](upload_file file) -> task<> {
        kept = std::move(file);
        co_return;
    });
    std::string content = noise(2'000'000, 6);
    test_client client{app};
    CHECK(client.post("/", {.files = {{"file", "a", content}}}).status == 204);
    CHECK(client.post("/", {.files = {{"other", "b", content}}}).status == 204);
    CHECK((kept->text_now() == content));
    CHECK(kept->filename == "b");
    kept.reset();
}
