// cache_load: calls what loads a value of a ttl_cache: a plain function, a coroutine, or one that gives any awaitable.
#pragma once

#include <coracle/app/lasting.hpp>
#include <coracle/async/task.hpp>
#include <coracle/base/function.hpp>

#include <chrono>
#include <concepts>
#include <functional>
#include <memory>
#include <type_traits>
#include <utility>

namespace coracle {

/// How long a cache keeps what says nothing of its time.
struct cache_times {
    std::chrono::nanoseconds usual;
    std::chrono::nanoseconds negative;  ///< a std::optional without a value

    template <class V>
    std::chrono::nanoseconds of(const V& value) const noexcept {
        if constexpr (requires { value.has_value(); })
            return value.has_value() ? usual : negative;
        else
            return usual;
    }
};

namespace detail {

template <class F, class K>
decltype(auto) call_loader(F& load, const K& key) {
    if constexpr (std::is_invocable_v<F&>)
        return std::invoke(load);
    else
        return std::invoke(load, key);
}

template <class T>
concept is_awaitable = requires(T& what) { std::move(what).operator co_await(); } ||
                       requires(T& what) { operator co_await(std::move(what)); } || requires(T& what) {
                           { what.await_ready() } -> std::convertible_to<bool>;
                       };

template <class V, class T>
lasting<V> as_lasting(T&& loaded, cache_times times) {
    if constexpr (!std::is_convertible_v<T, V> && requires { V(std::forward<T>(loaded).value); }) {
        return lasting<V>(V(std::forward<T>(loaded).value), loaded.ttl);
    } else {
        V value(std::forward<T>(loaded));
        std::chrono::nanoseconds ttl = times.of(value);
        return lasting<V>(std::move(value), ttl);
    }
}

}  // namespace detail

/// It takes no arguments or the key.
template <class F, class K>
concept cache_loads = std::is_invocable_v<F&> || std::is_invocable_v<F&, const K&>;

/// Gives what `load` gives, and for how long it is kept. keeps: both references until it is done.
template <class V, class K, class F>
    requires cache_loads<F, K>
task<lasting<V>> cache_load(F& load, const K& key, cache_times times) {
    using given = decltype(detail::call_loader(load, key));
    static_assert(!std::is_void_v<given>, "coracle: the loader of a ttl_cache gives the value; this one gives nothing");
    if constexpr (detail::is_awaitable<given>) {
        auto pending = detail::call_loader(load, key);
        auto loaded = co_await std::move(pending);
        co_return detail::as_lasting<V>(std::move(loaded), times);
    } else {
        co_return detail::as_lasting<V>(detail::call_loader(load, key), times);
    }
}

/// A loader that a cache owns: made from any of them. May be called from several threads at once.
template <class K, class V>
class cache_loader {
public:
    cache_loader() noexcept = default;
    template <class F>
        requires(!std::is_same_v<std::decay_t<F>, cache_loader> && cache_loads<std::decay_t<F>, K>)
    cache_loader(F&& load)  // implicit: `.load = fetch_user`
        : call_([load = std::decay_t<F>(std::forward<F>(load))](const K& key, cache_times times) mutable {
              return cache_load<V, K>(load, key, times);
          }) {}

    explicit operator bool() const noexcept { return static_cast<bool>(call_); }
    task<lasting<V>> operator()(const K& key, cache_times times) { return call_(key, times); }

private:
    function<task<lasting<V>>(const K&, cache_times)> call_;
};

/// A loader seen without its type, for one load: what get() was given, or what the cache owns.
template <class K, class V>
class cache_loader_view {
public:
    explicit cache_loader_view(cache_loader<K, V>& load) noexcept
        : of_(&load), call_([](void* of, const K& key, cache_times times) {
              return (*static_cast<cache_loader<K, V>*>(of))(key, times);
          }) {}
    /// A function or something that can be called like one. keeps: a reference.
    template <class F>
        requires cache_loads<F, K>
    explicit cache_loader_view(F& load) noexcept
        : of_((void*)std::addressof(load)),  // NOLINT: POSIX lets a function's address be a void*
          call_([](void* of, const K& key, cache_times times) {
              return cache_load<V, K>(*reinterpret_cast<F*>(of), key, times);
          }) {}

    task<lasting<V>> operator()(const K& key, cache_times times) const { return call_(of_, key, times); }

private:
    void* of_;
    task<lasting<V>> (*call_)(void*, const K&, cache_times);
};

}  // namespace coracle
