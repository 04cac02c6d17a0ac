#include <coracle/server/arguments.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <map>
#include <string>
#include <string_view>
#include <vector>

using namespace coracle;
using namespace std::chrono_literals;

inline namespace in_arguments {

using server::arguments;  // here it hides the one that binds handlers

namespace {
arguments read(std::vector<std::string_view> words, std::map<std::string, std::string> environment = {},
               run_options defaults = {}) {
    return server::read_arguments(
        words,
        [&](const char* name) -> const char* {
            auto found = environment.find(name);
            return found == environment.end() ? nullptr : found->second.c_str();
        },
        defaults);
}
}  // namespace

TEST_CASE("an argument goes before the environment, and that before the program") {
    run_options program{.host = "::1", .port = 1, .workers = 2};
    CHECK(read({}, {}, program).options.port == 1);
    CHECK(read({}, {{"CORACLE_PORT", "2"}}, program).options.port == 2);
    CHECK(read({"--port", "3"}, {{"CORACLE_PORT", "2"}}, program).options.port == 3);
    CHECK(read({"--port", "3", "--port=4"}, {}, program).options.port == 4);
    CHECK(read({}, {{"WEB_CONCURRENCY", "5"}}, program).options.workers == 5);
    CHECK(read({}, {{"WEB_CONCURRENCY", "5"}, {"CORACLE_WORKERS", "6"}}, program).options.workers == 6);
    CHECK(read({}, {{"CORACLE_PORT", ""}}, program).options.port == 1);
    CHECK(!read({}, {{"CORACLE_ACCESS_LOG", "no"}}).options.access_log);
    CHECK(read({}, {{"CORACLE_RELOAD", "On"}}).reload.on);
    CHECK(read({"--no-reload"}, {{"CORACLE_RELOAD", "1"}}).reload.on == false);
    CHECK(read({}, {{"CORACLE_RELOAD_DIR", "a,b"}}).reload.dirs == std::vector<std::string>{"a", "b"});
    CHECK(read({"--reload-dir", "c"}, {{"CORACLE_RELOAD_DIR", "a,b"}}).reload.dirs == std::vector<std::string>{"c"});
    CHECK(read({"--reload-dir", "c", "--reload-dir=d"}).reload.dirs.size() == 2);
    CHECK(read({}, {{"CORACLE_HELP", "1"}}).what == arguments::deed::serve);
}

TEST_CASE("what is wrong is said in a sentence") {
    CHECK(read({"--port", "many"}).error == "--port must be a number from 0 to 65535, not 'many'");
    CHECK(read({"--port", "65536"}).error == "--port must be a number from 0 to 65535, not '65536'");
    CHECK(read({"--port="}).error == "--port must be a number from 0 to 65535, not ''");
    CHECK(read({"--workers", "0"}).error == "--workers must be a number from 1 to 1024, not '0'");
    CHECK(read({"--log-level", "loud"}).error ==
          "--log-level must be critical, error, warning, info, debug or trace, not 'loud'");
    CHECK(read({"--log-format", "xml"}).error == "--log-format must be text, json or logfmt, not 'xml'");
    CHECK(read({"--log-config", "log.ini"}).error ==
          "--log-config must be left out: it configures loggers of Python; coracle has --log-format and --log-level, "
          "not 'log.ini'");
    CHECK(read({"--timeout-keep-alive", "-1"}).error == "--timeout-keep-alive must be seconds, as 5 or 0.5, not '-1'");
    CHECK(read({"--limit-body", "10X"}).error == "--limit-body must be bytes, as 16384, 16k or 10M, not '10X'");
    CHECK(read({"--limit-body-rate", "4G"}).error == "--limit-body-rate must be bytes, as 16384, 16k or 10M, not '4G'");
    CHECK(read({"--limit-concurrency", "few"}).error ==
          "--limit-concurrency must be a number, or 0 for no bound, not 'few'");
    CHECK(read({}, {{"CORACLE_PORT", "many"}}).error == "CORACLE_PORT must be a number from 0 to 65535, not 'many'");
    CHECK(read({}, {{"CORACLE_RELOAD", "maybe"}}).error == "CORACLE_RELOAD must be true or false, not 'maybe'");
    CHECK(read({}, {{"WEB_CONCURRENCY", "x"}}).error == "WEB_CONCURRENCY must be a number from 1 to 1024, not 'x'");
    CHECK(read({"--help"}, {{"CORACLE_PORT", "many"}}).error == "");
    CHECK(read({"serve"}).error == "'serve' is no option; options begin with --, see --help");
    CHECK(read({"--"}).error == "'--' is no option; options begin with --, see --help");
    CHECK(read({"-h"}).what == arguments::deed::help);
}

TEST_CASE("an unknown option is answered with the nearest one") {
    CHECK(read({"--prot", "1"}).error == "there is no option --prot; did you mean --port?");
    CHECK(read({"--hosts=x"}).error == "there is no option --hosts; did you mean --host?");
    CHECK(read({"--no-acces-log"}).error == "there is no option --no-acces-log; did you mean --no-access-log?");
    CHECK(read({"--timeout-keep"}).error == "there is no option --timeout-keep; did you mean --timeout-keep-alive?");
    CHECK(read({"--frobnicate"}).error == "there is no option --frobnicate; --help lists those that there are");
    CHECK(read({"--=x"}).error.find("there is no option --") == 0);
}

TEST_CASE("an option of uvicorn that is not there yet is refused, not ignored") {
    for (const char* name : {"--proxy-headers", "--no-date-header"})
        CHECK(read({name}).error ==
              std::string(name) + " is an option of uvicorn that coracle does not have yet; leave it out");
    CHECK(read({"--root-path", "/api"}).error.find("does not have yet") != std::string::npos);
    CHECK(read({"--header", "x: y"}).error.find("does not have yet") != std::string::npos);
}

}  // namespace in_arguments
