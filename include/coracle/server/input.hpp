// input: what a connection has received and not used yet. Borrowed from the loop's scratch while the connection runs,
// copied only when it waits with some of it left: an idle connection holds no buffer.
#pragma once

#include <coracle/base/assert.hpp>
#include <coracle/base/byte_buffer.hpp>

#include <cstddef>
#include <string_view>
#include <utility>

namespace coracle::server {

class input {
public:
    std::string_view unread() const noexcept { return unread_; }

    /// New bytes, behind what is left. keeps: a view of `fresh`, until keep().
    void take(std::string_view fresh) {
        CORACLE_ASSERT(unread_.empty() || !borrowed_);
        if (unread_.empty()) {
            kept_.release();
            unread_ = fresh;
            borrowed_ = true;
            return;
        }
        kept_.append(fresh);
        unread_ = kept_.view();
    }
    /// The first `count` bytes are used; they stay where they are until take() or keep().
    void use(std::size_t count) noexcept {
        unread_.remove_prefix(count);
        if (!borrowed_) kept_.consume(count);
    }
    /// Before every wait: what is unread becomes the connection's own.
    void keep() {
        if (!std::exchange(borrowed_, false)) return;
        kept_.append(unread_);
        unread_ = kept_.view();
    }
    /// Gives the memory back when nothing is unread.
    void release() noexcept {
        if (unread_.empty()) kept_.release();
    }

private:
    std::string_view unread_;
    byte_buffer kept_;
    bool borrowed_ = false;
};

}  // namespace coracle::server
