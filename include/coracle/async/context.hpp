// context: the values that a job's code finds without being handed them. What contextvars.Context is to Python.
#pragma once

#include <atomic>
#include <cstdint>
#include <utility>

namespace coracle::async {

/// One value under one key, on top of those set before it. Shared by every job that was started since.
class context_node {
public:
    context_node(const context_node&) = delete;
    context_node& operator=(const context_node&) = delete;

protected:
    /// keeps: `below`, whose reference it takes over.
    context_node(const void* key, context_node* below) noexcept : key_(key), below_(below) {}
    virtual ~context_node() = default;

private:
    friend class context;
    const void* key_;
    context_node* below_;
    std::atomic<std::uint32_t> owners_{1};  // detached calls and other loops let go on their own threads
};

/// An immutable list of values, cheap to copy; a change makes a new list that shares the old one.
class context {
public:
    context() noexcept = default;
    context(const context& other) noexcept : top_(other.top_) {
        if (top_) top_->owners_.fetch_add(1, std::memory_order_relaxed);
    }
    context(context&& other) noexcept : top_(std::exchange(other.top_, nullptr)) {}
    context& operator=(context other) noexcept {
        std::swap(top_, other.top_);
        return *this;
    }
    ~context() {
        while (top_ && top_->owners_.fetch_sub(1, std::memory_order_acq_rel) == 1)
            delete std::exchange(top_, top_->below_);
    }

    bool empty() const noexcept { return top_ == nullptr; }
    /// The newest value under `key`; null when there is none. cost: a walk over what was set since.
    const context_node* find(const void* key) const noexcept {
        for (const context_node* each = top_; each; each = each->below_)
            if (each->key_ == key) return each;
        return nullptr;
    }
    /// Puts `Node(key, below, value...)` on top. What it hides and nobody else sees goes, so that setting a value again
    /// and again costs no memory.
    template <class Node, class... A>
    void set(const void* key, A&&... value) {
        context_node* node = new Node(key, top_, std::forward<A>(value)...);
        top_ = node;
        context_node* above = node;
        while (context_node* hidden = above->below_) {
            if (hidden->owners_.load(std::memory_order_acquire) != 1) return;
            if (hidden->key_ != key) {
                above = hidden;
                continue;
            }
            above->below_ = hidden->below_;
            delete hidden;
            return;
        }
    }

    /// What an offloaded call sees: the context of whoever awaits it, for as long as this lives on the pool's thread.
    class lent {
    public:
        explicit lent(const context* to_this_thread) noexcept : before_(of_this_thread()) {
            of_this_thread() = to_this_thread;
        }
        lent(const lent&) = delete;
        lent& operator=(const lent&) = delete;
        ~lent() { of_this_thread() = before_; }

    private:
        const context* before_;
    };
    /// The one that was lent to this thread, or null.
    static const context* borrowed() noexcept { return of_this_thread(); }

private:
    static const context*& of_this_thread() noexcept {
        static constinit thread_local const context* mine = nullptr;
        return mine;
    }
    context_node* top_ = nullptr;
};

}  // namespace coracle::async
