// multipart_body: a form with files as the body of a request; files on disk are read while they are sent.
// RFC 7578; RFC 2046 5.1.1 (boundaries).
#pragma once

#include <coracle/async/task.hpp>
#include <coracle/base/result.hpp>
#include <coracle/client/request_body.hpp>
#include <coracle/http/content_disposition.hpp>
#include <coracle/http/field_list.hpp>
#include <coracle/http/multipart_writer.hpp>
#include <coracle/loop/file.hpp>
#include <coracle/os/random_bytes.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace coracle {

/// `co_await http.post("/photos").multipart(multipart_body().field("title", "me").file_on_disk("photo", "me.png"))`.
/// Whatever names and values hold, none of it can end a part or a line of its head (W3).
class multipart_body {
public:
    multipart_body() noexcept {}

    multipart_body&& field(std::string_view name, std::string_view value) && {
        add(name, {}, {}, value, {});
        return std::move(*this);
    }
    /// in: an empty type is not said. error: std::invalid_argument for a type that is no field value.
    multipart_body&& file(std::string_view name, std::string_view filename, std::string_view bytes,
                          std::string_view type = {}) && {
        add(name, filename, type, bytes, {});
        return std::move(*this);
    }
    /// Its file name is the last part of the path. Read when it is sent, on the thread pool, and each time it is sent.
    /// error: when it is sent, std::system_error with the path in its message; the file may not shrink meanwhile.
    multipart_body&& file_on_disk(std::string_view name, std::string path, std::string_view type = {}) && {
        std::string filename = path.substr(path.rfind('/') + 1);
        add(name, filename, type, {}, std::move(path));
        return std::move(*this);
    }

    /// For the client: the body, and its Content-Type.
    request_body take(std::string& content_type) &&;

private:
    class reader;
    struct part {
        std::string name;
        std::optional<std::string> filename;
        std::string type;
        std::string bytes;
        std::string path;  // not empty: of a file on disk
    };
    void add(std::string_view name, std::optional<std::string_view> filename, std::string_view type,
             std::string_view bytes, std::string path) {
        if (!http::is_field_value(type))
            throw std::invalid_argument("coracle: the type of a file in a form is one like text/plain, on one line");
        part made;
        made.name = name;
        if (filename) made.filename = std::string(*filename);
        made.type = type;
        made.bytes = bytes;
        made.path = std::move(path);
        parts_.push_back(std::move(made));
    }

    std::vector<part> parts_;
};

/// Goes through the parts: what stands before each, its bytes, and the end of it.
class multipart_body::reader final : public body_stream {
public:
    reader(std::vector<part> parts, std::string_view boundary) : boundary_(boundary) {
        for (part& each : parts) {
            piece made;
            made.before = head_of(each);
            made.bytes = std::move(each.bytes);
            made.path = std::move(each.path);
            pieces_.push_back(std::move(made));
        }
    }

    task<> prepare() override {
        for (piece& each : pieces_) {
            if (each.path.empty()) continue;
            auto opened = co_await open_file(each.path);
            if (!opened) refuse(opened.error());
            auto size = co_await opened->size();
            if (!size) refuse(size.error());
            // Of what is made while it is read, as in /proc, the size is not known.
            each.size = *size > 0 ? std::optional(*size) : std::nullopt;
        }
    }
    std::optional<std::uint64_t> length() const override {
        std::uint64_t all = 2 + boundary_.size() + 4;
        for (const piece& each : pieces_) {
            if (!each.path.empty() && !each.size) return std::nullopt;
            all += each.before.size() + (each.path.empty() ? each.bytes.size() : *each.size) + 2;
        }
        return all;
    }
    task<std::optional<std::string_view>> read() override {
        std::optional<std::string_view> given;
        if (at_ == pieces_.size()) {
            if (!ended_) given = made_ = "--" + boundary_ + "--\r\n";
            ended_ = true;
            co_return given;
        }
        piece& here = pieces_[at_];
        if (!begun_) {
            begun_ = true;
            left_ = here.size;
            made_ = here.before;
            if (here.path.empty()) {
                made_ += here.bytes;
                end_piece();
            }
            given = made_;
            co_return given;
        }
        if (!open_) {
            auto opened = co_await open_file(here.path);
            if (!opened) refuse(opened.error());
            open_.emplace(std::move(*opened));
        }
        std::size_t most = left_ && *left_ < chunk ? static_cast<std::size_t>(*left_) : chunk;
        made_.clear();
        if (most > 0) {
            auto bytes = co_await open_->read(most);
            if (!bytes) refuse(bytes.error());
            made_ = std::move(*bytes);
            if (left_ && made_.empty())
                throw std::system_error(std::make_error_code(std::errc::io_error),
                                        "coracle: '" + here.path + "' has become shorter while it was sent");
            if (left_) *left_ -= made_.size();
        }
        if (made_.empty()) {
            open_.reset();
            end_piece();
        }
        given = made_;
        co_return given;
    }
    bool rewind() override {
        at_ = 0;
        begun_ = ended_ = false;
        open_.reset();
        return true;
    }

private:
    static constexpr std::size_t chunk = 64 * 1024;
    struct piece {
        std::string before;
        std::string bytes;
        std::string path;
        std::optional<std::uint64_t> size;
    };

    std::string head_of(const part& of) const {
        std::string out = "--" + boundary_ + "\r\nContent-Disposition: form-data";
        http::append_form_parameter(out, "name", of.name);
        if (of.filename) http::append_form_parameter(out, "filename", *of.filename);
        if (!of.type.empty()) out.append("\r\nContent-Type: ").append(of.type);
        return out.append("\r\n\r\n");
    }
    void end_piece() {
        made_ += "\r\n";
        begun_ = false;
        ++at_;
    }
    [[noreturn, gnu::cold]] static void refuse(const named_error& why) { why.raise(); }

    std::string boundary_;
    std::vector<piece> pieces_;
    std::size_t at_ = 0;
    bool begun_ = false;
    bool ended_ = false;
    std::optional<loop::file> open_;
    std::optional<std::uint64_t> left_;
    std::string made_;
};

[[gnu::cold]] inline request_body multipart_body::take(std::string& content_type) && {
    bool on_disk = false;
    for (const part& each : parts_) on_disk = on_disk || !each.path.empty();
    if (!on_disk) {
        http::multipart_writer written;
        for (const part& each : parts_) {
            if (each.filename)
                written.file(each.name, *each.filename, each.bytes, each.type);
            else
                written.field(each.name, each.bytes);
        }
        return request_body(written.take_body(content_type));
    }
    // A file is not read before to see what stands in it: nobody can guess this one.
    std::string boundary = "coracle-form-" + secret_token(18);
    content_type = "multipart/form-data; boundary=" + boundary;
    return request_body(std::make_unique<reader>(std::move(parts_), boundary));
}

}  // namespace coracle
