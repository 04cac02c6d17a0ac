// Invariant: a form means the same in whatever pieces it comes; what it holds is a part of it, in its order; and what a
// part is called and where it would be stored holds nothing that leads elsewhere.
#include <coracle/base/utf8.hpp>
#include <coracle/http/content_disposition.hpp>
#include <coracle/http/content_type.hpp>
#include <coracle/http/file_name.hpp>
#include <coracle/http/multipart.hpp>
#include <coracle/http/multipart_writer.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>

namespace {
namespace http = coracle::http;

void demand(bool condition) {
    if (!condition) std::abort();
}

/// All that a body means, as one text. in: how many bytes come at a time.
std::string meaning(std::string_view boundary, std::string_view body, std::size_t piece) {
    http::multipart_parser parser(boundary);
    std::string told, content;
    bool over = false;
    while (!over && !body.empty()) {
        std::string_view given = body.substr(0, piece);
        auto copy = std::make_unique<char[]>(given.size());
        std::memcpy(copy.get(), given.data(), given.size());
        std::string_view in(copy.get(), given.size());
        body.remove_prefix(given.size());
        for (bool more = true; more;) {
            http::multipart_step step = parser.next(in);
            demand(step.consumed <= in.size());
            in.remove_prefix(step.consumed);
            more = step.state == http::multipart_state::part || step.state == http::multipart_state::data ||
                   step.state == http::multipart_state::part_end;
            over = step.state == http::multipart_state::complete || step.state == http::multipart_state::refused;
            demand((step.state == http::multipart_state::data) == !step.data.empty());
            if (step.state == http::multipart_state::need_more) demand(in.empty());
            if (step.state == http::multipart_state::data) content += step.data;
            if (step.state == http::multipart_state::part) {
                content.clear();
                told += "part";
                for (const http::field& each : parser.take_head())
                    told.append("|").append(each.name).append("=").append(each.value);
            }
            if (step.state == http::multipart_state::part_end) told.append("[").append(content).append("]");
        }
    }
    return told + (parser.finish() ? "end" : std::string(parser.why()));
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view text(reinterpret_cast<const char*>(data), size);

    std::string whole = meaning("x", text, size + 1);
    demand(meaning("x", text, 1) == whole);
    demand(meaning("x", text, 3) == whole);

    std::size_t line = text.find('\n');
    std::string_view first = text.substr(0, line);
    if (http::multipart_parser::is_boundary(first) && line != text.npos)
        demand(meaning(first, text.substr(line + 1), 7) == meaning(first, text.substr(line + 1), size + 1));

    http::content_type type(first);
    http::found_parameter boundary = type.parameter("boundary");
    demand(type.media_type().size() <= first.size() && (!boundary.value || boundary.value->size() <= first.size()));

    if (auto said = http::parse_form_disposition(first)) {
        demand(coracle::utf8::is_valid(said->name));
        demand(!said->filename || coracle::utf8::is_valid(*said->filename));
        if (said->filename && http::file_name_mistake(*said->filename).empty()) {
            demand(said->filename->find_first_of(std::string_view("/\\\0", 3)) == std::string::npos);
            demand(said->filename->front() != '.');
        }
    }

    // What is written is read as the same.
    http::multipart_writer form;
    form.field(first, text);
    form.file(text.substr(0, 40), first, text);
    std::string media;
    std::string body = form.take_body(media);
    std::string back = meaning(*http::content_type(media).parameter("boundary").value, body, 11);
    if (first.size() < 1000) {
        demand(back.ends_with("end"));
        demand(back.find("[" + std::string(text) + "]") != std::string::npos);
    }
    return 0;
}
