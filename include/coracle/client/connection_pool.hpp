// connection_pool: the connections of a loop to others: so many at a time, first come first served, kept for a while.
// RFC 9112 9.3 (persistence), 9.4 (how many).
#pragma once

#include <coracle/async/waiter.hpp>
#include <coracle/base/assert.hpp>
#include <coracle/base/intrusive_list.hpp>
#include <coracle/client/client_connection.hpp>
#include <coracle/client/http_client_options.hpp>
#include <coracle/loop/reactor.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace coracle::client {

/// Where connections lead to that can stand for one another.
struct connection_origin {
    connection_origin(std::string_view by, std::string_view at) : scheme(by), authority(at) {}

    std::string scheme;
    std::string authority;
    std::size_t open = 0;                    ///< connections, in use and idle
    std::size_t wanted = 0;                  ///< who waits for one
    intrusive_list<client_connection> idle;  ///< the one used last in front
};

/// Of one loop. A slot is held by who holds a lease, and goes back with it: whatever ends a request, also before it has
/// begun, leaves nothing behind.
class connection_pool {
public:
    class lease;
    class [[nodiscard("write co_await before acquire()")]] acquirer;

    explicit connection_pool(pool_limits most) noexcept : on_(loop::reactor::current()), most_(most) {}
    connection_pool(const connection_pool&) = delete;
    connection_pool& operator=(const connection_pool&) = delete;
    inline ~connection_pool();

    /// A connection, if one can be had without waiting: one that is kept, or a new one, whose stream is to be opened.
    inline lease try_acquire(std::string_view scheme, std::string_view authority);
    /// The same, when it is its turn.
    inline acquirer acquire(std::string_view scheme, std::string_view authority);
    /// Those that are kept are as likely to be closed by the peer as one that was just found to be.
    inline void forget_idle(std::string_view scheme, std::string_view authority) noexcept;

    const pool_limits& limits() const noexcept { return most_; }
    std::size_t open() const noexcept { return open_; }
    std::size_t idle() const noexcept { return idle_; }
    std::size_t waiting() const noexcept { return waiting_count_; }
    /// Nobody has anything of it, or waits, or is about to leave after he has waited.
    bool unused() const noexcept {
        for (const auto& each : origins_)
            if (each->open > 0 || each->wanted > 0) return false;
        return true;
    }

private:
    friend class client_connection;

    connection_origin& origin_of(std::string_view scheme, std::string_view authority) {
        for (const auto& each : origins_)
            if (each->authority == authority && each->scheme == scheme) return *each;
        std::erase_if(origins_, [](const auto& each) { return each->open == 0 && each->wanted == 0; });
        origins_.push_back(std::make_unique<connection_origin>(scheme, authority));
        return *origins_.back();
    }

    /// Null when there is none now.
    client_connection* take(connection_origin& at) {
        while (!at.idle.empty()) {
            client_connection& kept = at.idle.pop_front();
            --idle_;
            kept.end_idle();
            if (kept.is_fresh(false)) {
                used_.push_back(kept);
                return &kept;
            }
            destroy(kept);
        }
        if (at.open >= most_.per_host) return nullptr;
        if (open_ >= most_.connections && !drop_oldest_idle()) return nullptr;
        auto made = std::make_unique<client_connection>(on_, *this, at);
        ++open_;
        ++at.open;
        used_.push_back(*made);
        return made.release();
    }
    bool drop_oldest_idle() noexcept {
        client_connection* oldest = nullptr;
        for (const auto& each : origins_)
            each->idle.for_each([&](client_connection& kept) {
                if (!oldest || kept.due_.due() < oldest->due_.due()) oldest = &kept;
            });
        if (!oldest) return false;
        end_kept(*oldest);
        return true;
    }
    void end_kept(client_connection& kept) noexcept {
        --idle_;
        kept.end_idle();
        destroy(kept);
    }
    void destroy(client_connection& gone) noexcept {
        --open_;
        --gone.origin_->open;
        delete &gone;
    }

    /// A lease has ended.
    void give_back(client_connection& used, bool reusable) noexcept {
        used.unlink();
        used.rest();
        if (!reusable || !used.is_fresh(false) || !keep(used)) destroy(used);
        serve();
        if (idle_ > most_.idle) drop_oldest_idle();
    }
    /// Also when there are enough of them, for whoever waits.
    bool keep(client_connection& used) noexcept {
        if (most_.idle_for <= most_.idle_for.zero() || (most_.idle == 0 && waiting_count_ == 0)) return false;
        try {
            used.begin_idle(most_.idle_for);
        } catch (...) {
            return false;  // no memory for its deadline
        }
        used.origin_->idle.push_front(used);
        ++idle_;
        return true;
    }
    inline void serve() noexcept;

    /// An idle one has outstayed its time, or was disturbed.
    void time_is_up(client_connection& kept) noexcept {
        kept.unlink();
        end_kept(kept);
        serve();
    }

    loop::reactor& on_;
    pool_limits most_;
    std::size_t open_ = 0;
    std::size_t idle_ = 0;
    std::size_t waiting_count_ = 0;
    std::vector<std::unique_ptr<connection_origin>> origins_;
    intrusive_list<client_connection> used_;
    async::waiting_line<acquirer> waiting_;
};

/// A connection that is somebody's for one request. Closes it at its end, unless it was said to be good for another.
class [[nodiscard("the connection goes back when this goes: give it a name")]] connection_pool::lease {
public:
    lease() noexcept = default;
    explicit lease(client_connection* what) noexcept : what_(what) {}
    lease(lease&& other) noexcept : what_(std::exchange(other.what_, nullptr)) {}
    lease& operator=(lease&& other) noexcept {
        if (this != &other) {
            give_back(false);
            what_ = std::exchange(other.what_, nullptr);
        }
        return *this;
    }
    ~lease() { give_back(false); }

    explicit operator bool() const noexcept { return what_ != nullptr; }
    client_connection* operator->() const noexcept { return what_; }
    client_connection& operator*() const noexcept { return *what_; }
    /// Its loop is still there.
    bool alive() const noexcept { return what_ && what_->pool_ != nullptr; }
    /// in: whether another request may follow on it.
    void give_back(bool reusable) noexcept {
        client_connection* gone = std::exchange(what_, nullptr);
        if (!gone) return;
        if (gone->pool_)
            gone->pool_->give_back(*gone, reusable);
        else
            delete gone;
    }

private:
    client_connection* what_ = nullptr;
};

/// A coroutine that is destroyed after it was given its connection, and before it ran, gives it back.
class connection_pool::acquirer final : public async::waiter {
public:
    acquirer(connection_pool& from, std::string_view scheme, std::string_view authority)
        : from_(from), at_(from.origin_of(scheme, authority)) {
        ++at_.wanted;
    }
    ~acquirer() {
        leave();
        if (given_) given_.give_back(static_cast<bool>(given_->stream));  // nothing was asked of it yet
        --at_.wanted;
    }
    lease await_resume() {
        throw_if_cancelled();
        return std::move(given_);
    }

private:
    friend class connection_pool;
    bool attempt() override {
        if (client_connection* taken = from_.take(at_)) given_ = lease(taken);
        return static_cast<bool>(given_);
    }
    void line_up() noexcept override {
        ++from_.waiting_count_;
        stand_in(from_.waiting_);
    }
    void left_line() noexcept override { --from_.waiting_count_; }
    void give(client_connection& what) noexcept {
        --from_.waiting_count_;
        given_ = lease(&what);
        happened();
    }

    connection_pool& from_;
    connection_origin& at_;
    lease given_;
};

inline connection_pool::lease connection_pool::try_acquire(std::string_view scheme, std::string_view authority) {
    return lease(take(origin_of(scheme, authority)));
}
inline connection_pool::acquirer connection_pool::acquire(std::string_view scheme, std::string_view authority) {
    return acquirer(*this, scheme, authority);
}
inline void connection_pool::forget_idle(std::string_view scheme, std::string_view authority) noexcept {
    for (const auto& each : origins_)
        if (each->authority == authority && each->scheme == scheme)
            while (!each->idle.empty()) end_kept(each->idle.pop_front());
    serve();
}

/// As many as can be, in the order in which they came; one whose host has its fill is passed over.
inline void connection_pool::serve() noexcept {
    if (waiting_count_ == 0) return;
    waiting_.any([this](acquirer& next) {
        try {
            if (client_connection* taken = take(next.at_)) next.give(*taken);
        } catch (...) {
            // no memory: it waits until its time is up
        }
        return idle_ == 0 && open_ >= most_.connections;
    });
}

inline connection_pool::~connection_pool() {
    for (const auto& each : origins_)
        while (!each->idle.empty()) end_kept(each->idle.pop_front());
    used_.for_each([](client_connection& each) {
        each.pool_ = nullptr;
        each.unlink();
        each.rest();
        each.stream = net::any_stream();
    });
}

inline void client_connection::time_is_up() noexcept {
    if (phase_ == phase::idle) return pool_->time_is_up(*this);
    late_ = true;
    stream.close();
}

}  // namespace coracle::client
