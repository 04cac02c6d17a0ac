// file_answer: the answer that an open file is to a request: whole, in ranges, or not at all.
// RFC 9110 13 (preconditions), 14 (ranges), 15.4.5 (304), 8.8.2.1 (no modification in the future).
#pragma once

#include <coracle/app/http_error.hpp>
#include <coracle/app/request.hpp>
#include <coracle/app/response.hpp>
#include <coracle/http/byteranges.hpp>
#include <coracle/http/date.hpp>
#include <coracle/http/entity_tag.hpp>
#include <coracle/http/media_type.hpp>
#include <coracle/http/method.hpp>
#include <coracle/http/preconditions.hpp>
#include <coracle/http/range.hpp>
#include <coracle/os/random_bytes.hpp>
#include <coracle/os/wall_clock.hpp>
#include <coracle/server/file_body.hpp>
#include <coracle/server/opened_file.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace coracle::server {

/// Makes one answer. in: a file, and as what it is sent.
class file_answer {
public:
    file_answer(const request& asked, opened_file found) : asked_(asked), found_(std::move(found)) {}

    std::string_view media_type = http::unknown_media_type;
    std::string_view encoding{};  ///< of the file itself: `gzip`
    std::string_view form{};      ///< what tells its tag from that of the file as it is
    bool varies = false;          ///< another client may get another encoding
    std::string_view disposition{};
    std::string_view cache_control{};
    int status = 200;
    answer_fields fields{};  ///< what is sent besides, and goes before what is said here

    /// error: http_error 400, 412, 416.
    response make() {
        response made;
        static_cast<answer_fields&>(made) = std::move(fields);
        made.status = status;
        put(made, "cache-control", cache_control);
        if (varies) made.headers.add("vary", "accept-encoding");
        bool reads = asked_.method == http::method::get || asked_.method == http::method::head;
        bool conditional = status == 200 && reads;
        if (conditional && !add_validators(made)) return made;
        put(made, "content-type", media_type);
        put(made, "content-encoding", encoding);
        put(made, "content-disposition", disposition);
        if (conditional) put(made, "accept-ranges", "bytes");
        if (!conditional || !add_ranges(made)) add_whole(made);
        return made;
    }

private:
    static void put(response& to, std::string_view name, std::string_view value) {
        if (!value.empty() && !to.headers.contains(name)) to.headers.set(name, value);
    }

    /// False when the answer is 304.
    bool add_validators(response& made) {
        now_ = os::unix_seconds();
        constexpr std::int64_t second = 1'000'000'000;
        std::int64_t modified = found_.facts.modified / second - (found_.facts.modified % second < 0);
        if (modified > now_) modified = now_;
        put(made, "etag", http::file_entity_tag(found_.facts.modified, found_.facts.size, form));
        std::optional<http::entity_tag> tag = http::parse_entity_tag(made.headers["etag"]);
        there_ = {tag ? *tag : http::entity_tag(), modified};
        switch (http::judge_preconditions(asked_.fields, asked_.method, there_, now_)) {
            case http::precondition::failed:
                throw http_error(412);
            case http::precondition::not_modified:
                made.status = 304;
                return false;
            case http::precondition::proceed:
                break;
        }
        char date[http::date_size];
        http::write_date(modified, date);
        put(made, "last-modified", {date, sizeof date});
        // A copy: the fields that are added may move it.
        tag_ = made.headers["etag"];
        if (tag) there_.tag.quoted = std::string_view(tag_).substr(tag->weak ? 2 : 0);
        return true;
    }

    /// False when it is sent whole.
    bool add_ranges(response& made) {
        std::optional<std::string_view> field;
        std::size_t lines = 0;
        for (std::string_view each : asked_.fields.get_all("range")) {
            field = each;
            ++lines;
        }
        // RFC 9110 14.2: it means something to GET only.
        if (lines != 1 || asked_.method != http::method::get || !http::range_applies(asked_.fields, there_, now_))
            return false;
        std::uint64_t size = found_.facts.size;
        http::range_set ranges(*field, size);
        switch (ranges.answer()) {
            case http::range_answer::whole:
                return false;
            case http::range_answer::malformed:
                throw http_error(400, json("Malformed Range header: it is like bytes=0-499"));
            case http::range_answer::unsatisfiable:
                throw http_error(416, json("Range Not Satisfiable"),
                                 {{"content-range", http::content_range_of_none(size)}, {"accept-ranges", "bytes"}});
            case http::range_answer::parts:
                break;
        }
        made.status = 206;
        auto body = std::make_shared<file_body>(std::move(found_.fd));
        if (ranges.size() == 1) {
            made.headers.set("content-range", http::content_range(ranges[0], size));
            body->add(ranges[0]);
        } else {
            std::string boundary = secret_token(18);  // which no file has by chance, or on purpose
            std::string type(made.headers["content-type"]);
            for (const http::byte_range& each : ranges) {
                body->add(http::byteranges_part_head(&each == ranges.begin(), boundary, type, each, size));
                body->add(each);
            }
            body->add(http::byteranges_end(boundary));
            made.headers.set("content-type", http::byteranges_type(boundary));
        }
        made.stream = std::move(body);
        return true;
    }

    void add_whole(response& made) {
        if (found_.content) {
            made.body = std::move(*found_.content);
            return;
        }
        auto body = std::make_shared<file_body>(std::move(found_.fd));
        if (found_.facts.size > 0) body->add(http::byte_range{0, found_.facts.size});
        made.stream = std::move(body);
    }

    const request& asked_;
    opened_file found_;
    http::validators there_{};
    std::string tag_;
    std::int64_t now_ = 0;
};

}  // namespace coracle::server
