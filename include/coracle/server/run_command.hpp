// run_command: app.run(argc, argv): a program whose command line is that of its server.
#pragma once

#include <coracle/app/app.hpp>
#include <coracle/app/operation.hpp>
#include <coracle/app/run_options.hpp>
#include <coracle/base/ascii.hpp>
#include <coracle/base/log.hpp>
#include <coracle/base/version.hpp>
#include <coracle/json/schema.hpp>
#include <coracle/os/file.hpp>
#include <coracle/server/arguments.hpp>
#include <coracle/server/env_file.hpp>
#include <coracle/server/log_voice.hpp>
#include <coracle/server/reload.hpp>
#include <coracle/server/routes_table.hpp>
#include <coracle/server/run_processes.hpp>
#include <coracle/server/serve.hpp>
#include <coracle/server/usage.hpp>

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace coracle {

namespace server {

/// The rows of an app, those of the apps that are mounted in it in their place. in: a frozen app.
inline void add_rows(const app& of, const std::string& below, std::vector<route_row>& rows) {
    auto joined = [](const std::vector<std::string>& words, const char* between) {
        std::string all;
        for (const std::string& each : words) all += (all.empty() ? "" : between) + each;
        return all;
    };
    for (const auto& each : of.routes()) {
        const app* inside = nullptr;
        std::string path;
        of.for_each_mounted([&](const std::string& at, const app& one) {
            if (each->text() == at + "/{path:path}") inside = &one, path = at;
        });
        if (inside) {
            add_rows(*inside, below + path, rows);
            continue;
        }
        const route_options& options = each->options();
        schema_components named;
        operation told(each->pattern(), named, each->skipped());
        each->target()->describe(told);
        int status = options.status != 0 ? options.status : told.status();
        bool websocket = each->target()->is_websocket();
        if (websocket) status = 101;
        rows.push_back({websocket ? "WEBSOCKET" : joined(each->methods(), ","), below + each->text(), options.name,
                        std::to_string(status), joined(options.tags, ", ")});
    }
}

/// Sets the variables of a file for this process and its children, but for those that are set already. Gives why it
/// cannot, in a sentence. in: before other threads look at the environment.
inline std::string load_env_file(const std::string& path) {
    constexpr std::size_t most = 1024 * 1024;
    auto text = os::read_file(path, most);
    if (!text) return text.error().message();
    auto set = [](const std::string& name, const std::string& value) { ::setenv(name.c_str(), value.c_str(), 0); };
    std::string wrong = env_file(*text).read([](const char* name) { return std::getenv(name); }, set);
    return wrong.empty() ? wrong : path + ": " + wrong;
}

/// A program with a command line. A template only so that who does not use it pays nothing.
template <class App>
int run_command(App& served, std::vector<std::string> words, const run_options& defaults) {
    std::string program = words.empty() ? "app" : words.front();
    std::vector<std::string_view> behind(words.empty() ? words.end() : words.begin() + 1, words.end());
    auto find = [](const char* name) { return std::getenv(name); };
    arguments asked = read_arguments(behind, find, defaults);
    if (asked.error.empty() && !asked.env_file.empty()) {
        std::string wrong = load_env_file(asked.env_file);
        asked = read_arguments(behind, find, defaults);  // it may have said some of the options
        if (!wrong.empty()) asked.error = "--env-file " + wrong;
    }
    if (!asked.error.empty()) {
        std::fprintf(stderr, "ERROR:    %s\n", asked.error.c_str());
        return 2;
    }
    auto print = [](const std::string& text) {
        std::fwrite(text.data(), 1, text.size(), stdout);
        if (text.empty() || text.back() != '\n') std::fputc('\n', stdout);
        return std::fflush(stdout) == 0 ? 0 : 3;
    };
    log_voice voice(asked.options);
    try {
        std::string title = served.settings().title + ' ' + served.settings().version;
        switch (asked.what) {
            case arguments::deed::help:
                return print(usage(program, title));
            case arguments::deed::version:
                return print(title + " (coracle " + CORACLE_VERSION_STRING + ")");
            case arguments::deed::routes: {
                served.freeze();
                std::vector<route_row> rows;
                add_rows(served, {}, rows);
                return print(routes_table(rows));
            }
            case arguments::deed::openapi:
                if constexpr (requires { served.openapi().dump(2); }) return print(served.openapi().dump(2));
                break;
            case arguments::deed::ts:
                if constexpr (requires { std::string(served.typescript()); }) return print(served.typescript());
                break;
            case arguments::deed::serve: {
                if (asked.processes.count > 0 || is_worker_process()) {
                    if (asked.reload.on)
                        throw std::logic_error(
                            "coracle: --reload is for developing, with one process; leave --processes out");
                    return serve_in_processes(served, asked.options, asked.processes);
                }
                const char* child = std::getenv(reload_child_variable);
                auto fd = child ? ascii::parse_decimal<unsigned>(child) : std::nullopt;
                if (fd) {
                    asked.options.fd = static_cast<int>(*fd);
                    ::unsetenv(reload_child_variable);  // its own children are none
                } else if (asked.reload.on) {
                    return reloader(asked.options, asked.reload, std::move(words)).run();
                }
                return serve(served, asked.options);
            }
        }
        std::fputs("ERROR:    this version of coracle cannot print that yet\n", stderr);
        return 2;
    } catch (const std::exception& why) {
        log::error(why.what());
        return 3;
    }
}

}  // namespace server

template <class Word>
int app::run(int argc, Word** argv, const run_options& defaults) {
    static_assert(std::is_same_v<std::remove_const_t<Word>, char>,
                  "coracle: run() takes what main() is given: app.run(argc, argv)");
    return server::run_command(*this, std::vector<std::string>(argv, argv + argc), defaults);
}

}  // namespace coracle
