#include <coracle/server/arguments.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

using namespace coracle;
using namespace std::chrono_literals;
using server::arguments;

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

TEST_CASE("every option does what it says, with = and without") {
    struct row {
        const char* name;
        const char* value;
        bool (*good)(const arguments&);
    };
    const row rows[] = {
        {"host", "0.0.0.0", [](const arguments& a) { return a.options.host == "0.0.0.0"; }},
        {"port", "9000", [](const arguments& a) { return a.options.port == 9000; }},
        {"uds", "/run/x", [](const arguments& a) { return a.options.host == "unix:/run/x"; }},
        {"fd", "3", [](const arguments& a) { return a.options.fd == 3; }},
        {"workers", "4", [](const arguments& a) { return a.options.workers == 4; }},
        {"threads", "9", [](const arguments& a) { return a.options.threads == 9; }},
        {"log-level", "warning", [](const arguments& a) { return !a.options.access_log && !a.options.banner; }},
        {"backlog", "7", [](const arguments& a) { return a.options.backlog == 7; }},
        {"timeout-keep-alive", "65", [](const arguments& a) { return a.options.keep_alive == 65s; }},
        {"timeout-graceful-shutdown", "0.5", [](const arguments& a) { return a.options.grace == 500ms; }},
        {"reload-command", "make x", [](const arguments& a) { return a.reload.command == "make x"; }},
        {"reload-dir", "src", [](const arguments& a) { return a.reload.dirs == std::vector<std::string>{"src"}; }},
        {"reload-include", "*.x", [](const arguments& a) { return a.reload.includes.size() == 1; }},
        {"reload-exclude", "*.y", [](const arguments& a) { return a.reload.excludes.size() == 1; }},
        {"reload-delay", "1.25", [](const arguments& a) { return a.reload.delay == 1250ms; }},
    };
    const row switches[] = {
        {"no-access-log", "", [](const arguments& a) { return !a.options.access_log; }},
        {"access-log", "", [](const arguments& a) { return a.options.access_log; }},
        {"no-server-header", "", [](const arguments& a) { return !a.options.server_header; }},
        {"server-header", "", [](const arguments& a) { return a.options.server_header; }},
        {"reload", "", [](const arguments& a) { return a.reload.on; }},
        {"no-reload", "", [](const arguments& a) { return !a.reload.on; }},
        {"routes", "", [](const arguments& a) { return a.what == arguments::deed::routes; }},
        {"openapi", "", [](const arguments& a) { return a.what == arguments::deed::openapi; }},
        {"ts", "", [](const arguments& a) { return a.what == arguments::deed::ts; }},
        {"version", "", [](const arguments& a) { return a.what == arguments::deed::version; }},
        {"help", "", [](const arguments& a) { return a.what == arguments::deed::help; }},
        {"no-proxy-headers", "", [](const arguments&) { return true; }},
        {"date-header", "", [](const arguments&) { return true; }},
        {"no-use-colors", "", [](const arguments&) { return true; }},
    };
    std::set<std::string_view> tried;
    for (const row& each : rows) {
        CAPTURE(each.name);
        tried.insert(each.name);
        std::string flag = "--" + std::string(each.name);
        arguments apart = read({flag, each.value});
        CHECK(apart.error == "");
        CHECK(each.good(apart));
        CHECK(!each.good(read({})));
        CHECK(each.good(read({flag + '=' + each.value})));
        CHECK(read({flag}).error.find(flag + " needs a value behind it") == 0);
        CHECK(read({flag, "--help"}).error.find(flag + " needs a value behind it") == 0);
        for (const server::option& option : server::option_table)
            if (option.name == each.name) CHECK(each.good(read({}, {{server::variable_of(option), each.value}})));
    }
    for (const row& each : switches) {
        CAPTURE(each.name);
        tried.insert(each.name);
        std::string flag = "--" + std::string(each.name);
        CHECK(read({flag}).error == "");
        CHECK(each.good(read({flag})));
        CHECK(read({flag + "=1"}).error == flag + " is a switch and takes no value");
    }
    for (const server::option& each : server::option_table) {
        CAPTURE(each.name);
        CHECK((tried.count(each.name) || each.help.empty()));  // a new option has a row here
    }
}

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
    CHECK(read({"--timeout-keep-alive", "-1"}).error == "--timeout-keep-alive must be seconds, as 5 or 0.5, not '-1'");
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
    for (const char* name : {"--proxy-headers", "--use-colors", "--no-date-header"})
        CHECK(read({name}).error ==
              std::string(name) + " is an option of uvicorn that coracle does not have yet; leave it out");
    CHECK(read({"--root-path", "/api"}).error.find("does not have yet") != std::string::npos);
    CHECK(read({"--header", "x: y"}).error.find("does not have yet") != std::string::npos);
}
