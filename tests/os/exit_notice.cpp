#include <coracle/os/exit_notice.hpp>

#include <coracle/os/child.hpp>
#include <coracle/os/readiness_probe.hpp>

#include <doctest/doctest.h>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>

#include <utility>

using namespace coracle;
using os::command_line;

TEST_CASE("the descriptor becomes readable when the child ends, by the kernel's notice and by SIGCHLD") {
    for (auto kind : {os::exit_notice_kind::native, os::exit_notice_kind::by_signal}) {
        auto child = os::child::start(command_line("cat").input(os::stdio::pipe), {-1, -1, -1});
        REQUIRE(child);
        auto started = os::child::start(command_line("sleep", "1000"), {-1, -1, -1});
        REQUIRE(started);
        auto notice = os::exit_notice::of(started->pid(), kind);
        REQUIRE(notice);
        os::exit_notice moved = std::move(*notice);
        os::file_descriptor told = moved.take_descriptor();
        CHECK((::fcntl(told.get(), F_GETFD) & FD_CLOEXEC) != 0);
        while (!child->look()) ::usleep(500);  // another child's end, perhaps before the notice
        moved.acknowledge(told.get());
        CHECK_FALSE(started->look());
        REQUIRE(started->send(SIGKILL));
        for (;;) {
            struct pollfd asked{told.get(), POLLIN, 0};
            while (::poll(&asked, 1, 10'000) < 0) {
            }
            REQUIRE((asked.revents & POLLIN) != 0);
            moved.acknowledge(told.get());
            if (started->look()) break;
        }
        CHECK(started->status()->signal() == SIGKILL);
    }
}

TEST_CASE("SIGCHLD means what it did before when nobody waits for it any more") {
    auto handler = [] {
        struct sigaction now{};
        ::sigaction(SIGCHLD, nullptr, &now);
        return now.sa_handler;
    };
    auto before = handler();
    {
        auto one = os::exit_notice::of(1, os::exit_notice_kind::by_signal);
        auto other = os::exit_notice::of(1, os::exit_notice_kind::by_signal);
        bool changed = handler() != before;
        CHECK(changed);
    }
    bool restored = handler() == before;
    CHECK(restored);
}
