// run_processes: app.run_processes(): the parent, or the worker that it has started. Both run main().
#pragma once

#include <coracle/app/app.hpp>
#include <coracle/app/process_options.hpp>
#include <coracle/app/run_options.hpp>
#include <coracle/base/ascii.hpp>
#include <coracle/base/log.hpp>
#include <coracle/net/listening_socket.hpp>
#include <coracle/os/file_descriptor.hpp>
#include <coracle/os/socket.hpp>
#include <coracle/os/this_program.hpp>
#include <coracle/server/handed_sockets.hpp>
#include <coracle/server/log_voice.hpp>
#include <coracle/server/overtime.hpp>
#include <coracle/server/parent_line.hpp>
#include <coracle/server/serve.hpp>
#include <coracle/server/server.hpp>
#include <coracle/server/supervisor.hpp>

#include <cstdlib>
#include <exception>
#include <optional>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace coracle::server {

/// Whether a supervisor has started this process.
inline bool is_worker_process() noexcept { return std::getenv(worker_process_variable) != nullptr; }

/// The worker's part: it serves the sockets that its parent holds. out: 3 when it cannot start, which ends the parent.
inline int serve_for_parent(app& served, run_options options) {
    constexpr unsigned first = 3;
    const char* told = std::getenv(worker_process_variable);
    auto count = ascii::parse_decimal<unsigned>(told ? told : "");
    ::unsetenv(worker_process_variable);  // its own children are none
    if (!count || *count == 0 || *count > 1024)
        throw std::logic_error(std::string("coracle: ") + worker_process_variable +
                               " is for workers that run_processes() has started; unset it");
    std::vector<net::listening_socket> doors;
    doors.reserve(*count);
    for (unsigned n = 0; n < *count; ++n) doors.push_back(inherited(static_cast<int>(first + n)));
    os::file_descriptor line(static_cast<int>(first + *count));
    if (auto prepared = os::prepare_inherited(line.get()); !prepared)
        throw std::system_error(prepared.error(), "coracle: the line to the parent process");
    options.fd = -1;
    overtime late(options.graceful_timeout);
    server here(served, options);
    here.leaves_after(late);
    here.start(std::move(doors));
    parent_line::obey(here, std::move(line));
    here.serve();
    return 0;
}

/// The parent's part, or the worker's.
inline int serve_in_processes(app& served, const run_options& options, const process_options& how) {
    if (is_worker_process()) return serve_for_parent(served, options);
    auto program = os::this_program();
    if (!program) throw std::system_error(program.error(), "coracle: the file of this program, to start workers");
    served.freeze();  // what is wrong with the routes is said once, and here
    std::vector<net::listening_socket> doors = handed_sockets(options.fd_name);
    if (options.fd >= 0) doors.push_back(inherited(options.fd));
    bool own = doors.empty();
    if (own) doors.push_back(opened(address_of(options), options.backlog));
    if (options.banner) print_banner(doors.front().where(), options);
    return supervisor(options, how, std::move(doors), own, std::move(program->words)).run();
}

}  // namespace coracle::server

namespace coracle {

template <class Processes>
int app::run_processes(const Processes& how, const run_options& asked) {
    server::log_voice voice(asked);
    try {
        return server::serve_in_processes(*this, server::from_environment(asked), how);
    } catch (const std::exception& why) {
        log::error(why.what());
        return 3;
    }
}

}  // namespace coracle
