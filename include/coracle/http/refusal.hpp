// refusal: the closed list of what coracle refuses in a request, and what each refusal says to the client.
// RFC 9110, RFC 9112; the section stands with each line of the table.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace coracle::http {

/// Why a request is not served. The peer's fault, so a value and never an exception.
enum class refusal : std::uint8_t {
    // the request line
    tls_hello,
    bad_method,
    method_too_long,
    unknown_method,
    bad_target,
    target_too_long,
    bad_version,
    unsupported_version,
    // the lines of a head
    bare_lf,
    bare_cr,
    leading_space,
    space_before_colon,
    missing_colon,
    bad_field_name,
    bad_field_value,
    too_many_fields,
    head_too_large,
    // what the fields say together
    missing_host,
    repeated_host,
    bad_host,
    bad_content_length,
    repeated_content_length,
    two_lengths,
    repeated_transfer_encoding,
    unsupported_transfer_encoding,
    old_transfer_encoding,
    unsupported_expectation,
    // the body
    body_too_large,
    bad_chunk_size,
    bad_chunk_extension,
    chunk_line_too_long,
    bad_chunk_end,
    chunk_overhead,
    bad_trailer,
    trailers_too_large,
    // the meaning of what was well formed
    bad_escape,
    nul_in_path,
    too_many_pairs,
    not_found,
    method_not_allowed,
    length_required,
    unsupported_media_type,
    unprocessable,
    // the connection
    truncated,
    too_slow,
};

inline constexpr std::size_t refusals = static_cast<std::size_t>(refusal::too_slow) + 1;

/// One line of the table.
struct refusal_facts {
    refusal why{};
    std::string_view name{};     ///< as in the enum, for logs and tests
    int status = 400;            ///< of the answer
    bool closes = true;          ///< whether it is in doubt where the next request would begin
    std::string_view section{};  ///< which rule was broken
    std::string_view detail{};   ///< a sentence for the client: what was wrong, what would be right
};

namespace detail {
inline constexpr std::array<refusal_facts, refusals> refusal_table{{
    {refusal::tls_hello, "tls_hello", 400, true, "RFC 9110 4.2.1",
     "This port speaks plain HTTP, and a TLS handshake arrived; use http:// instead of https://"},
    {refusal::bad_method, "bad_method", 400, true, "RFC 9112 3.1",
     "The request must begin with a method such as GET: letters, followed by one space"},
    {refusal::method_too_long, "method_too_long", 501, true, "RFC 9112 3",
     "The method is longer than any method known here"},
    {refusal::unknown_method, "unknown_method", 501, false, "RFC 9110 9.1", "The method is not known here"},
    {refusal::bad_target, "bad_target", 400, true, "RFC 9112 3.2",
     "The request target must be a path such as /a?b=c, or an http:// URL, of visible ASCII characters without '#'; "
     "everything else is percent-encoded"},
    {refusal::target_too_long, "target_too_long", 414, true, "RFC 9110 15.5.15", "The request target is too long"},
    {refusal::bad_version, "bad_version", 400, true, "RFC 9112 2.3",
     "The request line must end with one space and HTTP/1.1 or HTTP/1.0"},
    {refusal::unsupported_version, "unsupported_version", 505, true, "RFC 9110 15.6.6",
     "Only HTTP/1.1 and HTTP/1.0 are spoken here"},
    {refusal::bare_lf, "bare_lf", 400, true, "RFC 9112 2.2", "A line must end with CR LF, and LF came alone"},
    {refusal::bare_cr, "bare_cr", 400, true, "RFC 9112 2.2", "A line must end with CR LF, and CR came alone"},
    {refusal::leading_space, "leading_space", 400, true, "RFC 9112 5.2",
     "A field line must begin with the name of the field, not with white space"},
    {refusal::space_before_colon, "space_before_colon", 400, true, "RFC 9112 5.1",
     "The colon must follow the field name at once"},
    {refusal::missing_colon, "missing_colon", 400, true, "RFC 9112 5", "A field line must have a colon after its name"},
    {refusal::bad_field_name, "bad_field_name", 400, true, "RFC 9110 5.1",
     "A field name must be a token: letters, digits and !#$%&'*+-.^_`|~, at least one of them"},
    {refusal::bad_field_value, "bad_field_value", 400, true, "RFC 9110 5.5",
     "A field value must not have control characters"},
    {refusal::too_many_fields, "too_many_fields", 431, true, "RFC 6585 5", "The request has too many header fields"},
    {refusal::head_too_large, "head_too_large", 431, true, "RFC 6585 5", "The header fields are too large"},
    {refusal::missing_host, "missing_host", 400, true, "RFC 9112 3.2", "An HTTP/1.1 request must have a Host field"},
    {refusal::repeated_host, "repeated_host", 400, true, "RFC 9112 3.2", "Host must be given once"},
    {refusal::bad_host, "bad_host", 400, true, "RFC 9110 7.2",
     "Host must be a name or an address, with a port up to 65535 if any: example.com:8000"},
    {refusal::bad_content_length, "bad_content_length", 400, true, "RFC 9110 8.6",
     "Content-Length must be a decimal number of at most 19 digits"},
    {refusal::repeated_content_length, "repeated_content_length", 400, true, "RFC 9112 6.3",
     "Content-Length must be given once"},
    {refusal::two_lengths, "two_lengths", 400, true, "RFC 9112 6.1",
     "Content-Length and Transfer-Encoding must not be given together"},
    {refusal::repeated_transfer_encoding, "repeated_transfer_encoding", 400, true, "RFC 9112 6.1",
     "Transfer-Encoding must be given once"},
    {refusal::unsupported_transfer_encoding, "unsupported_transfer_encoding", 501, true, "RFC 9112 6.1",
     "The only transfer coding understood here is chunked"},
    {refusal::old_transfer_encoding, "old_transfer_encoding", 400, true, "RFC 9112 6.1",
     "An HTTP/1.0 request must not have Transfer-Encoding"},
    {refusal::unsupported_expectation, "unsupported_expectation", 417, true, "RFC 9110 10.1.1",
     "The only expectation that can be met is 100-continue, given once"},
    {refusal::body_too_large, "body_too_large", 413, true, "RFC 9110 15.5.14", "The body is too large"},
    {refusal::bad_chunk_size, "bad_chunk_size", 400, true, "RFC 9112 7.1",
     "A chunk must begin with its size: 1 to 16 hexadecimal digits, followed by CR LF"},
    {refusal::bad_chunk_extension, "bad_chunk_extension", 400, true, "RFC 9112 7.1.1",
     "A chunk extension must not have control characters and must end with CR LF"},
    {refusal::chunk_line_too_long, "chunk_line_too_long", 400, true, "RFC 9112 7.1.1",
     "The chunk extensions are too long"},
    {refusal::bad_chunk_end, "bad_chunk_end", 400, true, "RFC 9112 7.1",
     "The data of a chunk must be followed by CR LF; the chunk is longer or shorter than it said"},
    {refusal::chunk_overhead, "chunk_overhead", 400, true, "RFC 9112 7.1",
     "The chunks are too small: their framing outweighs their data; send larger chunks"},
    {refusal::bad_trailer, "bad_trailer", 400, true, "RFC 9112 7.1.2",
     "A trailer field must be a name, a colon and a value without control characters, ended by CR LF"},
    {refusal::trailers_too_large, "trailers_too_large", 431, true, "RFC 6585 5", "The trailer fields are too large"},
    {refusal::bad_escape, "bad_escape", 400, false, "RFC 3986 2.1",
     "A % in the path must be followed by two hexadecimal digits; a % itself is written %25"},
    {refusal::nul_in_path, "nul_in_path", 400, false, "RFC 3986 7.3", "The path must not contain %00"},
    {refusal::too_many_pairs, "too_many_pairs", 400, false, "RFC 9110 15.5.1", "The query has too many parameters"},
    {refusal::not_found, "not_found", 404, false, "RFC 9110 15.5.5", "Not Found"},
    {refusal::method_not_allowed, "method_not_allowed", 405, false, "RFC 9110 15.5.6", "Method Not Allowed"},
    {refusal::length_required, "length_required", 411, false, "RFC 9110 15.5.12",
     "This request must have a body; give Content-Length or Transfer-Encoding: chunked"},
    {refusal::unsupported_media_type, "unsupported_media_type", 415, false, "RFC 9110 15.5.16",
     "Unsupported Media Type"},
    {refusal::unprocessable, "unprocessable", 422, false, "RFC 9110 15.5.21", "Unprocessable Content"},
    {refusal::truncated, "truncated", 400, true, "RFC 9112 8", "The connection ended before the request did"},
    {refusal::too_slow, "too_slow", 408, true, "RFC 9110 15.5.9", "The request did not arrive in time"},
}};
}  // namespace detail

/// The table's line for this refusal.
constexpr const refusal_facts& facts_of(refusal why) noexcept {
    return detail::refusal_table[static_cast<std::size_t>(why)];
}

}  // namespace coracle::http
