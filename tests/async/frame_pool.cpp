// frame_pool: blocks come back, are not shared, and are not lost between threads.
#include <coracle/async/frame_pool.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <set>
#include <thread>
#include <utility>
#include <vector>

using coracle::async::frame_pool;

TEST_CASE("a released block is the next one of its class") {
    if (!frame_pool::enabled) return;
    void* first = frame_pool::allocate(100);
    frame_pool::release(first, 100);
    void* second = frame_pool::allocate(110);  // the same class of 32 bytes
    CHECK(second == first);
    void* other = frame_pool::allocate(200);
    CHECK(other != second);
    frame_pool::release(second, 110);
    frame_pool::release(other, 200);
}

TEST_CASE("blocks of every size are aligned, apart, and as large as was asked") {
    std::vector<std::pair<unsigned char*, std::size_t>> held;
    for (std::size_t bytes = 1; bytes <= 5000; bytes += bytes < 300 ? 1 : 61) {
        auto* memory = static_cast<unsigned char*>(frame_pool::allocate(bytes));
        CHECK(reinterpret_cast<std::uintptr_t>(memory) % alignof(std::max_align_t) == 0);
        std::memset(memory, static_cast<int>(bytes % 251), bytes);
        held.emplace_back(memory, bytes);
    }
    bool intact = true;
    for (auto [memory, bytes] : held)
        for (std::size_t i = 0; i < bytes; ++i) intact = intact && memory[i] == bytes % 251;
    CHECK(intact);
    for (auto [memory, bytes] : held) frame_pool::release(memory, bytes);
}

TEST_CASE("more blocks than are kept are given back to malloc, and no block is handed out twice") {
    for (int round = 0; round < 3; ++round) {
        std::set<void*> held;
        for (int i = 0; i < 1000; ++i) CHECK(held.insert(frame_pool::allocate(128)).second);
        for (void* each : held) frame_pool::release(each, 128);
    }
}

TEST_CASE("a block may be given back on another thread, and that thread's list ends with it") {
    std::vector<void*> made;
    std::thread maker([&] {
        for (int i = 0; i < 300; ++i) made.push_back(frame_pool::allocate(300));
    });
    maker.join();
    for (void* each : made) frame_pool::release(each, 300);
    void* again = frame_pool::allocate(300);
    frame_pool::release(again, 300);
}

namespace {

struct late {
    void* frame = nullptr;
    ~late() { frame_pool::release(frame, 96); }
};

}  // namespace

TEST_CASE("a frame that dies among a thread's last destructors is freed") {
    std::thread([] {
        thread_local late last;  // made before the pool's own clean-up, so destroyed after it
        last.frame = frame_pool::allocate(96);
        frame_pool::release(frame_pool::allocate(96), 96);
    }).join();
}
