// blocking_call, lane: work for another thread, and which queue it stands in there.
#pragma once

#include <coracle/async/arrival.hpp>
#include <coracle/async/stop_request.hpp>

#include <cstddef>
#include <cstdint>

namespace coracle {

/// The queues of a thread pool. Each has threads of its own, so that none can starve another.
enum class lane : unsigned char {
    user,      ///< what programs offload
    files,     ///< reading and writing files, looking up names
    clean_up,  ///< closing and destroying: short, and never refused
};

namespace async {

inline constexpr std::size_t lanes = 3;

/// A call that may block, on its way to another thread and, when someone awaits it, back: it arrives after run().
class blocking_call : public arrival {
public:
    /// On a thread of the pool. A detached call ends with it, and may destroy itself.
    virtual void run() noexcept = 0;

    lane stands_in = lane::user;

    // Of whoever runs it, from offload() to its end.
    const stop_request* ending = nullptr;  // asked to stop when the threads are about to end
    void* taken_by = nullptr;
    std::int64_t since = 0;
    bool begun = false;

protected:
    ~blocking_call() = default;
};

}  // namespace async
}  // namespace coracle
