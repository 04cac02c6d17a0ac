// upload_file: a file that came with a form, whole and out of the way: small ones in memory, large ones on the disk.
// FastAPI's UploadFile.
#pragma once

#include <coracle/app/disk_file.hpp>
#include <coracle/app/http_error.hpp>
#include <coracle/app/spool.hpp>
#include <coracle/async/offload.hpp>
#include <coracle/async/task.hpp>
#include <coracle/base/ascii.hpp>
#include <coracle/base/stop_token.hpp>
#include <coracle/base/utf8.hpp>
#include <coracle/http/file_name.hpp>
#include <coracle/http/owned_fields.hpp>
#include <coracle/json/from_text.hpp>
#include <coracle/json/schema_components.hpp>
#include <coracle/json/value.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace coracle {

namespace detail {

/// error: http_error 400 for a name that must not become the name of a file (threat D10).
inline void demand_file_name(std::string_view name) {
    std::string_view mistake = http::file_name_mistake(name);
    if (!mistake.empty())
        throw http_error(400, "A file cannot be stored under the name that was sent with it: " + std::string(mistake));
}
/// The same for a path that was put together from a name that a client sent: the name must not lead elsewhere.
inline void demand_own_path(std::string_view path, std::string_view sent) {
    if (!sent.empty() && path.ends_with(sent)) demand_file_name(sent);
}

/// Writes what `content` has there, where `make` says. Gives the path.
template <class Make>
std::string save_now(spool* content, std::uint64_t at, std::uint64_t size, const Make& make,
                     const stop_token& stop = {}) {
    std::unique_ptr<disk_file> to = make();
    if (content)
        content->copy_now(at, size, *to, stop);
    else
        to->keep();
    return to->path();
}

}  // namespace detail

/// `app.post("/upload", [](upload_file file) -> task<json> { auto text = co_await file.text(); ... });`
/// Copies are the same file, each with its own position. It may be kept for longer than the request: its bytes go with
/// the last copy. What the client says of it is in `filename`, `content_type` and `headers`, and may be anything.
/// error: std::system_error when the disk fails.
class upload_file {
public:
    std::string filename{};        ///< as the client named it, `../../etc/passwd` too; see save_in()
    std::string content_type{};    ///< as the client says; empty when it does not
    std::uint64_t size = 0;        ///< in bytes
    http::owned_fields headers{};  ///< of its part of the form

    upload_file() = default;
    /// One that no client sent, so that a handler can be called without a request.
    upload_file(std::string name, std::string_view bytes, std::string type = {})
        : filename(std::move(name)),
          content_type(std::move(type)),
          size(bytes.size()),
          content_(std::make_shared<spool>()) {
        content_->append(bytes);
    }
    /// in: its bytes, `size` of them from `begin`.
    upload_file(std::shared_ptr<spool> content, std::uint64_t begin, std::uint64_t bytes) noexcept
        : size(bytes), content_(std::move(content)), begin_(begin) {}

    /// At most `most` bytes from where the last read() ended; empty at the end. Without a number: the rest.
    task<std::string> read(std::size_t most = everything) {
        std::size_t count = next(most);
        if (count == 0) co_return std::string();
        std::string bytes = co_await content_->read(begin_ + position_, count);
        position_ += bytes.size();
        co_return bytes;
    }
    /// All of it, wherever it was read to.
    task<std::string> text() {
        if (size == 0) co_return std::string();
        std::string bytes = co_await content_->read(begin_, static_cast<std::size_t>(size));
        co_return bytes;
    }
    /// Where the next read() begins.
    void seek(std::uint64_t position) noexcept { position_ = position; }
    std::uint64_t position() const noexcept { return position_; }

    /// Stores it under a path of yours; what has it already is replaced, in one step. error: http_error 400 when the
    /// path ends with `filename`, and that could lead out of its directory.
    task<> save(std::string path) {
        detail::demand_own_path(path, filename);
        auto saving = [this, &path](const stop_token& stop) {
            save_as([&path] { return disk_file::instead_of(path); }, stop);
        };
        co_await offload(saving).on(lane::files);
    }
    /// Stores it in a directory under a random name, and gives its path.
    task<std::string> save_in(std::string directory) {
        auto saving = [this, &directory](const stop_token& stop) {
            return save_as([&directory] { return disk_file::create_in(directory); }, stop);
        };
        std::string path = co_await offload(saving).on(lane::files);
        co_return path;
    }
    /// The same under a name that may come from the client: what could do harm is refused, and what is there stays.
    /// error: http_error 400; std::system_error with std::errc::file_exists.
    task<std::string> save_in(std::string directory, std::string name) {
        detail::demand_file_name(name);
        std::string path = directory + "/" + name;
        auto saving = [this, &path](const stop_token& stop) {
            return save_as([&path] { return disk_file::create(path); }, stop);
        };
        std::string made = co_await offload(saving).on(lane::files);
        co_return made;
    }

    // The same where they stand, for plain functions, which run on the thread pool.

    std::string read_now(std::size_t most = everything) {
        std::size_t count = next(most);
        std::string bytes = count == 0 ? std::string() : content_->read_now(begin_ + position_, count);
        position_ += bytes.size();
        return bytes;
    }
    std::string text_now() const {
        return size == 0 ? std::string() : content_->read_now(begin_, static_cast<std::size_t>(size));
    }
    void save_now(const std::string& path) const {
        detail::demand_own_path(path, filename);
        save_as([&path] { return disk_file::instead_of(path); });
    }
    std::string save_in_now(const std::string& directory) const {
        return save_as([&directory] { return disk_file::create_in(directory); });
    }
    std::string save_in_now(const std::string& directory, const std::string& name) const {
        detail::demand_file_name(name);
        return save_as([&] { return disk_file::create(directory + "/" + name); });
    }

private:
    static constexpr std::size_t everything = static_cast<std::size_t>(-1);

    std::size_t next(std::size_t most) const noexcept {
        std::uint64_t left = position_ < size ? size - position_ : 0;
        return left < most ? static_cast<std::size_t>(left) : most;
    }
    template <class Make>
    std::string save_as(const Make& make, const stop_token& stop = {}) const {
        return detail::save_now(content_.get(), begin_, size, make, stop);
    }

    std::shared_ptr<spool> content_;
    std::uint64_t begin_ = 0;
    std::uint64_t position_ = 0;
};

/// In JSON it is what is known of it, without its bytes.
inline json to_json(const upload_file& of) {
    json headers = json::object();
    std::string storage;
    for (const http::field& each : of.headers)
        headers[ascii::lower(each.name)] = utf8::from_latin1(each.value, storage);
    return json{{"filename", of.filename}, {"size", of.size}, {"headers", std::move(headers)}};
}
/// A form puts null where a file belongs, and fills it in then; nothing else is one.
inline bool from_json(const json& in, upload_file&, text_problem& why) {
    if (in.is_null()) return true;
    why = {"value_error", "Value error, Expected UploadFile, received: <class 'str'>", json{{"error", json::object()}}};
    return false;
}

template <>
struct schema_form<upload_file> {
    static json make(schema_components&) {
        return json{{"type", "string"}, {"contentMediaType", "application/octet-stream"}};
    }
};

}  // namespace coracle
