// byteranges: several ranges in one answer, each with a head of its own. RFC 9110 14.4, 14.6; RFC 2046 5.1.1.
#pragma once

#include <coracle/http/range.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace coracle::http {

/// The value of Content-Range: `bytes 0-499/1234`.
inline std::string content_range(const byte_range& part, std::uint64_t size) {
    return "bytes " + std::to_string(part.first) + '-' + std::to_string(part.end() - 1) + '/' + std::to_string(size);
}
/// The one of an answer 416: `bytes */1234`.
inline std::string content_range_of_none(std::uint64_t size) { return "bytes */" + std::to_string(size); }

/// What stands before the bytes of a part. in: whether it is the first; the type, empty for none.
inline std::string byteranges_part_head(bool first, std::string_view boundary, std::string_view type,
                                        const byte_range& part, std::uint64_t size) {
    std::string head = first ? "--" : "\r\n--";
    head.append(boundary).append("\r\n");
    if (!type.empty()) head.append("content-type: ").append(type).append("\r\n");
    return head.append("content-range: ").append(content_range(part, size)).append("\r\n\r\n");
}
/// What stands behind the last part.
inline std::string byteranges_end(std::string_view boundary) {
    std::string end = "\r\n--";
    return end.append(boundary).append("--\r\n");
}
/// The type of the whole answer.
inline std::string byteranges_type(std::string_view boundary) {
    std::string type = "multipart/byteranges; boundary=";
    return type.append(boundary);
}

}  // namespace coracle::http
