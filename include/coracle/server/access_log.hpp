// access_log: one line per answered request, written once per turn of the loop.
#pragma once

#include <coracle/app/log_format.hpp>
#include <coracle/app/request_record.hpp>
#include <coracle/async/job.hpp>
#include <coracle/async/scheduler.hpp>

#include <cstddef>
#include <cstdio>
#include <string>

namespace coracle::server {

/// Collects the lines of one loop and writes them in one go when the loop has served what was ready.
class access_log final : async::operation {
public:
    /// in: how lines are written; null: in uvicorn's words.
    explicit access_log(std::FILE* to, const log_format* how = nullptr, bool colored = false) noexcept
        : to_(to), how_(how), colored_(colored) {}
    ~access_log() { write(); }

    void line(const request_record& one) {
        const std::size_t before = lines_.size();
        if (how_) [[unlikely]]
            how_->request(one, lines_, colored_);
        else
            write_request_plainly(one, lines_, colored_);
        if (lines_.size() == before) return;
        lines_ += '\n';
        if (linked()) return;
        if (async::scheduler* here = async::scheduler::current_or_null())
            here->make_ready(*this);
        else
            write();
    }

private:
    static constexpr std::size_t largest_kept = 256 * 1024;

    void write() noexcept {
        if (lines_.empty()) return;
        std::fwrite(lines_.data(), 1, lines_.size(), to_);
        std::fflush(to_);
        lines_.clear();
        if (lines_.capacity() > largest_kept) lines_.shrink_to_fit();
    }
    bool ready() noexcept override {
        write();
        return false;
    }
    void cancel() noexcept override {}

    std::FILE* to_;
    const log_format* how_;
    bool colored_;
    std::string lines_;
};

}  // namespace coracle::server
