// arrival: what one thread leaves for another's loop. Costs the sender no memory, so it cannot fail.
#pragma once

#include <coracle/base/intrusive_list.hpp>

namespace coracle::async {

/// On its way to a scheduler's thread since scheduler::deliver(): either it arrives, or the scheduler ends before, or
/// it is taken back with scheduler::withdraw(). Its owner keeps it alive until then.
class arrival : public list_node {
public:
    /// On the thread of the scheduler, from its loop.
    virtual void arrived() noexcept = 0;
    /// The scheduler is being destroyed, and is not to be used any more.
    virtual void lost() noexcept = 0;

protected:
    ~arrival() = default;
};

}  // namespace coracle::async
