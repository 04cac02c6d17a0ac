// What a handler says; what comes of it is in server/file_response.cpp.
#include <coracle/app/file.hpp>

#include <doctest/doctest.h>

#include <utility>

using namespace coracle;

namespace {

TEST_CASE("a file is a path with how it is sent, and fields of its own") {
    file report("out/4711.pdf", {.filename = "invoice.pdf", .status = 201});
    report.headers.set("x-id", "4711");
    report.set_cookie("seen", "1");
    CHECK(report.path() == "out/4711.pdf");
    CHECK(report.options().filename == "invoice.pdf");
    CHECK(report.options().missing == 500);
    file moved = std::move(report);
    CHECK(moved.headers.size() == 2);
}

}  // namespace
