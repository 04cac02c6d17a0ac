// read_error: why a stream does not hold what was to be read. asyncio's IncompleteReadError and LimitOverrunError.
#pragma once

#include <string>
#include <system_error>
#include <type_traits>

namespace coracle::net {

/// Compares with the error of a result: `if (line.error() == net::read_error::limit_exceeded)`.
enum class read_error {
    end_of_stream = 1,  ///< the stream has ended, and all of it was read
    incomplete,         ///< the stream has ended in the middle of what was asked for
    limit_exceeded,     ///< what was asked for is longer than the limit
};

namespace detail {
class read_category final : public std::error_category {
public:
    const char* name() const noexcept override { return "read"; }
    std::string message(int code) const override {
        switch (static_cast<read_error>(code)) {
            case read_error::end_of_stream:
                return "the stream has ended";
            case read_error::incomplete:
                return "the stream has ended before what was to be read was complete";
            case read_error::limit_exceeded:
                return "what was to be read is longer than the limit";
        }
        return "unknown";
    }
};
}  // namespace detail

inline std::error_code make_error_code(read_error why) noexcept {
    static const detail::read_category only;
    return {static_cast<int>(why), only};
}

}  // namespace coracle::net

template <>
struct std::is_error_code_enum<coracle::net::read_error> : std::true_type {};
