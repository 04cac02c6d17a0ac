// message_transform: what an agreed extension does to the messages of a session: permessage-deflate's seam.
// RFC 7692 6, 7.2. The zlib adapter fulfils it; coracle itself compresses nothing.
#pragma once

#include <coracle/base/byte_buffer.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace coracle::ws {

/// One for each session, which owns it, and asks it only about messages that are marked by RSV1.
class message_transform {
public:
    enum class verdict : std::uint8_t {
        good,
        broken,   ///< not what a compressor writes: 1007
        too_big,  ///< more than `most`: 1009; the transform stops there, whatever the ratio
    };
    virtual ~message_transform() = default;

    /// Appends to `out` what `piece` of a message that arrives means, at most `most` bytes; `last`: the message ends
    /// with it. What was readable before a mistake is appended, too.
    virtual verdict unpack(std::string_view piece, bool last, byte_buffer& out, std::size_t most) = 0;
    /// Appends to `out` what is to be sent for `piece`. out: on the first piece, whether the message is to be marked;
    /// when not, it is sent as it is and asked about no more.
    virtual bool pack(std::string_view piece, bool first, bool last, byte_buffer& out) = 0;
};

}  // namespace coracle::ws
