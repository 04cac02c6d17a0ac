// ttl_cache<K, V>: values kept for a time, and loaded once however many ask. cachetools.TTLCache, for handlers.
// Stale values while they are renewed: RFC 5861 3.
#pragma once

#include <coracle/app/cache_core.hpp>
#include <coracle/app/cache_key.hpp>
#include <coracle/app/cache_loader.hpp>
#include <coracle/app/cache_statistics.hpp>
#include <coracle/app/lasting.hpp>
#include <coracle/app/ttl_cache_options.hpp>
#include <coracle/async/caller.hpp>
#include <coracle/async/job.hpp>
#include <coracle/async/offload.hpp>
#include <coracle/async/scheduler.hpp>
#include <coracle/async/spawn.hpp>
#include <coracle/async/task.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <type_traits>
#include <utility>

namespace coracle {

/// `ttl_cache<int, user> users{{.max_size = 1000, .ttl = 1h}};` and in a handler
/// `co_return co_await users.get(id, [&] { return fetch_user(http, id); });`. One for all threads: any of them may call
/// any of this at any time.
/// A key that is not there is loaded once: who asks meanwhile, on whatever loop, waits for that and gets the value, or
/// the error, which is not kept. The load runs in the coroutine of the first who asked. When that is cancelled, or
/// destroyed, its load ends with it, and the next who waits begins one with his own loader; so a loader may refer to
/// what is around it. After set(), erase(), erase_if() and clear() a load that was under way is not kept
/// either.
/// Time counts from when a value was put in, and one whose time has passed is not seen from then on. When the cache is
/// full, what has expired goes first, then what was used least recently. The clock is the loop's, virtual in tests, and
/// on a thread without a loop the system's.
/// Each get gives a copy, made while a lock is held: where that is dear, keep std::shared_ptr<const T>.
/// cost: of a hit, no coroutine frame and no allocation of its own, less than 100 ns; of a miss, a few of
/// both.
template <class K, class V>
class ttl_cache {
    using core = cache_core<K, V>;

public:
    using key_type = K;
    using value_type = V;
    using options = ttl_cache_options<K, V>;
    using key_view = typename core::key_view;
    static_assert(std::is_copy_constructible_v<V>,
                  "coracle: who gets a value of a ttl_cache gets a copy; keep std::shared_ptr<const T> instead");

    /// error: std::logic_error for options that contradict one another.
    explicit ttl_cache(options given) : core_(std::make_shared<core>(std::move(given))) {}
    ttl_cache(const ttl_cache&) = delete;
    ttl_cache& operator=(const ttl_cache&) = delete;

    template <class F>
    class getter;

    /// The value of `key`, or else of `load`: a function, coroutine or not, of nothing or of the key, that gives a V, a
    /// lasting<V>, or something to co_await that does. Awaited in the expression that it is written in.
    /// error: what the load throws; `cancelled`; std::logic_error when a loader asks for its own key, or
    /// loaders ask for one another's.
    template <class F>
        requires cache_loads<std::remove_reference_t<F>, K>
    getter<F> get(key_view key, F&& load) {
        static_assert(async::survives_gcc_12<F>,
                      "coracle: g++ 12 destroys the captures of a temporary lambda in a co_await expression twice; "
                      "capture by reference, or name the lambda first: auto load = [...] {...}; "
                      "co_await cache.get(key, load);");
        return getter<F>(*this, key, std::forward<F>(load));
    }
    /// The same with the loader of the options. error: also std::logic_error when there is none.
    getter<cache_loader<K, V>&> get(key_view key) {
        if (!core_->options().load)
            throw std::logic_error("coracle: ttl_cache::get(key) needs the option .load; or give get() a loader");
        return getter<cache_loader<K, V>&>(*this, key, core_->options().load);
    }

    /// The value, if it is there; for those who cannot wait. Counts as a use, as get() does.
    std::optional<V> find(key_view key) {
        std::optional<V> value;
        std::optional<typename core::lead> due;
        if (!core_->look_up(core_, key, value, due)) core_->count_miss(key);
        if (due && async::scheduler::current_or_null()) renew(std::move(*due));
        return value;
    }
    /// The same, and nobody has noticed: neither the order in which things go nor the statistics. Not what is stale.
    std::optional<V> peek(key_view key) const {
        std::optional<V> value;
        core_->look(key, [&](const V& found) { value.emplace(found); });
        return value;
    }
    bool contains(key_view key) const {
        return core_->look(key, [](const V&) {});
    }

    /// Puts it in, for the time of the options, in place of what is there. error: std::bad_alloc is swallowed: a cache
    /// that has no memory keeps nothing.
    void set(K key, V value) {
        std::chrono::nanoseconds ttl = core_->times().of(value);
        core_->put(std::move(key), std::move(value), ttl);
    }
    /// For a time of its own.
    void set(K key, V value, std::chrono::nanoseconds ttl) { core_->put(std::move(key), std::move(value), ttl); }

    /// out: whether it was there.
    bool erase(key_view key) { return core_->erase(key); }
    /// Those of which `goes(key, value)` is true, which must not call the cache. Loads under way, of which nobody knows
    /// yet, are for those who wait for them and are not kept, as with erase() and clear(). out: how many.
    template <class Predicate>
    std::size_t erase_if(Predicate&& goes) {
        return core_->erase_if(goes);
    }
    void clear() { core_->clear(); }
    /// How many are there, whose time has not passed; takes out the others.
    std::size_t size() { return core_->size(); }

    cache_statistics statistics() const { return core_->statistics(); }

private:
    [[gnu::noinline]] static void renew(typename core::lead due) { spawn(core::renew(std::move(due))); }

    std::shared_ptr<core> core_;
};

/// What get() gives: the call, with all that it refers to, and its awaiter.
template <class K, class V>
template <class F>
class [[nodiscard("write co_await before get()")]] ttl_cache<K, V>::getter {
public:
    getter(ttl_cache& of, key_view key, F&& load) : of_(of), key_(key), load_(std::forward<F>(load)) {}
    getter(const getter&) = delete;
    getter& operator=(const getter&) = delete;

    class awaiter {
    public:
        explicit awaiter(getter& call) noexcept : call_(call) {}
        bool await_ready() {
            async::scheduler& here = async::scheduler::current();
            if (async::this_job().cancelled() || !here.may_go_on()) return false;
            std::optional<typename core::lead> due;
            if (!call_.of_.core_->look_up(call_.of_.core_, call_.key_, value_, due)) return false;
            if (due) [[unlikely]]
                renew(std::move(*due));
            return true;
        }
        bool await_suspend(async::caller waiting) {
            fetch_.emplace(core::fetch(call_.of_.core_, K(call_.key_), cache_loader_view<K, V>(call_.load_)));
            fetching_.emplace(std::move(*fetch_).operator co_await());
            return fetching_->await_suspend(waiting);
        }
        V await_resume() { return value_ ? std::move(*value_) : fetching_->await_resume(); }

    private:
        getter& call_;
        std::optional<V> value_;
        std::optional<task<V>> fetch_;
        std::optional<typename task<V>::awaiter> fetching_;
    };
    awaiter operator co_await() && noexcept { return awaiter(*this); }

private:
    ttl_cache& of_;
    key_view key_;
    F load_;
};

}  // namespace coracle
