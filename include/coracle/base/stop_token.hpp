// stop_token, stop_source: those of the standard, also where the standard library lacks them.
// [thread.stoptoken]; libc++ has them since version 20, so Apple's compilers have not.
#pragma once

#include <version>

#if defined(__cpp_lib_jthread)
#include <stop_token>
#endif

#include <atomic>
#include <memory>
#include <utility>

namespace coracle {

namespace detail {

/// std::stop_token without callbacks.
class plain_stop_token {
public:
    plain_stop_token() noexcept = default;
    explicit plain_stop_token(std::shared_ptr<const std::atomic<bool>> asked) noexcept : asked_(std::move(asked)) {}

    bool stop_requested() const noexcept { return asked_ && asked_->load(std::memory_order_acquire); }
    /// True also when whoever could ask is gone.
    bool stop_possible() const noexcept { return asked_ != nullptr; }

private:
    std::shared_ptr<const std::atomic<bool>> asked_;
};

/// std::stop_source without callbacks; copies ask for the same.
class plain_stop_source {
public:
    plain_stop_source() : asked_(std::make_shared<std::atomic<bool>>(false)) {}

    plain_stop_token get_token() const noexcept { return plain_stop_token(asked_); }
    bool stop_requested() const noexcept { return asked_ && asked_->load(std::memory_order_acquire); }
    /// True for the first that asks.
    bool request_stop() noexcept { return asked_ && !asked_->exchange(true, std::memory_order_acq_rel); }

private:
    std::shared_ptr<std::atomic<bool>> asked_;
};

}  // namespace detail

#if defined(__cpp_lib_jthread)
using std::stop_source;
using std::stop_token;
#else
/// Whether somebody has been asked to stop. In code for every compiler write coracle::stop_token.
using stop_token = detail::plain_stop_token;
/// Who asks.
using stop_source = detail::plain_stop_source;
#endif

}  // namespace coracle
