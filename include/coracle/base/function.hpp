// function<R(A...)>: a callable that moves and never copies, so it can own what it calls with.
#pragma once

#include <coracle/base/assert.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>

namespace coracle {

template <class Signature>
class function;

/// Move-only type-erased callable. Callables of up to four pointers that move without throwing are kept inside;
/// larger ones cost one allocation.
template <class R, class... A>
class function<R(A...)> {
public:
    function() noexcept = default;
    function(std::nullptr_t) noexcept {}

    template <class F>
        requires(!std::is_same_v<std::decay_t<F>, function> && std::is_invocable_r_v<R, std::decay_t<F>&, A...>)
    function(F&& callable) {
        using callable_type = std::decay_t<F>;
        if constexpr (fits<callable_type>) {
            ::new (static_cast<void*>(room_)) callable_type(std::forward<F>(callable));
            table_ = &inside<callable_type>;
        } else {
            auto owned = std::make_unique<callable_type>(std::forward<F>(callable));
            ::new (static_cast<void*>(room_)) callable_type*(owned.release());
            table_ = &outside<callable_type>;
        }
    }

    function(function&& other) noexcept { take(other); }
    function& operator=(function&& other) noexcept {
        if (this != &other) {
            reset();
            take(other);
        }
        return *this;
    }
    ~function() { reset(); }

    explicit operator bool() const noexcept { return table_ != nullptr; }

    R operator()(A... arguments) {  // NOLINT(performance-unnecessary-value-param): as the signature says
        CORACLE_ASSERT(table_ != nullptr);
        return table_->call(room_, std::forward<A>(arguments)...);
    }

private:
    struct table {
        R (*call)(void* self, A&&... arguments);
        void (*move)(void* from, void* to) noexcept;
        void (*destroy)(void* self) noexcept;
    };
    static constexpr std::size_t room = 4 * sizeof(void*);
    template <class F>
    static constexpr bool fits =
        sizeof(F) <= room && alignof(F) <= alignof(std::max_align_t) && std::is_nothrow_move_constructible_v<F>;

    template <class F>
    static constexpr table inside{[](void* self, A&&... arguments) -> R {
                                      return std::invoke(*static_cast<F*>(self), std::forward<A>(arguments)...);
                                  },
                                  [](void* from, void* to) noexcept {
                                      ::new (to) F(std::move(*static_cast<F*>(from)));
                                      static_cast<F*>(from)->~F();
                                  },
                                  [](void* self) noexcept { static_cast<F*>(self)->~F(); }};
    template <class F>
    static constexpr table outside{[](void* self, A&&... arguments) -> R {
                                       return std::invoke(**static_cast<F**>(self), std::forward<A>(arguments)...);
                                   },
                                   [](void* from, void* to) noexcept { ::new (to) F*(*static_cast<F**>(from)); },
                                   [](void* self) noexcept { delete *static_cast<F**>(self); }};

    void take(function& other) noexcept {
        table_ = std::exchange(other.table_, nullptr);
        if (table_) table_->move(other.room_, room_);
    }
    void reset() noexcept {
        if (table_) std::exchange(table_, nullptr)->destroy(room_);
    }

    const table* table_ = nullptr;
    alignas(std::max_align_t) std::byte room_[room];
};

}  // namespace coracle
