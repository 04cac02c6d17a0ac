// dependency: what one function gives to one request, with the function's type forgotten: when it is called, where its
// value is, and how it is cleaned up.
#pragma once

#include <coracle/async/caller.hpp>
#include <coracle/async/frame_pool.hpp>
#include <coracle/async/task.hpp>

#include <cstddef>
#include <exception>
#include <span>
#include <string_view>
#include <utility>

namespace coracle {

struct binding;
class request;
class dependency_block;
class request_dependencies;

/// How long a dependency's value lives.
enum class scope : unsigned char {
    request,   ///< until the answer has been sent and its background tasks have run
    function,  ///< until the handler has ended: its answer is not sent before
    app,       ///< from the start of the app to its stop: one value for all requests and workers
};

/// What is known of a dependency without a request. There is one for each function and scope, whose address names it.
struct dependency_facts {
    const void* function;  ///< names the function in any scope
    scope lives;
    bool needs_body;  ///< its own parameters, or those of what it depends on, come from the body
    bool waits;       ///< begin() and end() take the place of call()
    bool held;        ///< its value has a destructor
    bool cleans_up;   ///< it has code behind its co_yield
    /// How the body is taken in for its parameters and what it depends on; null: as text.
    task<std::string_view> (*take_body)(request&) = nullptr;
};

/// One value in one request.
class dependency {
public:
    enum class stage : unsigned char {
        untouched,
        unneeded,  ///< only something that was overridden depends on it
        failed,    ///< its parameters cannot be filled, or those of what it depends on
        ready,     ///< it has its value
    };

    explicit dependency(const dependency_facts& facts) noexcept : facts_(facts), lives_(facts.lives) {}
    dependency(const dependency&) = delete;
    dependency& operator=(const dependency&) = delete;

    const dependency_facts& facts() const noexcept { return facts_; }
    stage now() const noexcept { return stage_; }
    /// in: ready.
    void* value() const noexcept { return value_; }

    /// Fills what comes from the head of the request. What is wrong is in `with.issues` then.
    virtual void read(binding& with) = 0;
    virtual void read_body(binding& with, std::string_view text) = 0;
    /// Calls a function that does not wait. Leaves the value behind.
    virtual void call() = 0;
    /// The same with waiting: what await_suspend and await_resume do.
    virtual bool begin(async::caller waiting) = 0;
    virtual void end() = 0;
    /// Cleans up: goes on behind the co_yield, where `error` is thrown if there is one. error: of end_close().
    virtual bool begin_close(async::caller waiting, std::exception_ptr error) = 0;
    virtual void end_close() = 0;
    /// Destroys what there is, wherever it stands.
    virtual void drop() noexcept = 0;

protected:
    ~dependency() = default;
    void has_value(const void* value) noexcept { value_ = const_cast<void*>(value); }

private:
    friend class dependency_block;
    friend class request_dependencies;

    const dependency_facts& facts_;
    void* value_ = nullptr;
    std::span<dependency* const> needs_{};  // what fills its parameters
    dependency* below_ = nullptr;           // opened before it, in its scope
    dependency_block* stand_in_ = nullptr;  // evaluated in its stead
    unsigned number_ = 0;                   // its place among all of the request
    scope lives_;
    stage stage_ = stage::untouched;
};

/// Dependencies in the order in which they are called, in one piece of memory.
class dependency_block {
public:
    dependency_block() noexcept = default;
    dependency_block(const dependency_block&) = delete;
    dependency_block& operator=(const dependency_block&) = delete;
    virtual ~dependency_block() = default;

    static void* operator new(std::size_t bytes) { return async::frame_pool::allocate(bytes); }
    static void operator delete(void* block, std::size_t bytes) noexcept { async::frame_pool::release(block, bytes); }

    /// What depends on an earlier one stands behind it.
    std::span<dependency* const> all() const noexcept { return all_; }
    /// Those that somebody outside asks for.
    std::span<dependency* const> roots() const noexcept { return roots_; }

protected:
    void consists_of(std::span<dependency* const> all, std::span<dependency* const> roots) noexcept {
        all_ = all;
        roots_ = roots;
    }
    static void connect(dependency& one, std::span<dependency* const> needs) noexcept { one.needs_ = needs; }
    /// For destructors: the last one first.
    void drop_all() noexcept {
        for (std::size_t n = all_.size(); n-- > 0;) all_[n]->drop();
    }

private:
    friend class request_dependencies;
    std::span<dependency* const> all_{};
    std::span<dependency* const> roots_{};
    std::size_t next_ = 0;                // the first that may still have something to do
    dependency_block* below_ = nullptr;   // the one before it in its request
    dependency_block* inside_ = nullptr;  // where it stands in,
    const void* stands_for_ = nullptr;    // and for which function
};

}  // namespace coracle
