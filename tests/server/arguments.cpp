#include <coracle/server/arguments.hpp>

#include "read_words.hpp"

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

TEST_CASE("an argument goes before the environment, and that before the program") {
    run_options program{.host = "::1", .port = 1, .workers = 2};
    CHECK(read_words({}, {}, program).options.port == 1);
    CHECK(read_words({}, {{"CORACLE_PORT", "2"}}, program).options.port == 2);
    CHECK(read_words({"--port", "3"}, {{"CORACLE_PORT", "2"}}, program).options.port == 3);
    CHECK(read_words({"--port", "3", "--port=4"}, {}, program).options.port == 4);
    CHECK(read_words({}, {{"WEB_CONCURRENCY", "5"}}, program).options.workers == 5);
    CHECK(read_words({}, {{"WEB_CONCURRENCY", "5"}, {"CORACLE_WORKERS", "6"}}, program).options.workers == 6);
    CHECK(read_words({}, {{"CORACLE_PORT", ""}}, program).options.port == 1);
    CHECK(!read_words({}, {{"CORACLE_ACCESS_LOG", "no"}}).options.access_log);
    CHECK(read_words({}, {{"CORACLE_RELOAD", "On"}}).reload.on);
    CHECK(read_words({"--no-reload"}, {{"CORACLE_RELOAD", "1"}}).reload.on == false);
    CHECK(read_words({}, {{"CORACLE_RELOAD_DIR", "a,b"}}).reload.dirs == std::vector<std::string>{"a", "b"});
    CHECK(read_words({"--reload-dir", "c"}, {{"CORACLE_RELOAD_DIR", "a,b"}}).reload.dirs ==
          std::vector<std::string>{"c"});
    CHECK(read_words({"--reload-dir", "c", "--reload-dir=d"}).reload.dirs.size() == 2);
    CHECK(read_words({}, {{"CORACLE_HELP", "1"}}).what == server::arguments::deed::serve);
}

TEST_CASE("what is wrong is said in a sentence") {
    CHECK(read_words({"--port", "many"}).error == "--port must be a number from 0 to 65535, not 'many'");
    CHECK(read_words({"--port", "65536"}).error == "--port must be a number from 0 to 65535, not '65536'");
    CHECK(read_words({"--port="}).error == "--port must be a number from 0 to 65535, not ''");
    CHECK(read_words({"--workers", "0"}).error == "--workers must be a number from 1 to 1024, not '0'");
    CHECK(read_words({"--log-level", "loud"}).error ==
          "--log-level must be critical, error, warning, info, debug or trace, not 'loud'");
    CHECK(read_words({"--log-format", "xml"}).error == "--log-format must be text, json or logfmt, not 'xml'");
    CHECK(read_words({"--log-config", "log.ini"}).error ==
          "--log-config must be left out: it configures loggers of Python; coracle has --log-format and --log-level, "
          "not 'log.ini'");
    CHECK(read_words({"--timeout-keep-alive", "-1"}).error ==
          "--timeout-keep-alive must be seconds, as 5 or 0.5, not '-1'");
    CHECK(read_words({"--limit-body", "10X"}).error == "--limit-body must be bytes, as 16384, 16k or 10M, not '10X'");
    CHECK(read_words({"--limit-body-rate", "4G"}).error ==
          "--limit-body-rate must be bytes, as 16384, 16k or 10M, not '4G'");
    CHECK(read_words({"--limit-concurrency", "few"}).error ==
          "--limit-concurrency must be a number, or 0 for no bound, not 'few'");
    CHECK(read_words({}, {{"CORACLE_PORT", "many"}}).error ==
          "CORACLE_PORT must be a number from 0 to 65535, not 'many'");
    CHECK(read_words({}, {{"CORACLE_RELOAD", "maybe"}}).error == "CORACLE_RELOAD must be true or false, not 'maybe'");
    CHECK(read_words({}, {{"WEB_CONCURRENCY", "x"}}).error ==
          "WEB_CONCURRENCY must be a number from 1 to 1024, not 'x'");
    CHECK(read_words({"--help"}, {{"CORACLE_PORT", "many"}}).error == "");
    CHECK(read_words({"serve"}).error == "'serve' is no option; options begin with --, see --help");
    CHECK(read_words({"--"}).error == "'--' is no option; options begin with --, see --help");
    CHECK(read_words({"-h"}).what == server::arguments::deed::help);
}

TEST_CASE("an unknown option is answered with the nearest one") {
    CHECK(read_words({"--prot", "1"}).error == "there is no option --prot; did you mean --port?");
    CHECK(read_words({"--hosts=x"}).error == "there is no option --hosts; did you mean --host?");
    CHECK(read_words({"--no-acces-log"}).error == "there is no option --no-acces-log; did you mean --no-access-log?");
    CHECK(read_words({"--timeout-keep"}).error ==
          "there is no option --timeout-keep; did you mean --timeout-keep-alive?");
    CHECK(read_words({"--frobnicate"}).error == "there is no option --frobnicate; --help lists those that there are");
    CHECK(read_words({"--=x"}).error.find("there is no option --") == 0);
}

TEST_CASE("an option of uvicorn that is not there yet is refused, not ignored") {
    for (const char* name : {"--ssl-keyfile", "--ssl-certfile"})
        CHECK(read_words({name, "1"}).error ==
              std::string(name) + " is an option of uvicorn that coracle does not have yet; leave it out");
}

TEST_CASE("words of uvicorn about WebSockets: what can be is done, and the rest says why not") {
    for (const char* fine : {"--ws=auto", "--ws-per-message-deflate=false", "--ws-per-message-deflate=0"})
        CHECK(read_words({fine}).error == "");
    CHECK(read_words({"--ws", "wsproto"}).error ==
          "--ws must be auto: WebSockets are coracle's own, and who wants none has no route for them, not 'wsproto'");
    CHECK(read_words({"--ws-per-message-deflate", "true"}).error ==
          "--ws-per-message-deflate must be false: coracle does not compress the messages of WebSockets, not 'true'");
    CHECK(read_words({"--ws-max-queue", "0"}).error == "--ws-max-queue must be a number from 1, not '0'");
    CHECK(read_words({"--ws-max-size", "much"}).error ==
          "--ws-max-size must be bytes, as 16384, 16k or 10M, not 'much'");
    CHECK(read_words({"--ws-ping-interval", "-1"}).error ==
          "--ws-ping-interval must be seconds, as 5 or 0.5, not '-1'");
}

TEST_CASE("proxies: this machine is trusted unless an argument, the environment or the program says who") {
    auto trusted = [](const server::arguments& of, std::string_view peer) {
        return of.options.proxy.trusted.contains(peer);
    };
    auto plain = read_words({});
    for (std::string_view here : {"127.0.0.1", "::1", "unix:"}) CHECK(trusted(plain, here));
    CHECK_FALSE(trusted(plain, "10.0.0.1"));
    CHECK(plain.options.proxy.headers);
    CHECK_FALSE(plain.options.proxy.protocol);
    CHECK_FALSE(read_words({"--no-proxy-headers"}).options.proxy.headers);
    CHECK(read_words({"--proxy-protocol"}).options.proxy.protocol);
    auto said = read_words({"--forwarded-allow-ips", "10.0.0.0/8,::1"}, {{"FORWARDED_ALLOW_IPS", "*"}});
    CHECK(trusted(said, "10.1.2.3"));
    CHECK_FALSE(trusted(said, "127.0.0.1"));
    CHECK(trusted(read_words({}, {{"FORWARDED_ALLOW_IPS", "*"}}), "203.0.113.9"));
    CHECK_FALSE(
        trusted(read_words({}, {{"FORWARDED_ALLOW_IPS", "*"}, {"CORACLE_FORWARDED_ALLOW_IPS", "unix"}}), "1.1.1.1"));
    for (const char* bad : {"10.0.0.0/33", "10.0.0.1/8", "300.1.1.1", ",", ""})
        CHECK(read_words({"--forwarded-allow-ips", bad})
                  .error.find("--forwarded-allow-ips must be addresses and networks") == 0);
    CHECK(read_words({}, {{"FORWARDED_ALLOW_IPS", "10.0.0.0/33"}}).error.find("FORWARDED_ALLOW_IPS must be") == 0);
}

TEST_CASE("a root path, and fields of every answer") {
    CHECK(read_words({"--root-path", "/api"}).options.root_path == "/api");
    CHECK(read_words({}, {{"CORACLE_ROOT_PATH", "/v1/"}}).options.root_path == "/v1/");
    CHECK(read_words({"--root-path="}).error.empty());
    CHECK(read_words({"--root-path", "//x"}).error == "--root-path must be a path, as /api, not '//x'");
    CHECK(read_words({"--root-path", "api"}).error.find("must be a path") != std::string::npos);
    auto said = read_words({"--header", "X-Frame-Options:DENY", "--header", "x-a: b:c", "--no-date-header"});
    CHECK(said.options.headers.wire() == "x-frame-options: DENY\r\nx-a: b:c\r\n");
    CHECK_FALSE(said.options.date_header);
    for (const char* bad : {"x", "x y: z", ": z", "x: a\r\nb: c", "content-length: 5", "date: now"})
        CHECK(read_words({"--header", bad}).error.find("--header must be a field") == 0);
}

}  // namespace in_arguments
