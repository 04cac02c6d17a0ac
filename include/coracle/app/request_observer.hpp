// request_observer: who is told of every request that a loop has answered: metrics, say.
#pragma once

#include <coracle/app/request_record.hpp>

#include <memory>

namespace coracle {

/// One for each loop, which it belongs to.
class request_observer {
public:
    virtual ~request_observer() = default;
    /// The answer has ended, or broken off.
    virtual void answered(const request_record& one) noexcept = 0;
};

}  // namespace coracle
