// form_data: the fields and files of a form, taken in as a whole before the handler is called. Starlette's FormData.
// RFC 7578; WHATWG URL 5.1 (urlencoded); the limits are Starlette's. As in FastAPI a body of another type is a form
// without fields.
#pragma once

#include <coracle/app/http_error.hpp>
#include <coracle/app/multipart_form.hpp>
#include <coracle/app/request.hpp>
#include <coracle/app/spool.hpp>
#include <coracle/app/upload_file.hpp>
#include <coracle/async/task.hpp>
#include <coracle/base/ascii.hpp>
#include <coracle/http/fields.hpp>
#include <coracle/http/form_limits.hpp>
#include <coracle/http/query.hpp>
#include <coracle/json/value.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace coracle {

/// In the order in which they came. A file input in which nothing was chosen is not there.
class form_data {
public:
    struct entry {
        std::string name;
        std::string value{};                ///< of a field
        std::optional<upload_file> file{};  ///< there for a file
    };

    const std::vector<entry>& entries() const noexcept { return entries_; }
    auto begin() const noexcept { return entries_.begin(); }
    auto end() const noexcept { return entries_.end(); }
    std::size_t size() const noexcept { return entries_.size(); }
    bool empty() const noexcept { return entries_.empty(); }

    /// The last one with this name, as FastAPI takes it; null when there is none.
    const entry* last(std::string_view name) const noexcept {
        for (std::size_t n = entries_.size(); n-- > 0;)
            if (entries_[n].name == name) return &entries_[n];
        return nullptr;
    }
    /// Fields and files as names and texts; those of files are empty.
    std::vector<http::field> pairs() const {
        std::vector<http::field> all;
        all.reserve(size());
        for (const entry& each : entries_) all.push_back({each.name, each.value});
        return all;
    }

    /// Takes the body in. Called again, it does nothing. Gives the text of a body that is no form with files.
    /// error: http_error 400 for one that is broken or has too much, 413.
    task<std::string_view> read(request& asked) {
        if (http::content_type(asked.headers["content-type"]).is("multipart/form-data")) {
            if (!std::exchange(is_read_, true)) co_await read_parts(asked);
            co_return std::string_view();
        }
        const std::string& text = co_await asked.body.text();
        bool urlencoded = ascii::iequals(asked.media_type(), "application/x-www-form-urlencoded");
        if (urlencoded && !text.empty()) demand_plain_body(asked);
        if (!std::exchange(is_read_, true) && urlencoded) read_pairs(text, multipart_form::limits_of(asked));
        co_return std::string_view(text);
    }

private:
    // Text stays in memory: all of it together as much as an urlencoded form may have that nobody raised the limit for.
    static constexpr std::size_t most_text = std::size_t{10} << 20;

    void read_pairs(std::string_view text, const http::form_limits& limits) {
        if (std::string refusal = http::form_refusal(text, limits); !refusal.empty())
            throw http_error(400, std::move(refusal));
        for (http::query_reader pairs(text); pairs.next();)
            entries_.push_back({std::string(pairs.name()), std::string(pairs.value())});
    }

    task<> read_parts(request& asked) {
        multipart_form form(asked);
        const std::size_t longest = multipart_form::limits_of(asked).max_part_size;
        const std::size_t most = longest > most_text ? longest : most_text;
        auto content = std::make_shared<spool>();
        std::size_t text = 0;
        while (auto part = co_await form.next()) {
            entry made{part->name};
            if (!part->filename) {
                made.value = co_await part->text();
                text += made.name.size() + made.value.size();
                if (text > most) throw http_error(400, http::form_limits::too_large("Fields", most));
            } else {
                std::uint64_t begin = content->size();
                while (auto bytes = co_await part->read()) {
                    content->append(*bytes);
                    if (content->full()) co_await content->write_out();
                }
                std::uint64_t size = content->size() - begin;
                if (size == 0 && part->filename->empty()) continue;
                upload_file& file = made.file.emplace(content, begin, size);
                file.filename = *std::move(part->filename);
                file.content_type = std::move(part->content_type);
                file.headers = std::move(part->headers);
            }
            entries_.push_back(std::move(made));
        }
        co_await content->finish();
    }

    std::vector<entry> entries_;
    bool is_read_ = false;
};

/// How the body of a request is taken in for who reads a form from it.
inline task<std::string_view> take_form(request& asked) { return asked.state<form_data>().read(asked); }

/// The form of a request, by hand: `const form_data& form = co_await read_form(req);`. Starlette's request.form():
/// within what its route says of forms, or `read_form(req, {.max_files = 3})`. Who reads it first sets the limits.
inline task<const form_data&> read_form(request& asked) {
    form_data& form = asked.state<form_data>();
    co_await form.read(asked);
    co_return form;
}
inline task<const form_data&> read_form(request& asked, const http::form_limits& limits) {
    asked.state<http::form_limits>() = limits;
    return read_form(asked);
}

}  // namespace coracle
