// hub_branch<T>: the part of a hub that is on one loop: who subscribes there reads from it, without a lock.
#pragma once

#include <coracle/app/hub_trunk.hpp>
#include <coracle/app/stop_notice.hpp>
#include <coracle/async/arrival.hpp>
#include <coracle/async/job_group.hpp>
#include <coracle/async/join_handle.hpp>
#include <coracle/async/scheduler.hpp>
#include <coracle/async/spawn.hpp>
#include <coracle/async/task.hpp>
#include <coracle/async/waiter.hpp>
#include <coracle/base/intrusive_list.hpp>
#include <coracle/base/ring.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <utility>
#include <vector>

namespace coracle {

/// Belongs to its loop, and to the subscriptions there. However much is published before the loop's next turn, it is
/// woken once.
template <class T>
class hub_branch final : public std::enable_shared_from_this<hub_branch<T>>,
                         hub_listener,
                         async::arrival,
                         async::group_member {
public:
    class place;
    class receiver;

    /// That of the current loop. error: std::logic_error outside of one; std::bad_alloc.
    static std::shared_ptr<hub_branch> of(const std::shared_ptr<hub_trunk<T>>& trunk) {
        async::scheduler& here = async::scheduler::current();
        {
            std::lock_guard lock(trunk->guard);
            for (hub_listener* each : trunk->listeners)
                if (static_cast<hub_branch*>(each)->home_ == &here)
                    return static_cast<hub_branch*>(each)->shared_from_this();
        }
        auto made = std::make_shared<hub_branch>(trunk, here);
        here.background().keep(*made);  // which says when the loop goes, and waits for nothing
        std::lock_guard lock(trunk->guard);
        trunk->listeners.push_back(made.get());
        made->listed_ = true;
        return made;
    }
    hub_branch(std::shared_ptr<hub_trunk<T>> trunk, async::scheduler& home) noexcept
        : trunk_(std::move(trunk)), home_(&home) {}
    ~hub_branch() {
        leave_trunk();
        if (listed_ && !lost_) home_->withdraw(*this);
        for (watched& each : notices_) each.watcher.cancel();
    }
    hub_branch(const hub_branch&) = delete;
    hub_branch& operator=(const hub_branch&) = delete;

    /// A subscription to what comes from here on, or, when it is not null, to what comes behind `after`.
    static std::unique_ptr<place> admitted(std::shared_ptr<hub_branch> in, const std::uint64_t* after) {
        auto one = std::make_unique<place>(in);
        in->admit(*one, after);
        return one;
    }
    std::uint64_t oldest() const noexcept { return end_ - items_.size(); }

private:
    struct watched {
        stop_notice* notice;
        join_handle<> watcher;
    };

    void admit(place& one, const std::uint64_t* after) {
        one.notice_ = &server_stopping();
        if (one.notice_ != &detail::never_stopping) watch(*one.notice_);
        pull(false);
        one.next_ = end_;
        if (after) {
            // An id that this hub has not given is another run's: who brings it may have missed anything.
            one.next_ = *after < end_ ? *after + 1 : 0;
            if (one.next_ < oldest()) one.go_on_at(oldest());
        }
        one.over_ = one.notice_->given();
        idle_.push_back(one);
        serve_others();
    }
    void wake() noexcept override {
        if (std::exchange(woken_, true)) return;
        home_->deliver(*this);
    }
    void arrived() noexcept override {
        std::shared_ptr<hub_branch> alive = this->shared_from_this();  // whoever is served may be the last to leave
        try {
            pull(true);
        } catch (...) {  // no memory for the list of them: they come with the next
        }
        serve_others();
    }
    void lost() noexcept override { lost_ = true; }
    /// The loop is about to go, and whoever subscribed on it and is still there has its end.
    void abandon() noexcept override {
        leave_trunk();
        if (!lost_) home_->withdraw(*this);
        lost_ = true;
        auto ends = [](place& each) { each.lose_loop(); };
        idle_.for_each(ends);
        hopeful_.for_each(ends);
    }
    void leave_trunk() noexcept {
        std::lock_guard lock(trunk_->guard);
        std::erase(trunk_->listeners, static_cast<hub_listener*>(this));
    }

    /// What is new since the last time. in: whether this is what it was woken for.
    void pull(bool woken) {
        std::uint64_t first_new = 0;
        new_.clear();
        {
            std::lock_guard lock(trunk_->guard);
            if (woken) woken_ = false;
            closed_ = trunk_->closed;
            const std::uint64_t oldest_there = trunk_->oldest();
            first_new = std::max(end_, oldest_there);
            for (std::uint64_t id = first_new; id < trunk_->next_id; ++id)
                new_.push_back(trunk_->items[static_cast<std::size_t>(id - oldest_there)]);
        }
        // Items that nobody else has any more are destroyed here, where nobody waits for it.
        if (first_new > end_) items_.clear();
        end_ = first_new;
        for (hub_item<T>& each : new_) {
            items_.emplace_back(std::move(each));
            ++end_;
        }
        new_.clear();
        while (items_.size() > trunk_->how.capacity) items_.pop_front();
    }
    /// Those who wait, and those who are so far behind that they will not see this.
    void serve_others() noexcept {
        intrusive_list<place> told;
        told.splice_back(hopeful_);
        while (!told.empty()) told.pop_front().serve();
        if (trunk_->how.slow != when_slow::close) return;
        const std::uint64_t first = oldest();
        idle_.for_each([first](place& each) {
            if (each.next_ < first) each.fall_behind();
        });
    }
    void watch(stop_notice& notice) {
        for (watched& each : notices_)
            if (each.notice == &notice) return;
        notices_.reserve(notices_.size() + 1);
        notices_.push_back({&notice, spawn(end_with(notice, this->weak_from_this()))});
    }
    static task<> end_with(stop_notice& notice, std::weak_ptr<hub_branch> which) {
        try {
            co_await notice.wait();
        } catch (const std::logic_error&) {
            co_return;  // of a server on another loop, which sent this task here: receive() looks at it
        }
        if (std::shared_ptr<hub_branch> still = which.lock()) still->stop(notice);
    }
    void stop(stop_notice& notice) noexcept {
        intrusive_list<place> told;
        auto ends = [&](place& each) {
            if (each.notice_ != &notice) return;
            static_cast<list_node&>(each).unlink();
            told.push_back(each);
        };
        idle_.for_each(ends);
        hopeful_.for_each(ends);
        while (!told.empty()) {
            place& next = told.pop_front();
            next.over_ = true;
            next.serve();
        }
    }

    std::shared_ptr<hub_trunk<T>> trunk_;
    async::scheduler* home_;
    bool woken_ = false;  // guarded by the trunk's
    bool listed_ = false;
    bool lost_ = false;
    bool closed_ = false;
    std::uint64_t end_ = 0;  // the id of the next item to come
    ring<hub_item<T>> items_;
    std::vector<hub_item<T>> new_;
    intrusive_list<place> idle_;
    intrusive_list<place> hopeful_;  // those with waiters
    std::vector<watched> notices_;
};

/// How far one subscription has come.
template <class T>
class hub_branch<T>::place final : public list_node {
public:
    explicit place(std::shared_ptr<hub_branch> in) noexcept : in_(std::move(in)) {
        in_->trunk_->subscribers.fetch_add(1, std::memory_order_relaxed);
    }
    ~place() {
        in_->trunk_->subscribers.fetch_sub(1, std::memory_order_relaxed);
        over_ = true;
        serve();
        unlink();  // before the branch may go
    }
    place(const place&) = delete;
    place& operator=(const place&) = delete;

    /// Gives the next item, if it is there.
    bool take(hub_item<T>& into) noexcept {
        if (!over_ && notice_->given()) over_ = true;
        if (over_) return false;
        if (next_ < in_->oldest()) {
            if (in_->trunk_->how.slow == when_slow::close) {
                fall_behind();
                return false;
            }
            go_on_at(in_->oldest());
        }
        if (next_ == in_->end_) return false;
        into = in_->items_[static_cast<std::size_t>(next_ - in_->oldest())];
        ++next_;
        missed_ = std::exchange(skipped_, 0);
        return true;
    }
    bool ended() const noexcept { return over_ || (in_->closed_ && next_ == in_->end_); }
    bool too_slow() const noexcept { return too_slow_; }
    std::uint64_t missed() const noexcept { return missed_; }
    std::uint64_t missed_in_all() const noexcept { return missed_in_all_; }
    std::size_t unread() const noexcept {
        return over_ ? 0 : static_cast<std::size_t>(in_->end_ - std::max(next_, in_->oldest()));
    }
    /// What is cancelled when it falls too far behind; null when there is nothing.
    void works_in(async::cancel_scope* part) noexcept { work_ = part; }

private:
    friend class hub_branch;
    friend class receiver;
    // Who waits goes with the loop, too, and is not woken.
    void lose_loop() noexcept {
        over_ = true;
        notice_ = &detail::never_stopping;
    }
    void serve() noexcept {
        while (!waiting_.empty()) {
            receiver& next = waiting_.front();
            if (!take(next.item_) && !ended()) break;
            if (over_) next.at_ = nullptr;
            next.happened();
        }
        (waiting_.empty() ? in_->idle_ : in_->hopeful_).push_back(*this);
    }
    void go_on_at(std::uint64_t first) noexcept {
        const std::uint64_t lost = first - std::max(next_, in_->trunk_->how.first_id);
        skipped_ += lost;
        missed_in_all_ += lost;
        in_->trunk_->missed.fetch_add(lost, std::memory_order_relaxed);
        next_ = first;
    }
    void fall_behind() noexcept {
        if (std::exchange(over_, true)) return;
        go_on_at(in_->end_);
        missed_ = std::exchange(skipped_, 0);
        too_slow_ = true;
        in_->trunk_->too_slow.fetch_add(1, std::memory_order_relaxed);
        if (work_) work_->cancel();
    }

    std::shared_ptr<hub_branch> in_;
    stop_notice* notice_ = &detail::never_stopping;
    async::cancel_scope* work_ = nullptr;
    std::uint64_t next_ = 0;
    std::uint64_t skipped_ = 0;  // since the last that it took
    std::uint64_t missed_ = 0;
    std::uint64_t missed_in_all_ = 0;
    bool over_ = false;
    bool too_slow_ = false;
    async::waiting_line<receiver> waiting_;
};

/// The awaiter of receive(). Has its item from the moment that it is woken.
template <class T>
class [[nodiscard("write co_await before receive()")]] hub_branch<T>::receiver final : public async::waiter {
public:
    explicit receiver(place* at) noexcept : at_(at) {}
    ~receiver() { leave(); }
    bool await_ready() noexcept { return may_attempt() && attempt(); }
    hub_item<T> await_resume() {
        throw_if_cancelled();
        return std::move(item_);
    }
    hub_item<T> take_at_once() {
        attempt();
        return await_resume();
    }

private:
    friend class place;
    bool attempt() noexcept override { return !at_ || at_->take(item_) || at_->ended(); }
    void line_up() noexcept override {
        stand_in(at_->waiting_);
        at_->in_->hopeful_.push_back(*at_);
    }
    void left_line() noexcept override {
        if (at_ && at_->waiting_.empty()) at_->in_->idle_.push_back(*at_);
    }

    place* at_;
    hub_item<T> item_;
};

}  // namespace coracle
