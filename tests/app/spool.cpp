#include <doctest/doctest.h>

#include <coracle/app/spool.hpp>
#include <coracle/server/stored_file.hpp>

#include <async/hand_loop.hpp>

#include <memory>
#include <string>

using namespace coracle;

namespace {

task<> write(spool& to, std::string bytes) {
    to.append(bytes);
    if (to.full()) co_await to.write_out();
}
void close_files(hand_loop& on) {
    for (async::blocking_call* each : on.detached_calls) each->run();
    on.detached_calls.clear();
}

}  // namespace

TEST_CASE("D9 what waits for a handler is in memory up to a mebibyte, then in a file, written by another thread") {
    hand_loop loop;
    auto content = std::make_unique<spool>();
    std::string all;
    for (int i = 0; i < 50; ++i) {
        std::string piece(64 * 1024, static_cast<char>('a' + i % 26));
        all += piece;
        run_with_calls(loop, write(*content, piece));
        CHECK(content->on_disk() == (all.size() > spool::most_in_memory));
    }
    run_with_calls(loop, write(*content, "end"));
    run_with_calls(loop, content->finish());
    all += "end";
    CHECK(content->size() == all.size());
    CHECK((run_with_calls(loop, content->read(0, all.size() + 1)) == all));
    CHECK(run_with_calls(loop, content->read(all.size() - 5, 100)) == all.substr(all.size() - 5));
    CHECK(run_with_calls(loop, content->read(all.size(), 100)).empty());
    CHECK(run_with_calls(loop, content->read(all.size() + 7, 100)).empty());
    CHECK((content->read_now(100, 1'000'000) == all.substr(100, 1'000'000)));
    CHECK(loop.detached_calls.empty());
    content.reset();
    CHECK(loop.detached_calls.size() == 1);  // to close it takes the disk's time, too
    close_files(loop);
}

TEST_CASE("little is never written, and read without another thread") {
    hand_loop loop;
    spool content;
    content.append("hello, ");
    content.append("world");
    started<> finishing(loop, content.finish());
    CHECK(finishing.ended());
    started<std::string> reading(loop, content.read(7, 100));
    CHECK(reading.ended());
    CHECK(reading.result() == "world");
    CHECK(loop.calls.empty());
    CHECK_FALSE(content.on_disk());
}
