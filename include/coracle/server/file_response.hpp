// file_response: a file that a handler gives back, opened for the request it answers.
#pragma once

#include <coracle/app/file.hpp>
#include <coracle/app/http_error.hpp>
#include <coracle/app/request.hpp>
#include <coracle/app/response.hpp>
#include <coracle/async/blocking_call.hpp>
#include <coracle/async/offload.hpp>
#include <coracle/async/task.hpp>
#include <coracle/base/result.hpp>
#include <coracle/http/attachment.hpp>
#include <coracle/http/file_path.hpp>
#include <coracle/http/media_type.hpp>
#include <coracle/http/method.hpp>
#include <coracle/os/directory.hpp>
#include <coracle/os/error.hpp>
#include <coracle/server/file_answer.hpp>
#include <coracle/server/opened_file.hpp>

#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace coracle {

namespace server {

/// error: no_such_file_or_directory, permission_denied, would_block, ...
inline result<opened_file> open_for(const file& wanted, bool reads, os::patience how) {
    const file_options& options = wanted.options();
    if (options.directory.empty()) return opened_file::of(os::open_trusted(wanted.path(), how), reads, how);
    auto top = os::directory::open(options.directory, how);
    if (!top) return failure(top.error());
    os::links links = options.follow_symlinks ? os::links::follow : os::links::refuse;
    return opened_file::of(top->open_below(wanted.path(), links, how), reads, how);
}

/// What a file that cannot be opened is to the client.
[[noreturn, gnu::cold]] inline void refuse_file(const file& wanted, const std::error_code& why) {
    bool missing = why == std::errc::no_such_file_or_directory || why == std::errc::not_a_directory ||
                   why == std::errc::is_a_directory || why == std::errc::filename_too_long;
    bool clients = !wanted.options().directory.empty();
    if (missing && (clients || wanted.options().missing != 500))
        throw http_error(clients ? 404 : wanted.options().missing);
    if (clients && why == std::errc::permission_denied) throw http_error(403);
    throw std::system_error(why, "coracle: cannot send the file '" + wanted.path() + "'");
}

}  // namespace server

inline task<response> file::respond(const request& asked) const {
    bool reads = asked.method != http::method::head && !asked.fields.contains("range");
    auto found = server::open_for(*this, reads, os::patience::none);
    if (!found && os::is_would_block(found.error())) {
        auto patiently = [&] { return server::open_for(*this, reads, os::patience::waits); };
        found = co_await offload(patiently).on(lane::files);
    }
    if (!found) server::refuse_file(*this, found.error());
    server::file_answer answer(asked, std::move(*found));
    std::string_view type = options_.media_type;
    if (type.empty()) type = http::media_type_of(options_.filename);
    if (type.empty()) type = http::media_type_of(path_);
    if (!type.empty()) answer.media_type = type;
    bool kept = !options_.filename.empty() || !options_.disposition.empty();
    std::string disposition;
    if (kept)
        disposition = http::content_disposition(options_.disposition.empty() ? "attachment" : options_.disposition,
                                                options_.filename);
    answer.disposition = disposition;
    answer.cache_control = options_.cache_control;
    answer.status = options_.status;
    answer.fields = *this;
    co_return answer.make();
}

}  // namespace coracle
