// multipart_form: a form with files, read by hand while it comes: part by part, piece by piece, in no more memory than
// a piece takes.
// RFC 7578. The numbers and words of the limits are Starlette's.
#pragma once

#include <coracle/app/bind.hpp>
#include <coracle/app/disk_file.hpp>
#include <coracle/app/http_error.hpp>
#include <coracle/app/operation.hpp>
#include <coracle/app/parameter.hpp>
#include <coracle/app/request.hpp>
#include <coracle/app/upload_file.hpp>
#include <coracle/async/offload.hpp>
#include <coracle/async/task.hpp>
#include <coracle/base/utf8.hpp>
#include <coracle/http/content_disposition.hpp>
#include <coracle/http/content_type.hpp>
#include <coracle/http/form_limits.hpp>
#include <coracle/http/multipart.hpp>
#include <coracle/http/owned_fields.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace coracle {

class multipart_form;

/// One field of a form while it comes: what it is called, and then what it holds. Belongs to its form, and is over when
/// that goes on to the next.
class multipart_part {
public:
    std::string name{};
    std::optional<std::string> filename{};  ///< there for files; as the client named it, `../../etc/passwd` too
    std::string content_type{};             ///< as the client says; empty when it does not
    http::owned_fields headers{};

    /// The next piece as it comes; nothing at the end. The view is good until the next read. error: http_error 400 when
    /// the form is broken, 413 when the body is too large, or this file is.
    task<std::optional<std::string_view>> read();
    /// All of it (or what read() left), as UTF-8: what is none is taken for Latin-1. error: http_error 400 when it has
    /// more than `most` bytes, or than a field of this form may have.
    task<std::string> text(std::size_t most);
    task<std::string> text();
    /// Stores it as it comes, as the functions of upload_file do; what has come of a form that is broken is deleted.
    task<> save(std::string path);
    task<std::string> save_in(std::string directory);
    task<std::string> save_in(std::string directory, std::string stored_name);

private:
    friend multipart_form;
    explicit multipart_part(multipart_form& of, std::size_t number) noexcept : of_(&of), number_(number) {}

    task<std::string> store(std::unique_ptr<disk_file> to);

    multipart_form* of_;
    std::size_t number_;
    std::uint64_t read_ = 0;  // bytes
};

/// `app.post("/upload", [](multipart_form form) -> task<json> { while (auto part = co_await form.next()) ... });`, or
/// `multipart_form form(req);`. Nothing is read before next() is called. keeps: a reference to the request.
class multipart_form {
public:
    /// Within what its route says of forms, or Starlette's limits. error: http_error 400 when it is none.
    explicit multipart_form(request& asked) : multipart_form(asked, limits_of(asked)) {}
    multipart_form(request& asked, const http::form_limits& limits)
        : asked_(&asked), parser_(boundary_of(asked)), left_(asked.body.gathered()), limits_(limits) {}

    /// What the route of a request says of forms.
    static http::form_limits limits_of(request& asked) {
        const http::form_limits* said = asked.find_state<http::form_limits>();
        return said ? *said : http::form_limits{};
    }

    /// The next part, past what was not read of this one; nothing at the end. error: http_error 400 for a form that is
    /// broken, or has more files or fields than it may have.
    task<std::optional<multipart_part>> next() {
        for (;;) {
            http::multipart_step step = co_await advance();
            if (step.state == http::multipart_state::complete) co_return std::nullopt;
            if (step.state == http::multipart_state::part) co_return begin_part();
        }
    }

private:
    friend multipart_part;

    [[noreturn]] static void refuse(std::string_view why) { throw http_error(400, std::string(why)); }
    [[noreturn]] static void refuse_broken(std::string_view why) {
        throw http_error(400, "Invalid multipart data: " + std::string(why));
    }
    static std::string boundary_of(const request& asked) {
        std::string_view field = asked.headers["content-type"];
        demand_plain_body(asked);
        http::content_type type(field);
        if (!type.is("multipart/form-data")) refuse("This request takes a form of the type multipart/form-data");
        http::found_parameter boundary = type.parameter("boundary");
        if (!boundary.value) refuse("Missing boundary in multipart.");
        if (boundary.repeated) refuse_broken("its Content-Type names two boundaries");
        if (!http::multipart_parser::is_boundary(*boundary.value))
            refuse_broken("a boundary has 1 to 70 visible characters");
        return *std::move(boundary.value);
    }

    /// What comes next of the form.
    task<http::multipart_step> advance() {
        for (;;) {
            http::multipart_step step = parser_.next(left_);
            left_.remove_prefix(step.consumed);
            if (step.state == http::multipart_state::refused) refuse_broken(parser_.why());
            if (step.state == http::multipart_state::part_end) open_ = false;
            if (step.state != http::multipart_state::need_more) co_return step;
            auto bytes = co_await asked_->body.read();
            if (bytes)
                left_ = *bytes;
            else if (!parser_.finish())
                refuse_broken(parser_.why());
        }
    }
    multipart_part begin_part() {
        multipart_part made(*this, ++number_);
        open_ = true;
        made.headers = parser_.take_head();
        std::size_t names = 0;
        for (const http::field& each : made.headers) names += http::same_name(each.name, "content-disposition") ? 1 : 0;
        auto said = http::parse_form_disposition(made.headers["content-disposition"]);
        if (!said && names == 1 && !http::find_parameter(made.headers["content-disposition"], "name").value) names = 0;
        if (names == 0) refuse("The Content-Disposition header field \"name\" must be provided.");
        if (!said || names > 1) refuse_broken("a part says twice what it is called");
        made.name = std::move(said->name);
        made.filename = std::move(said->filename);
        made.content_type = std::string(made.headers["content-type"]);
        if (made.filename && ++files_ > limits_.max_files) refuse(limits_.too_many_files());
        if (!made.filename && ++fields_ > limits_.max_fields) refuse(limits_.too_many_fields());
        return made;
    }

    request* asked_;
    http::multipart_parser parser_;
    std::string_view left_;
    http::form_limits limits_;
    std::size_t files_ = 0;
    std::size_t fields_ = 0;
    std::size_t number_ = 0;  // of the part under way
    bool open_ = false;       // that has not ended
};

inline task<std::optional<std::string_view>> multipart_part::read() {
    if (!of_->open_ || of_->number_ != number_) co_return std::nullopt;
    http::multipart_step step = co_await of_->advance();
    if (step.state != http::multipart_state::data) co_return std::nullopt;
    std::uint64_t most = filename ? of_->limits_.max_file_size : 0;
    read_ += step.data.size();
    if (most != 0 && read_ > most) throw http_error(413, http::form_limits::too_large("File", most));
    co_return step.data;
}

inline task<std::string> multipart_part::text() { return text(of_->limits_.max_part_size); }
inline task<std::string> multipart_part::text(std::size_t most) {
    std::string all;
    while (auto bytes = co_await read()) {
        if (bytes->size() > most - all.size()) multipart_form::refuse(http::form_limits::too_large("Part", most));
        all += *bytes;
    }
    if (!utf8::is_valid(all)) {
        std::string storage;
        all = std::string(utf8::from_latin1(all, storage));
    }
    co_return all;
}

inline task<std::string> multipart_part::store(std::unique_ptr<disk_file> to) {
    constexpr std::size_t written_at_once = 256 * 1024;
    std::string waiting;
    bool more = true;
    while (more) {
        auto bytes = co_await read();
        more = bytes.has_value();
        if (more) waiting += *bytes;
        if (more && waiting.size() < written_at_once) continue;
        auto writing = [&] {
            to->append(waiting);
            if (!more) to->keep();
        };
        co_await offload(writing).on(lane::files);
        waiting.clear();
    }
    co_return to->path();
}

inline task<> multipart_part::save(std::string path) {
    if (filename) detail::demand_own_path(path, *filename);
    auto making = [&path] { return disk_file::instead_of(path); };
    std::unique_ptr<disk_file> to = co_await offload(making).on(lane::files);
    co_await store(std::move(to));
}
inline task<std::string> multipart_part::save_in(std::string directory) {
    auto making = [&directory] { return disk_file::create_in(directory); };
    std::unique_ptr<disk_file> to = co_await offload(making).on(lane::files);
    std::string path = co_await store(std::move(to));
    co_return path;
}
inline task<std::string> multipart_part::save_in(std::string directory, std::string stored_name) {
    detail::demand_file_name(stored_name);
    std::string path = directory + "/" + stored_name;
    auto making = [&path] { return disk_file::create(path); };
    std::unique_ptr<disk_file> to = co_await offload(making).on(lane::files);
    std::string made = co_await store(std::move(to));
    co_return made;
}

template <>
struct parameter<multipart_form> {
    static constexpr parameter_source source = parameter_source::context;
    static constexpr bool said_aloud = false;
};
template <>
struct parameter_reader<multipart_form> {
    using stored = request*;
    static void read(stored& to, binding& with, std::size_t) noexcept { to = &with.asked; }
    static multipart_form take(stored& from) { return multipart_form(*from); }
    static void describe(operation& told) {
        told.body("multipart/form-data", json{{"type", "object"}, {"additionalProperties", true}}, true);
    }
};

}  // namespace coracle
