// borrowed_descriptor: another library's descriptor that is waited for often.
// What readable(fd) does, with the poller asked once instead of each time.
#pragma once

#include <coracle/loop/descriptor.hpp>
#include <coracle/loop/readable.hpp>
#include <coracle/loop/shared_descriptor.hpp>
#include <coracle/os/readiness_probe.hpp>

#include <memory>
#include <system_error>
#include <utility>

namespace coracle::loop {

/// Watches a duplicate of a number that somebody else owns. The open file stays open until this goes too, so destroy it
/// before, or with, its owner; a library that opens another one wants another of these. Moves while nobody waits for
/// it; any number of jobs may wait.
class borrowed_descriptor {
    using wait = shared_descriptor::operation<detail::probe>;

public:
    /// Of the current reactor. Error: std::system_error (not open; operation_not_permitted for what the poller cannot
    /// watch, as a plain file, which is always ready).
    explicit borrowed_descriptor(int fd) {
        auto same = os::duplicate(fd);
        if (!same) detail::cannot_wait_for(same.error());
        watched_ = std::make_unique<shared_descriptor>(std::move(*same));
    }

    /// As the functions of these names. cost: one system call when it is ready, else two.
    wait readable() { return watched_->until(direction::in, detail::probe(direction::in)); }
    wait writable() { return watched_->until(direction::out, detail::probe(direction::out)); }

private:
    std::unique_ptr<shared_descriptor> watched_;
};

}  // namespace coracle::loop
