// frame_pool: coroutine frames from free lists of this thread, so that awaiting a call costs no malloc.
// Off under sanitizers, which it would blind, and when CORACLE_NO_FRAME_POOL is defined.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <new>

namespace coracle::async {

/// Blocks of up to 2 KiB in classes of 32 bytes; larger ones go to malloc. A block may be given back on any thread.
class frame_pool {
public:
#if defined(CORACLE_NO_FRAME_POOL) || defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    static constexpr bool enabled = false;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
    static constexpr bool enabled = false;
#else
    static constexpr bool enabled = true;
#endif
#else
    static constexpr bool enabled = true;
#endif

    /// Error: std::bad_alloc.
    static void* allocate(std::size_t bytes) {
        std::size_t size_class = class_of(bytes);
        if (!enabled || size_class >= classes) return checked(std::malloc(bytes));
        lists& mine = of_this_thread();
        if (block* top = mine.top[size_class]) [[likely]] {
            mine.top[size_class] = top->below;
            --mine.count[size_class];
            return top;
        }
        return checked(std::malloc((size_class + 1) * granule));
    }

    /// `bytes` is what allocate was asked for.
    static void release(void* memory, std::size_t bytes) noexcept {
        std::size_t size_class = class_of(bytes);
        if (!enabled || size_class >= classes) return std::free(memory);
        lists& mine = of_this_thread();
        if (mine.count[size_class] >= kept || mine.closed) [[unlikely]]
            return std::free(memory);
        if (!mine.will_be_emptied) [[unlikely]]
            empty_at_thread_exit(mine);
        auto* top = ::new (memory) block{mine.top[size_class]};
        mine.top[size_class] = top;
        ++mine.count[size_class];
    }

private:
    static constexpr std::size_t granule = 32;
    static constexpr std::size_t classes = 64;
    static constexpr unsigned kept = 256;

    struct block {
        block* below;
    };
    // Trivially destructible, so that frames which die after this thread's destructors have run still find it.
    struct lists {
        block* top[classes];
        unsigned count[classes];
        bool will_be_emptied;
        bool closed;
    };
    struct emptier {
        lists& mine;
        explicit emptier(lists& l) noexcept : mine(l) {}
        ~emptier() {
            mine.closed = true;
            for (block*& top : mine.top)
                while (top) {
                    block* below = top->below;
                    std::free(top);
                    top = below;
                }
        }
    };

    static std::size_t class_of(std::size_t bytes) noexcept { return (bytes - 1) / granule; }
    static lists& of_this_thread() noexcept {
        static constinit thread_local lists mine{};
        return mine;
    }
    static void empty_at_thread_exit(lists& mine) noexcept {
        static thread_local emptier at_exit(mine);
        at_exit.mine.will_be_emptied = true;
    }
    static void* checked(void* memory) {
        if (!memory) throw std::bad_alloc();
        return memory;
    }
};

}  // namespace coracle::async
