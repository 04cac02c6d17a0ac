// report: who hears it, and what the line on stderr looks like.
#include <coracle/base/report.hpp>

#include <doctest/doctest.h>

#include <source_location>
#include <string>
#include <string_view>

using namespace coracle;

namespace {

std::string heard;
void keep(std::string_view message, const std::source_location& at) noexcept {
    heard = std::string(message) + " @" + std::to_string(at.line());
}

}  // namespace

TEST_CASE("a report is heard by the reporter that was set last, with its place") {
    reporter before = set_reporter(keep);
    report("something is odd");
    CHECK(heard == "something is odd @0");
    auto here = std::source_location::current();
    report("and here", here);
    CHECK(heard == "and here @" + std::to_string(here.line()));
    CHECK((set_reporter(before) == &keep));
}

TEST_CASE("no reporter is the log again, where a report is a warning") {
    reporter first = set_reporter(nullptr);
    CHECK((set_reporter(nullptr) == first));
    log::sink before = log::set_sink([](const log_message& one) noexcept {
        heard = std::string(name_of(one.level)) + ": " + std::string(one.text) + " @" + std::to_string(one.at.line());
    });
    auto here = std::source_location::current();
    report("something is odd", here);
    log::set_sink(before);
    CHECK(heard == "warning: something is odd @" + std::to_string(here.line()));
}

TEST_CASE("a place is file, line and function, and nothing when it is unknown") {
    CHECK(detail::place({}).empty());
    auto here = std::source_location::current();
    std::string place = detail::place(here);
    CHECK(place.starts_with(std::string(here.file_name()) + ":" + std::to_string(here.line()) + " ("));
    CHECK(place.ends_with(std::string(here.function_name()) + ")"));
}
