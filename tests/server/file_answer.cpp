// The rules of RFC 9110 for one file; over an app they are in server/static_files.cpp.
#include <coracle/server/file_answer.hpp>

#include <os/tree.hpp>

#include <doctest/doctest.h>

#include <fcntl.h>
#include <sys/stat.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace coracle;
using server::file_answer;
using server::opened_file;

namespace {

struct asking {
    tree all;
    request asked;
    asking(http::method how, std::vector<http::field> fields) {
        all.write("a", "0123456789");
        asked.method = how;
        for (const http::field& each : fields) asked.fields.push_back(each);
    }
    file_answer answer() {
        auto found = opened_file::of(os::open_trusted(all.at("a")), false, os::patience::waits);
        REQUIRE(found);
        return file_answer(asked, std::move(*found));
    }
};

TEST_CASE("a file has a length, a type, a tag and a date") {
    asking one(http::method::get, {});
    response made = one.answer().make();
    CHECK(made.status == 200);
    CHECK(*made.stream->size() == 10);
    CHECK(made.headers["content-type"] == "application/octet-stream");
    CHECK_FALSE(made.headers["etag"].empty());
    CHECK_FALSE(made.headers["last-modified"].empty());
}

TEST_CASE("what the handler says of a field goes before what the file says") {
    asking one(http::method::get, {{"if-none-match", "\"mine\""}});
    file_answer answer = one.answer();
    answer.media_type = "text/html";
    answer.fields.headers.set("content-type", "text/x-mine");
    answer.fields.headers.set("etag", "\"mine\"");
    response made = answer.make();
    CHECK(made.status == 304);
    CHECK(made.headers["etag"] == "\"mine\"");
    CHECK_FALSE(made.stream);
}

TEST_CASE("a tag of the handler's own decides about ranges too, a weak one against") {
    for (const char* tag : {"\"mine\"", "W/\"mine\""}) {
        asking one(http::method::get, {{"range", "bytes=0-1"}, {"if-range", tag}});
        file_answer answer = one.answer();
        answer.fields.headers.set("etag", tag);
        CHECK(answer.make().status == (tag[0] == 'W' ? 200 : 206));
    }
}

TEST_CASE("only GET has ranges, and only GET and HEAD have conditions that end in 304") {
    std::vector<http::field> fields = {{"range", "bytes=0-1"}};
    CHECK(asking(http::method::get, fields).answer().make().status == 206);
    CHECK(asking(http::method::head, fields).answer().make().status == 200);
    CHECK(asking(http::method::post, fields).answer().make().status == 200);
    CHECK(asking(http::method::post, {{"if-none-match", "*"}}).answer().make().status == 200);
    CHECK(asking(http::method::get, {{"if-none-match", "*"}}).answer().make().status == 304);
}

TEST_CASE("with another status it is sent whole and has no state") {
    asking one(http::method::get, {{"range", "bytes=0-1"}, {"if-none-match", "*"}});
    file_answer answer = one.answer();
    answer.status = 404;
    response made = answer.make();
    CHECK(made.status == 404);
    CHECK(*made.stream->size() == 10);
    CHECK_FALSE(made.headers.contains("etag"));
    CHECK_FALSE(made.headers.contains("accept-ranges"));
}

TEST_CASE("a file of the future was modified now, and one of before 1970 then") {
    asking one(http::method::get, {});
    timespec times[2] = {{0, 0}, {4'000'000'000, 0}};
    REQUIRE(::utimensat(AT_FDCWD, one.all.at("a").c_str(), times, 0) == 0);
    std::string date(one.answer().make().headers["last-modified"]);
    CHECK(*http::parse_date(date) <= os::unix_seconds());
    times[1] = {-10, 500'000'000};
    REQUIRE(::utimensat(AT_FDCWD, one.all.at("a").c_str(), times, 0) == 0);
    CHECK(one.answer().make().headers["last-modified"] == "Wed, 31 Dec 1969 23:59:50 GMT");
}

}  // namespace
