// context_local<T>: a value that whatever a job calls can find without being handed it. contextvars.ContextVar.
#pragma once

#include <coracle/async/context.hpp>
#include <coracle/async/scheduler.hpp>

#include <utility>

namespace coracle {

/// `inline context_local<std::string> request_id{"-"};` A job sees what was set in it, else what its parent saw when it
/// started it; siblings do not see one another's. An offloaded call sees what its awaiter sees, and plain functions, a
/// logger say, see it too: no co_await is needed. Lives as long as the program.
/// cost: a walk over the values that the job has; one allocation for each set().
template <class T>
class context_local {
public:
    context_local() = default;
    /// in: what is seen where nothing was set.
    explicit context_local(T fallback) : fallback_(std::move(fallback)) {}
    context_local(const context_local&) = delete;
    context_local& operator=(const context_local&) = delete;

    /// The value as it is seen here, or the fallback; also outside of any job. keeps: valid until the next set() here.
    const T& get() const noexcept {
        const T* found = find();
        return found ? *found : fallback_;
    }
    const T& operator*() const noexcept { return get(); }
    const T* operator->() const noexcept { return &get(); }
    bool is_set() const noexcept { return find() != nullptr; }

    /// From here on, in this job and those that it starts. Error: std::logic_error outside of a job.
    void set(T value) const { async::this_job().values().template set<node>(this, std::move(value)); }

    /// What the job sees is again what it saw before, in all of its context, when this dies.
    class [[nodiscard("name it: what it holds ends with it")]] restorer {
    public:
        restorer(const context_local& which, T value) : job_(async::this_job()), before_(job_.values()) {
            which.set(std::move(value));
        }
        restorer(const restorer&) = delete;
        restorer& operator=(const restorer&) = delete;
        ~restorer() { job_.values() = std::move(before_); }

    private:
        async::job& job_;
        async::context before_;
    };
    /// set() until the end of a block: `auto within = request_id.set_within("7f3a");`
    restorer set_within(T value) const { return restorer(*this, std::move(value)); }

private:
    class node final : public async::context_node {
    public:
        node(const void* key, async::context_node* below, T&& held)
            : context_node(key, below), value(std::move(held)) {}
        T value;
    };
    const T* find() const noexcept {
        const async::context* seen = async::seen_context();
        const async::context_node* found = seen ? seen->find(this) : nullptr;
        return found ? &static_cast<const node*>(found)->value : nullptr;
    }
    T fallback_{};
};

}  // namespace coracle
