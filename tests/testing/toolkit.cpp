// Scenario: the whole toolkit at once, in an order that a seed decides, with cancellations at any moment; at the end
// everything must be accounted for. CORACLE_SEED=17 repeats one run, CORACLE_SEEDS=100000 makes a night of it.
#include <coracle/async/barrier.hpp>
#include <coracle/async/broadcast.hpp>
#include <coracle/async/channel.hpp>
#include <coracle/async/condition.hpp>
#include <coracle/async/event.hpp>
#include <coracle/async/gather.hpp>
#include <coracle/async/gather_settled.hpp>
#include <coracle/async/join_handle.hpp>
#include <coracle/async/mutex.hpp>
#include <coracle/async/offload.hpp>
#include <coracle/async/race.hpp>
#include <coracle/async/select.hpp>
#include <coracle/async/semaphore.hpp>
#include <coracle/async/shield.hpp>
#include <coracle/async/spawn.hpp>
#include <coracle/async/task_group.hpp>
#include <coracle/async/tasks.hpp>
#include <coracle/async/watch.hpp>
#include <coracle/async/yield_now.hpp>
#include <coracle/base/random_sequence.hpp>
#include <coracle/loop/sleep.hpp>
#include <coracle/loop/timeout.hpp>
#include <coracle/testing/memory_network.hpp>
#include <coracle/testing/seeds.hpp>
#include <coracle/testing/virtual_time.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>
#include <variant>
#include <vector>

using namespace coracle;

namespace {

/// A law of conservation that does not hold ends the run, and seeds tells its seed.
void must(bool holds, const char* law) {
    if (!holds) throw std::logic_error(law);
}

/// Something that can be lost or doubled: every one alive is counted.
class item {
public:
    item(std::size_t number, int& alive) : number_(number), alive_(&alive) { ++*alive_; }
    item(item&& other) noexcept : number_(other.number_), alive_(std::exchange(other.alive_, nullptr)) {}
    item& operator=(item&& other) noexcept {
        std::swap(number_, other.number_);
        std::swap(alive_, other.alive_);
        return *this;
    }
    ~item() {
        if (alive_) --*alive_;
    }
    std::size_t number() const noexcept { return number_; }

private:
    std::size_t number_;
    int* alive_;
};

/// What became of every item.
class ledger {
public:
    item make() {
        entries_.emplace_back();
        return item(entries_.size() - 1, alive_);
    }
    void accepted(std::size_t number) { entries_[number].accepted = true; }
    void received(const item& what) { must(++entries_[what.number()].times == 1, "an item arrives once"); }
    void settle() const {
        for (const entry& each : entries_)
            must(each.times == int{each.accepted}, "what was sent arrives, and what was refused does not");
        must(alive_ == 0, "no item is left anywhere");
    }

private:
    struct entry {
        bool accepted = false;
        int times = 0;
    };
    std::vector<entry> entries_;
    int alive_ = 0;
};

class stage {
public:
    stage(testing::virtual_clock time)
        : loop_(time),
          random_(time.seed()),
          network_(loop_.reactor(), time.seed()),
          with_threads_(time.seed() % 8 == 0) {
        for (std::size_t capacity : {0u, 1u, 3u}) channels_.push_back(std::make_unique<channel<item>>(capacity));
    }

    void play() {
        loop_.run_whole(whole());
        must(guests_ == 0, "every frame is freed");
        must(loop_.reactor().timers().size() == 0, "no timer is left");
        must(loop_.reactor().calls_out() == 0, "no call is left");
        for (auto& each : channels_)
            while (auto left = each->try_receive()) book_.received(*left);
        book_.settle();
    }

private:
    using moment = std::chrono::milliseconds;

    // In the frame of every actor.
    class guest {
    public:
        explicit guest(int& count) noexcept : count_(count) { ++count_; }
        guest(const guest&) = delete;
        guest& operator=(const guest&) = delete;
        ~guest() { --count_; }

    private:
        int& count_;
    };

    std::uint64_t below(std::uint64_t bound) noexcept { return random_.below(bound); }
    moment soon() noexcept { return moment(below(20)); }
    // Those who wait at a channel.
    struct crowd {
        int senders = 0;
        int receivers = 0;
    };
    crowd& crowd_of(const channel<item>& which) noexcept {
        std::size_t i = 0;
        while (channels_[i].get() != &which) ++i;
        return crowds_[i];
    }
    channel<item>& any_channel() noexcept { return *channels_[below(channels_.size())]; }

    // Who sends and who receives.

    task<> send_one(channel<item>& to) {
        guest here(guests_);
        item next = book_.make();
        std::size_t number = next.number();
        if (random_.percent(20)) {
            if (to.try_send(next)) book_.accepted(number);
            co_return;
        }
        try {
            guest waiting(crowd_of(to).senders);
            co_await to.send(std::move(next));
            book_.accepted(number);
        } catch (const channel_closed&) {
        }
    }
    task<> receive_one(channel<item>& from) {
        guest here(guests_);
        if (random_.percent(20)) {
            if (auto got = from.try_receive()) book_.received(*got);
            co_return;
        }
        guest waiting(crowd_of(from).receivers);
        auto got = co_await from.receive();
        if (got) book_.received(*got);
    }
    task<> sends() {
        guest here(guests_);
        for (int i = 0; i < 8; ++i) co_await perhaps_in_vain(send_one(any_channel()));
    }
    task<> receives() {
        guest here(guests_);
        for (int i = 0; i < 8; ++i) co_await perhaps_in_vain(receive_one(any_channel()));
    }

    task<> choose_one(channel<item>& one, channel<item>& other) {
        guest here(guests_);
        auto got = co_await select(one.receive(), other.receive(), sign_.wait());
        if (got.index() == 0 && std::get<0>(got)) book_.received(*std::get<0>(got));
        if (got.index() == 1 && std::get<1>(got)) book_.received(*std::get<1>(got));
    }
    task<> send_or_receive_one(channel<item>& to, channel<item>& from) {
        guest here(guests_);
        item next = book_.make();
        std::size_t number = next.number();
        try {
            auto got = co_await select(to.send_from(next), from.receive(), sign_.wait());
            if (got.index() == 0) book_.accepted(number);
            if (got.index() == 1 && std::get<1>(got)) book_.received(*std::get<1>(got));
        } catch (const channel_closed&) {
        }
    }
    task<> chooses() {
        guest here(guests_);
        for (int i = 0; i < 4; ++i) {
            co_await perhaps_in_vain(choose_one(any_channel(), any_channel()));
            co_await perhaps_in_vain(send_or_receive_one(any_channel(), any_channel()));
        }
    }

    // Who speaks to many. The next number is the one after the last that was sent.

    task<> speak() {
        guest here(guests_);
        try {
            guest waiting(speaking_);
            co_await ticks_.send(spoken_ + 1);
            ++spoken_;
        } catch (const channel_closed&) {
        }
    }
    task<> speaks() {
        guest here(guests_);
        for (int i = 0; i < 12; ++i) {
            co_await perhaps_in_vain(speak());
            state_.set(++states_);
        }
    }
    template <class Subscription>
    task<> hear(Subscription& from, int& last) {
        guest here(guests_);
        auto got = co_await from.receive();
        if (!got) co_return;
        must(last == 0 || *got == last + 1, "a subscriber hears each item once and in order");
        last = *got;
    }
    template <class Observer>
    task<> see(Observer& of, int& last) {
        guest here(guests_);
        const int* state = co_await of.changed();
        if (!state) co_return;
        must(*state > last, "a change is newer than what was seen");
        last = *state;
    }
    task<> attends() {
        guest here(guests_);
        auto mine = ticks_.subscribe();
        auto seen = state_.observe();
        int heard = 0;
        int known = 0;
        for (int i = 0; i < 6; ++i) {
            co_await perhaps_in_vain(hear(mine, heard));
            co_await perhaps_in_vain(see(seen, known));
        }
    }

    // Who looks whether anybody waits for what is there. Those who were woken get the time to go on.

    bool waits_in_vain() {
        for (std::size_t i = 0; i < channels_.size(); ++i) {
            channel<item>& each = *channels_[i];
            if (crowds_[i].senders > 0 && (each.closed() || each.size() < each.capacity())) return true;
            if (crowds_[i].receivers > 0 && (each.closed() || each.size() > 0)) return true;
            if (crowds_[i].receivers > 0 && crowds_[i].senders > 0) return true;
        }
        return speaking_ > 0 && (over_ || ticks_.size() < ticks_capacity);
    }
    task<> looks() {
        guest here(guests_);
        for (int i = 0; i < 25; ++i) {
            int patience = 8;
            for (; patience > 0 && waits_in_vain(); --patience) co_await yield_now();
            must(patience > 0, "nobody waits for what is there");
            co_await sleep(moment(below(6)));
        }
    }

    // Who takes turns.

    task<> lock_once() {
        guest here(guests_);
        auto lock = co_await door_.lock();
        guest alone(inside_);
        must(inside_ == 1, "a mutex lets in one at a time");
        if (random_.percent(70)) co_await sleep(soon());
        must(inside_ == 1 && door_.locked(), "nobody comes in meanwhile");
    }
    task<> lock_or_give_up() {
        guest here(guests_);
        auto got = co_await select(door_.lock(), sign_.wait());
        if (got.index() == 1) co_return;
        guest alone(inside_);
        must(inside_ == 1, "a mutex that was selected is held");
        co_await yield_now();
    }
    task<> share_once() {
        guest here(guests_);
        int count = static_cast<int>(below(seats)) + 1;
        auto permit = co_await seats_.acquire(static_cast<std::size_t>(count));
        std::vector<std::unique_ptr<guest>> seated;
        for (int i = 0; i < count; ++i) seated.push_back(std::make_unique<guest>(seated_));
        must(seated_ <= static_cast<int>(seats), "a semaphore gives no more than it has");
        co_await sleep(soon());
    }
    task<> take_token() {
        guest here(guests_);
        auto lock = co_await door_.lock();
        try {
            co_await news_.wait(lock, [&] { return tokens_ > 0 || over_; });
        } catch (const cancelled&) {
            must(static_cast<bool>(lock), "who is cancelled in a condition holds the lock");
            throw;
        }
        must(static_cast<bool>(lock), "who waited for a condition holds the lock");
        if (tokens_ == 0) co_return;
        --tokens_;
        ++taken_;
    }
    task<> give_token() {
        guest here(guests_);
        auto lock = co_await door_.lock();
        ++tokens_;
        ++given_;
        news_.notify_one();
    }
    task<> meet() {
        guest here(guests_);
        try {
            std::size_t place = co_await gate_.wait();
            ++places_[place];
        } catch (const broken_barrier&) {
            must(over_, "a barrier breaks when it is told to");
        }
    }
    task<> takes_turns() {
        guest here(guests_);
        for (int i = 0; i < 3; ++i) {
            co_await perhaps_in_vain(lock_once());
            co_await perhaps_in_vain(give_token());
            co_await perhaps_in_vain(share_once());
            co_await perhaps_in_vain(take_token());
            co_await perhaps_in_vain(meet());
            co_await perhaps_in_vain(lock_or_give_up());
            co_await destroyed(lock_once());
            co_await destroyed(share_once());
            co_await destroyed(take_token());
            co_await destroyed(lock_or_give_up());
        }
    }

    // Who waits for a sign.

    task<> wait_for_sign() {
        guest here(guests_);
        co_await sign_.wait();
        must(signs_ > 0, "nobody wakes before the event is set");
    }
    task<> waits() {
        guest here(guests_);
        for (int i = 0; i < 4; ++i) co_await perhaps_in_vain(wait_for_sign());
    }
    task<> gives_signs() {
        guest here(guests_);
        for (int i = 0; i < 6; ++i) {
            co_await sleep(soon());
            ++signs_;
            sign_.set();
            if (!over_) sign_.clear();
        }
    }

    // Who takes time, exactly.

    task<int> nap(moment time, int value) {
        guest here(guests_);
        co_await sleep(time);
        co_return value;
    }
    task<int> fails(moment time) {
        guest here(guests_);
        co_await sleep(time);
        throw std::runtime_error("as planned");
    }
    task<> takes_its_time() {
        guest here(guests_);
        moment one = soon();
        moment two = soon();
        moment three = soon();
        auto began = loop_.elapsed();
        auto in_time = co_await try_for(one, nap(two, 7));
        must(loop_.elapsed() - began == std::min(one, two), "try_for ends with what comes first");
        must(in_time ? two <= one && *in_time == 7 : one <= two, "try_for gives the value when it came in time");
        began = loop_.elapsed();
        auto [a, b, c] = co_await gather(nap(one, 1), nap(two, 2), nap(three, 3));
        must(a == 1 && b == 2 && c == 3, "gather keeps the order");
        must(loop_.elapsed() - began == std::max(std::max(one, two), three), "gather takes as long as the longest");
        began = loop_.elapsed();
        bool failed = false;
        try {
            co_await gather(nap(one, 1), fails(two), nap(three, 3));
        } catch (const std::runtime_error&) {
            failed = true;
        }
        must(failed && loop_.elapsed() - began == two, "gather ends when the first fails");
    }
    task<> races() {
        guest here(guests_);
        moment one = soon();
        moment two = soon();
        auto began = loop_.elapsed();
        int first = co_await race(nap(one, 1), nap(two, 2));
        must(loop_.elapsed() - began == std::min(one, two), "a race takes as long as the fastest");
        must(first == 1 ? one <= two : two <= one, "the fastest wins");
        began = loop_.elapsed();
        auto [good, bad] = co_await gather_settled(nap(one, 1), fails(two));
        must(good.ok() && *good == 1 && !bad.ok() && !bad.cancelled(), "a settled failure is nobody else's business");
        must(loop_.elapsed() - began == std::max(one, two), "gather_settled waits for all");
        auto handle = spawn(nap(one, 9));
        int value = co_await handle;
        must(value == 9, "a spawned task gives its value");
    }
    task<> finishes() {
        guest here(guests_);
        ++begun_;
        co_await sleep(soon());
        ++finished_;
    }
    task<> shields() {
        guest here(guests_);
        for (int i = 0; i < 3; ++i) co_await perhaps_in_vain(shield(finishes()));
    }
    task<> sometimes_fails(moment time, bool yes) {
        guest here(guests_);
        co_await yield_now();
        co_await sleep(time);
        if (yes) throw std::runtime_error("as planned");
    }
    task<> has_children() {
        guest here(guests_);
        task_group group;
        bool any = false;
        for (std::uint64_t i = below(5); i > 0; --i) {
            bool this_one = random_.percent(20);
            any = any || this_one;
            group.spawn(sometimes_fails(soon(), this_one));
        }
        bool stopped = random_.percent(20);
        if (stopped) group.cancel();
        bool failed = false;
        try {
            co_await group.join();
        } catch (const std::runtime_error&) {
            failed = true;
        }
        must(failed == (any && !stopped), "a group fails when one of its tasks does");
        must(group.size() == 0, "nobody outlives the group");
    }

    task<> calls() {
        guest here(guests_);
        for (int i = 0; i < 3; ++i) {
            int written = 0;
            int returned = co_await offload([&] { return written = 5; });
            must(written == 5 && returned == 5, "a call has happened when it returns");
            co_await sleep(soon());
        }
    }

    // Who talks over a network that fails.

    task<> answers(memory_network::stream client) {
        guest here(guests_);
        for (;;) {
            auto bytes = co_await client.read();
            if (!bytes || bytes->empty()) break;
            std::string reply(*bytes);
            auto written = co_await client.write(reply);
            if (!written) break;
        }
    }
    task<> serves(memory_network::listener& door) {
        guest here(guests_);
        task_group sessions;
        for (;;) {
            auto client = co_await accepted_or_cancelled(door, sessions);
            if (!client) break;
            sessions.spawn(answers(std::move(*client)));
        }
        co_await sessions.join();
    }
    // Sessions end before their group does, also when accepting is cancelled.
    task<result<memory_network::stream>> accepted_or_cancelled(memory_network::listener& door, task_group& sessions) {
        bool stopped = false;
        try {
            co_return co_await door.accept();
        } catch (const cancelled&) {
            stopped = true;
        }
        if (stopped) co_await sessions.join();
        throw cancelled{};
    }
    task<> talk() {
        guest here(guests_);
        auto stream = co_await network_.connect("server:7", "client");
        if (!stream) co_return;
        std::string sent(1 + below(200), static_cast<char>('a' + below(26)));
        // Side by side: an echo whose both ways are full waits for ever.
        co_await gather(says(*stream, sent), hears(*stream, sent));
    }
    task<> says(memory_network::stream& to, const std::string& all) {
        guest here(guests_);
        auto written = co_await to.write(all);
        if (!written) must(written.error() == std::errc::connection_reset, "a write fails for a reason");
    }
    task<> hears(memory_network::stream& from, const std::string& all) {
        guest here(guests_);
        std::string heard;
        while (heard.size() < all.size()) {
            auto bytes = co_await from.read();
            if (!bytes || bytes->empty()) break;
            heard += *bytes;
            must(all.starts_with(heard), "bytes come whole and in order");
        }
    }
    task<> talks() {
        guest here(guests_);
        for (int i = 0; i < 3; ++i) co_await perhaps_in_vain(talk());
    }
    task<> weather() {
        guest here(guests_);
        auto way = network_.between("client", "server");
        for (int i = 0; i < 4; ++i) {
            co_await sleep(soon());
            if (random_.percent(30)) way.reset();
            if (random_.percent(30) && !over_) way.cut();
            co_await sleep(soon());
            way.heal();
        }
    }

    // How each step may end before it has.

    task<> perhaps_in_vain(task<> step) {
        guest here(guests_);
        switch (below(4)) {
            case 0: {
                bool done = co_await try_for(soon(), std::move(step));
                (void)done;
                break;
            }
            case 1: {
                task_group group;
                group.spawn(std::move(step));
                group.spawn(cancels(group, soon()));
                co_await group.join();
                break;
            }
            case 2: {
                bool late = false;
                try {
                    co_await timeout(soon(), std::move(step));
                } catch (const timed_out&) {
                    late = true;
                }
                if (late) co_await yield_now();
                break;
            }
            default:
                co_await std::move(step);
        }
    }
    // Destroyed where it waits, unless it ends before.
    task<> destroyed(task<> step) {
        guest here(guests_);
        moment until = soon();
        task_group doomed;
        doomed.spawn(std::move(step));
        co_await sleep(until);
    }
    task<> cancels(task_group& group, moment after) {
        guest here(guests_);
        co_await sleep(after);
        group.cancel();
    }

    task<> whole() {
        guest here(guests_);
        network_.everywhere().latency(3ms).jitter(5ms).capacity(50).ragged();
        auto door = network_.listen("server:7");
        must(door.has_value(), "a port is free");
        task_group server;
        server.spawn(serves(*door));
        task_group actors;
        for (int i = 0; i < 3; ++i) {
            actors.spawn(sends());
            actors.spawn(receives());
            actors.spawn(waits());
            actors.spawn(takes_its_time());
            actors.spawn(has_children());
            actors.spawn(talks());
            actors.spawn(chooses());
            actors.spawn(takes_turns());
            actors.spawn(perhaps_in_vain(races()));
            actors.spawn(shields());
            actors.spawn(attends());
            if (with_threads_) actors.spawn(calls());
        }
        actors.spawn(gives_signs());
        actors.spawn(weather());
        actors.spawn(speaks());
        actors.spawn(looks());
        co_await sleep(moment(below(150)));
        if (random_.percent(50)) actors.cancel();
        over_ = true;
        ++signs_;
        sign_.set();
        for (auto& each : channels_) each->close();
        news_.notify_all();
        gate_.abort();
        ticks_.close();
        state_.close();
        network_.between("client", "server").heal();
        std::exception_ptr broken;
        try {
            co_await actors.join();
        } catch (...) {
            broken = std::current_exception();
        }
        if (random_.percent(50)) server.cancel();
        door->close();
        co_await server.join();
        if (broken) std::rethrow_exception(broken);
        co_await sleep(1s);
        must(network_.connections() == 0, "no connection is left");
        must(tasks().size() == 1, "no job is left but this one");
        must(!door_.locked() && door_.try_lock(), "no lock is held");
        must(seats_.available() == seats && seated_ == 0, "all permits are back");
        must(given_ == taken_ + tokens_, "every token was taken once or is there");
        must(ticks_.size() == 0, "nothing is stored that nobody will hear");
        must(gate_.waiting() == 0 && places_[0] == places_[1] && places_[1] == places_[2], "all places of each round");
        must(begun_ == finished_, "what is shielded is finished");
    }

    virtual_loop loop_;
    random_sequence random_;
    memory_network network_;
    const bool with_threads_;  // how far a call has come when it is cancelled is up to its thread
    ledger book_;
    std::vector<std::unique_ptr<channel<item>>> channels_;
    crowd crowds_[3];
    static constexpr std::size_t ticks_capacity = 2;
    broadcast<int> ticks_{ticks_capacity};
    int speaking_ = 0;
    int spoken_ = 0;
    watch<int> state_{0};
    int states_ = 0;
    event sign_;
    mutex door_;
    int inside_ = 0;
    static constexpr std::size_t seats = 3;
    semaphore seats_{seats};
    int seated_ = 0;
    condition news_;
    int tokens_ = 0;
    int given_ = 0;
    int taken_ = 0;
    barrier gate_{3};
    int places_[3] = {0, 0, 0};
    int begun_ = 0;
    int finished_ = 0;
    int signs_ = 0;
    bool over_ = false;
    int guests_ = 0;
};

}  // namespace

TEST_CASE("a thousand orders of everything at once: nothing is lost, doubled, or left behind") {
    std::uint64_t played = 0;
    for (auto time : seeds(1000, virtual_time.patience(0s))) {
        stage(time).play();
        ++played;
    }
    CHECK(played > 0);
}
