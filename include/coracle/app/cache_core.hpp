// cache_core<K, V>: what a ttl_cache is made of: its parts, the loads under way, and the way from a miss to a value.
#pragma once

#include <coracle/app/cache_key.hpp>
#include <coracle/app/cache_loader.hpp>
#include <coracle/app/cache_secret.hpp>
#include <coracle/app/cache_statistics.hpp>
#include <coracle/app/cache_table.hpp>
#include <coracle/app/clock.hpp>
#include <coracle/app/flight.hpp>
#include <coracle/app/lasting.hpp>
#include <coracle/app/load_circle.hpp>
#include <coracle/app/ttl_cache_options.hpp>
#include <coracle/async/checkpoint.hpp>
#include <coracle/async/job.hpp>
#include <coracle/async/scheduler.hpp>
#include <coracle/async/task.hpp>
#include <coracle/base/hash_slots.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <limits>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

namespace coracle {

/// Thread-safe. Shared with the loads that are under way.
template <class K, class V>
class cache_core {
public:
    using key_view = cache_key_view<K>;
    using table = cache_table<K, V>;
    class loading;
    class lead;
    using self = std::shared_ptr<cache_core>;

    explicit cache_core(ttl_cache_options<K, V> given) : options_(std::move(given)) {
        options_.check();
        for (std::size_t i = 0; i < options_.parts; ++i)
            parts_.push_back(std::make_unique<part>(options_.max_size / options_.parts +
                                                    (i < options_.max_size % options_.parts ? 1 : 0)));
    }

    struct part {
        explicit part(std::size_t room) : items(room) {}
        std::mutex guard;  // of the rest: held for a look, the copy of a value, a change
        table items;
        hash_slots<K, std::shared_ptr<loading>> loads;
    };
    struct place {
        part& in;
        std::uint64_t hash;
    };
    template <class Q>
    place find_place(const Q& key) {
        std::uint64_t hash = cache_hash(secret_.get(), key);
        return {*parts_[parts_.size() == 1 ? 0 : static_cast<std::size_t>(hash >> 32) % parts_.size()], hash};
    }
    template <class F>
    void for_each_part(F&& f) {
        for (std::unique_ptr<part>& each : parts_) f(*each);
    }
    ttl_cache_options<K, V>& options() noexcept { return options_; }
    cache_times times() const noexcept { return {options_.ttl, options_.negative_ttl}; }
    static std::int64_t now() noexcept { return steady_time().count(); }

    /// Takes it as used now, and counts it. `due` is the lead of its renewal, when it is stale and nobody renews it
    /// yet. out: whether it is there.
    bool look_up(const self& me, key_view key, std::optional<V>& into, std::optional<lead>& due);
    /// Under its key from here on, also when a load of it is under way.
    void put(K key, V value, std::chrono::nanoseconds ttl);
    /// A load of it that is under way is for those who wait for it, and for nobody else. Under the guard; what it gives
    /// is to be destroyed behind it.
    static std::shared_ptr<loading> forget_load(place at, key_view key);

    /// The same of all of a part.
    static void forget_loads(part& in, std::vector<std::shared_ptr<loading>>& forgotten) {
        in.loads.for_each([&](auto at) {
            in.loads[at].value->wanted_ = false;
            forgotten.push_back(in.loads.take(at).value);
        });
    }

    /// Calls seen(value) if it is there, fresh. out: whether it is.
    template <class F>
    bool look(key_view key, F&& seen) {
        const place at = find_place(key);
        const std::int64_t time = now();
        std::lock_guard lock(at.in.guard);
        auto* found = at.in.items.find(at.hash, key, time);
        if (!found || found->fresh_until <= time) return false;
        seen(std::as_const(found->value));
        return true;
    }
    void count_miss(key_view key) {
        part& in = find_place(key).in;
        std::lock_guard lock(in.guard);
        ++in.items.counts.misses;
    }
    bool erase(key_view key);
    template <class Predicate>
    std::size_t erase_if(Predicate& goes);
    void clear();
    std::size_t size();
    cache_statistics statistics();

    static task<V> fetch(self me, K key, cache_loader_view<K, V> load);
    static task<> renew(lead mine);

private:
    struct seat {
        std::optional<V> value{};
        std::optional<lead> leads{};
        std::shared_ptr<loading> joins{};
    };
    /// The value; or the lead of a new load; or the load under way.
    seat board(const self& me, const K& key, bool again);
    static task<V> run_load(lead& mine, cache_loader_view<K, V> load);
    void put_with_guard(place at, K key, V value, std::int64_t now, std::chrono::nanoseconds ttl, std::size_t weight,
                        typename table::removed& out) noexcept;
    std::size_t weight_of(const K& key, const V& value) { return options_.weigh ? options_.weigh(key, value) : 1; }
    static std::int64_t later(std::int64_t from, std::chrono::nanoseconds by) noexcept {
        constexpr std::int64_t never = std::numeric_limits<std::int64_t>::max();
        return by.count() > never - from ? never : from + by.count();
    }

    ttl_cache_options<K, V> options_;
    std::vector<std::unique_ptr<part>> parts_;
    cache_secret secret_;
};

/// One load of one key.
template <class K, class V>
class cache_core<K, V>::loading final : public flight {
public:
    loading(place at, K key) : flight(at.in.guard), at_(at), key_(std::move(key)) {}

private:
    friend class cache_core;
    friend class lead;
    void abandoned() noexcept override { leave_table(); }
    /// Under the guard.
    void leave_table() noexcept {
        if (wanted_) at_.in.loads.take(at_.in.loads.find(at_.hash, key_));
        wanted_ = false;
    }
    void close(flight::line& told) noexcept {
        leave_table();
        set_leader(nullptr);
        end(told);
    }

    place at_;
    K key_;
    bool wanted_ = true;  // in the table: for whoever asks for the key, and then to be kept
    std::optional<V> value_;
    std::exception_ptr error_;
};

/// The duty to load, which goes to the next in line with the frame that it is in.
template <class K, class V>
class cache_core<K, V>::lead {
public:
    lead(self of, std::shared_ptr<loading> what) noexcept : core_(std::move(of)), what_(std::move(what)) {}
    lead(lead&&) noexcept = default;
    lead& operator=(lead&&) = delete;
    ~lead() {
        if (!what_) return;
        what_->set_leader(nullptr);
        what_->give_up();
    }

    cache_core& core() const noexcept { return *core_; }
    const K& key() const noexcept { return what_->key_; }
    /// In the job that loads, which need not be the one that found out that it has to be done.
    void begin() {
        what_->set_leader(&async::this_job());
        std::lock_guard lock(what_->at_.in.guard);
        ++what_->at_.in.items.counts.loads;
    }
    /// Everybody has the value. error: what copying it throws, and then nobody has been told.
    void land(const lasting<V>& got) {
        what_->value_.emplace(got.value);
        V kept(got.value);
        K key = what_->key_;
        std::size_t weight = core_->weight_of(key, kept);
        std::int64_t time = now();
        typename table::removed out;
        flight::line told;
        {
            std::lock_guard lock(what_->at_.in.guard);
            if (what_->wanted_)
                core_->put_with_guard(what_->at_, std::move(key), std::move(kept), time, got.ttl, weight, out);
            what_->close(told);
        }
        let_go(told);
    }
    void fail(std::exception_ptr error) noexcept {
        what_->value_.reset();
        what_->error_ = std::move(error);
        flight::line told;
        {
            std::lock_guard lock(what_->at_.in.guard);
            ++what_->at_.in.items.counts.load_errors;
            what_->close(told);
        }
        let_go(told);
    }

private:
    void let_go(flight::line& told) noexcept {
        std::shared_ptr<loading> what = std::move(what_);
        flight::tell(told);
    }

    self core_;
    std::shared_ptr<loading> what_;
};

template <class K, class V>
bool cache_core<K, V>::look_up(const self& me, key_view key, std::optional<V>& into, std::optional<lead>& due) {
    const place at = find_place(key);
    const std::int64_t time = now();
    std::lock_guard lock(at.in.guard);
    auto* found = at.in.items.use(at.hash, key, time);
    if (!found) return false;
    into.emplace(std::as_const(found->value));
    ++at.in.items.counts.hits;
    if (found->fresh_until > time) [[likely]]
        return true;
    ++at.in.items.counts.stale_hits;
    if (at.in.loads.find(at.hash, key) == at.in.loads.none) {
        auto begun = std::make_shared<loading>(at, K(key));
        at.in.loads.insert(at.hash, K(key), begun);
        due.emplace(me, std::move(begun));
    }
    return true;
}

template <class K, class V>
void cache_core<K, V>::put(K key, V value, std::chrono::nanoseconds ttl) {
    const place at = find_place(key);
    const std::size_t weight = weight_of(key, value);
    const std::int64_t time = now();
    typename table::removed out;
    std::shared_ptr<loading> forgotten;
    std::lock_guard lock(at.in.guard);
    forgotten = forget_load(at, key);
    put_with_guard(at, std::move(key), std::move(value), time, ttl, weight, out);
}

template <class K, class V>
bool cache_core<K, V>::erase(key_view key) {
    const place at = find_place(key);
    const std::int64_t time = now();
    typename table::removed out;
    std::shared_ptr<loading> forgotten;
    std::lock_guard lock(at.in.guard);
    forgotten = forget_load(at, key);
    return at.in.items.erase(at.hash, key, out, time);
}

template <class K, class V>
template <class Predicate>
std::size_t cache_core<K, V>::erase_if(Predicate& goes) {
    const std::int64_t time = now();
    std::size_t count = 0;
    for_each_part([&](part& each) {
        typename table::removed out;
        std::vector<std::shared_ptr<loading>> forgotten;
        std::lock_guard lock(each.guard);
        forget_loads(each, forgotten);  // whatever they give was asked for before this
        count += each.items.erase_if(goes, time, out);
    });
    return count;
}

template <class K, class V>
void cache_core<K, V>::clear() {
    for_each_part([](part& each) {
        typename table::removed out;
        std::vector<std::shared_ptr<loading>> forgotten;
        std::lock_guard lock(each.guard);
        forget_loads(each, forgotten);
        each.items.clear(out);
    });
}

template <class K, class V>
std::size_t cache_core<K, V>::size() {
    const std::int64_t time = now();
    std::size_t count = 0;
    for_each_part([&](part& each) {
        constexpr std::size_t at_once = 256;
        for (bool done = false; !done;) {
            typename table::removed out;
            std::lock_guard lock(each.guard);
            done = each.items.expire(time, at_once, out);
            if (done) count += each.items.size();
        }
    });
    return count;
}

template <class K, class V>
cache_statistics cache_core<K, V>::statistics() {
    cache_statistics sum;
    for_each_part([&](part& each) {
        std::lock_guard lock(each.guard);
        sum += each.items.counts;
        each.loads.for_each([&](auto at) { sum.waiting += each.loads[at].value->waiting(); });
    });
    return sum;
}

template <class K, class V>
auto cache_core<K, V>::forget_load(place at, key_view key) -> std::shared_ptr<loading> {
    auto found = at.in.loads.find(at.hash, key);
    if (found == at.in.loads.none) return nullptr;
    at.in.loads[found].value->wanted_ = false;
    return at.in.loads.take(found).value;
}

template <class K, class V>
void cache_core<K, V>::put_with_guard(place at, K key, V value, std::int64_t time, std::chrono::nanoseconds ttl,
                                      std::size_t weight, typename table::removed& out) noexcept {
    try {
        std::int64_t fresh = ttl.count() > 0 ? later(time, ttl) : time;
        std::int64_t gone = ttl.count() > 0 ? later(fresh, options_.stale) : time;
        at.in.items.put(at.hash, std::move(key), {std::move(value), fresh, gone, weight}, time, out);
    } catch (...) {  // no memory to keep it in: whoever asked has it all the same
    }
}

template <class K, class V>
auto cache_core<K, V>::board(const self& me, const K& key, bool again) -> seat {
    seat taken;
    const place at = find_place(key);
    const std::int64_t time = now();
    std::lock_guard lock(at.in.guard);
    cache_statistics& counts = at.in.items.counts;
    if (auto* found = at.in.items.use(at.hash, key, time)) {
        taken.value.emplace(std::as_const(found->value));
        if (!again) ++counts.hits;
        return taken;
    }
    if (!again) ++counts.misses;
    auto under_way = at.in.loads.find(at.hash, key);
    if (under_way == at.in.loads.none) {
        auto begun = std::make_shared<loading>(at, key);
        at.in.loads.insert(at.hash, key, begun);
        taken.leads.emplace(me, std::move(begun));
        return taken;
    }
    taken.joins = at.in.loads[under_way].value;
    return taken;
}

template <class K, class V>
task<V> cache_core<K, V>::fetch(self me, K key, cache_loader_view<K, V> load) {
    co_await async::checkpoint();
    for (bool again = false;; again = true) {
        seat taken = me->board(me, key, again);
        if (taken.value) co_return std::move(*taken.value);
        if (!taken.leads) {
            flight::turn turn(*taken.joins);
            load_circle::waiting now(*taken.joins);
            co_await turn;
            if (turn.take_lead()) {
                taken.leads.emplace(me, taken.joins);
            } else if (taken.joins->error_) {
                std::rethrow_exception(taken.joins->error_);
            } else if (taken.joins->value_) {
                co_return V(std::as_const(*taken.joins->value_));
            } else {
                continue;  // it was abandoned in the meantime
            }
        }
        task<V> loaded = run_load(*taken.leads, load);
        co_return co_await std::move(loaded);
    }
}

template <class K, class V>
task<V> cache_core<K, V>::run_load(lead& mine, cache_loader_view<K, V> load) {
    std::optional<lasting<V>> got;
    load_circle::leading now;
    mine.begin();
    try {
        got = co_await load(mine.key(), mine.core().times());
        mine.land(*got);
    } catch (...) {
        std::exception_ptr error = std::current_exception();
        if (!async::is_cancellation(error)) mine.fail(std::move(error));
        throw;
    }
    co_return std::move(got->value);
}

template <class K, class V>
task<> cache_core<K, V>::renew(lead mine) {
    task<V> whole = run_load(mine, cache_loader_view<K, V>(mine.core().options_.load));
    co_await std::move(whole);
}

}  // namespace coracle
