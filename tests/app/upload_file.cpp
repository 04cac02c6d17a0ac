#include <doctest/doctest.h>

#include <os/temporary_folder.hpp>

#include <coracle/app/upload_file.hpp>
#include <coracle/json/read.hpp>
#include <coracle/json/schema.hpp>
#include <coracle/server/stored_file.hpp>

#include <async/hand_loop.hpp>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

using namespace coracle;

namespace {}  // namespace

TEST_CASE("a file is read in pieces, from anywhere, or as a whole") {
    hand_loop loop;
    upload_file file("a.txt", "0123456789", "text/plain");
    CHECK(file.size == 10);
    CHECK(run_with_calls(loop, file.read(4)) == "0123");
    CHECK(run_with_calls(loop, file.read(4)) == "4567");
    CHECK(run_with_calls(loop, file.text()) == "0123456789");
    CHECK(run_with_calls(loop, file.read()) == "89");
    CHECK(run_with_calls(loop, file.read()).empty());
    CHECK(file.position() == 10);
    file.seek(8);
    CHECK(run_with_calls(loop, file.read(1)) == "8");
    file.seek(100);
    CHECK(run_with_calls(loop, file.read(1)).empty());
    file.seek(0);
    upload_file same = file;
    CHECK(file.read_now(3) == "012");
    CHECK(same.read_now() == "0123456789");
    CHECK(same.text_now() == "0123456789");
    upload_file none;
    CHECK(run_with_calls(loop, none.read()).empty());
    CHECK(run_with_calls(loop, none.text()).empty());
    CHECK(none.text_now().empty());
}

TEST_CASE("a file is stored under a path, or in a directory under a name that nobody can guess") {
    temporary_folder here;
    hand_loop loop;
    upload_file file("a.txt", "hello");
    std::string path = here.in("kept.txt");
    run_with_calls(loop, file.save(path));
    CHECK(content_of(path) == "hello");
    upload_file("b.txt", "other").save_now(path);
    CHECK(content_of(path) == "other");
    CHECK(here.files() == 1);
    std::string random = run_with_calls(loop, file.save_in(here.path));
    CHECK(content_of(random) == "hello");
    CHECK(random.size() == here.path.size() + 1 + 24);
    CHECK(file.save_in_now(here.path) != random);
    CHECK(run_with_calls(loop, file.save_in(here.path, "c.txt")) == here.in("c.txt"));
    CHECK_THROWS_AS(run_with_calls(loop, upload_file("d", "x").save_in(here.path, "c.txt")), std::system_error);
    CHECK_THROWS_AS(file.save_in_now(here.path, "c.txt"), std::system_error);
    CHECK(content_of(here.in("c.txt")) == "hello");
    CHECK_THROWS_AS(run_with_calls(loop, file.save(here.in("no/such/directory"))), std::system_error);
    upload_file().save_now(here.in("empty"));
    CHECK(content_of(here.in("empty")).empty());
    CHECK(here.files() == 5);
}

TEST_CASE("D10 no name that a client sends leads out of the directory, hides, or replaces a file") {
    temporary_folder here;
    std::filesystem::create_directory(here.in("uploads"));
    std::string uploads = here.in("uploads");
    hand_loop loop;
    for (std::string_view name :
         {std::string_view("../evil"), std::string_view("/etc/passwd"), std::string_view("..\\evil"),
          std::string_view(".."), std::string_view(".bashrc"), std::string_view("a/b"), std::string_view("a\0b", 3),
          std::string_view("con.txt"), std::string_view("LPT1")}) {
        CAPTURE(name);
        upload_file file(std::string(name), "evil");
        CHECK_THROWS_AS(run_with_calls(loop, file.save_in(uploads, file.filename)), http_error);
        CHECK_THROWS_AS(file.save_in_now(uploads, file.filename), http_error);
        // The path that a hurried program puts together.
        CHECK_THROWS_AS(run_with_calls(loop, file.save(uploads + "/" + file.filename)), http_error);
        CHECK_THROWS_AS(file.save_now((std::filesystem::path(uploads) / file.filename).string()), http_error);
        try {
            file.save_now(file.filename);
        } catch (const http_error& why) {
            CHECK(why.status() == 400);
        }
        file.save_in_now(uploads);
    }
    CHECK(here.files() == 1);
    for (const auto& each : std::filesystem::directory_iterator(uploads))
        CHECK(http::file_name_mistake(each.path().filename().string()) == "");
    upload_file plain("good name.txt", "x");
    plain.save_now(uploads + "/" + plain.filename);
    CHECK(content_of(uploads + "/good name.txt") == "x");
}

TEST_CASE("in JSON a file is what is known of it, and nothing in JSON is a file") {
    CHECK(json(upload_file("a.txt", "hello")).dump() == R"({"filename":"a.txt","size":5,"headers":{}})");
    upload_file out;
    std::vector<validation_issue> issues;
    for (const json& in : {json("text"), json(1), json::object(), json::array()})
        CHECK_FALSE(read_json(in, out, issues));
    REQUIRE(issues.size() == 4);
    CHECK(issues[0].msg == "Value error, Expected UploadFile, received: <class 'str'>");
    schema_components named;
    CHECK(schema_of<upload_file>(named).dump() == R"({"type":"string","contentMediaType":"application/octet-stream"})");
}
