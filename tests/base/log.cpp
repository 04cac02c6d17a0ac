#include <coracle/base/log.hpp>

#include <doctest/doctest.h>

#include <source_location>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

using namespace coracle;

namespace {

std::vector<std::string> heard;
void keep(const log_message& one) noexcept {
    std::string line;
    log::write_plainly(one, line, false);
    heard.push_back(line);
}
/// Listens to the log for as long as it lives.
struct listening {
    listening() : before(log::set_sink(&keep)) { heard.clear(); }
    ~listening() { log::set_sink(before); }
    log::sink before;
};

std::string line_of(const log_message& one, bool colored = false) {
    std::string line;
    log::write_plainly(one, line, colored);
    return line;
}

}  // namespace

TEST_CASE("each level has uvicorn's words before its line") {
    listening here;
    log_level before = log::set_level(log_level::trace);
    log::trace("a");
    log::debug("b");
    log::info("c");
    log::warning("d");
    log::error("e");
    log::critical("f");
    log::set_level(before);
    CHECK(heard == std::vector<std::string>{"TRACE:    a", "DEBUG:    b", "INFO:     c", "WARNING:  d", "ERROR:    e",
                                            "CRITICAL: f"});
}

TEST_CASE("what is less than the level is not heard") {
    listening here;
    CHECK(log::level() == log_level::info);
    log::debug("nobody asked");
    CHECK(heard.empty());
    CHECK(!log::hears(log_level::debug));
    log_level before = log::set_level(log_level::error);
    log::warning("still nobody");
    log::error("now");
    CHECK(log::hears(log_level::critical));
    log::set_level(before);
    CHECK(heard == std::vector<std::string>{"ERROR:    now"});
}

TEST_CASE("W10: a message is one line, whatever it was given") {
    CHECK(line_of({log_level::error, "a\nINFO:     forged \x1b[2J"}) == "ERROR:    a\\x0aINFO:     forged \\x1b[2J");
    CHECK(line_of({log_level::info, "x", {}, "7f\n3a"}) == "INFO:     x [7f\\x0a3a]");
}

TEST_CASE("a line tells its place and for whom it is, if there are such") {
    auto at = std::source_location::current();
    std::string line = line_of({log_level::warning, "odd", at, "7f3a"});
    CHECK(line.starts_with("WARNING:  odd at "));
    CHECK(line.find(":" + std::to_string(at.line()) + " (") != std::string::npos);
    CHECK(line.ends_with(") [7f3a]"));
    listening here;
    log::set_tagger([]() noexcept { return std::string_view("me"); });
    log::info("hello");
    log::set_tagger(nullptr);
    log::info("hello");
    CHECK(heard == std::vector<std::string>{"INFO:     hello [me]", "INFO:     hello"});
}

TEST_CASE("colours stand around the level only") {
    CHECK(line_of({log_level::info, "x"}, true) == "\x1b[32mINFO\x1b[0m:     x");
    CHECK(line_of({log_level::critical, "x"}, true) == "\x1b[91mCRITICAL\x1b[0m: x");
}

TEST_CASE("a writer that writes nothing makes no line, and the one before comes back") {
    log::writer before = log::set_writer([](const log_message&, std::string&, bool) {});
    CHECK((before == &log::write_plainly));
    log::error("this must not be seen on stderr");
    CHECK((log::set_writer(nullptr) != before));
    CHECK((log::set_writer(before) == &log::write_plainly));
}

TEST_CASE("several threads may speak at once") {
    static std::atomic<int> count;
    count = 0;
    log::sink before = log::set_sink([](const log_message&) noexcept { ++count; });
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i)
        threads.emplace_back([] {
            for (int n = 0; n < 100; ++n) log::warning("x");
        });
    for (std::thread& each : threads) each.join();
    log::set_sink(before);
    CHECK(count == 400);
}
