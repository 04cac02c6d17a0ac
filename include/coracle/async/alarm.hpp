// alarm: what cancels a part of a job when its time is up, for rooms that know no clock.
#pragma once

namespace coracle::async {

/// Set by scheduler::cancel_later(); it rings once, unless it goes before.
class alarm {
public:
    alarm(const alarm&) = delete;
    alarm& operator=(const alarm&) = delete;
    virtual ~alarm() = default;

protected:
    alarm() noexcept = default;
};

}  // namespace coracle::async
