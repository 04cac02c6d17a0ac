// hub_rooms<T>: a hub for each name: the rooms of a chat, the documents of an editor, the prices of one share.
#pragma once

#include <coracle/app/hub.hpp>
#include <coracle/app/hub_options.hpp>
#include <coracle/async/scheduler.hpp>
#include <coracle/base/hash_slots.hpp>
#include <coracle/base/siphash.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace coracle {

/// `hub_rooms<note> rooms({.capacity = 100});` and `rooms.in("kitchen")->publish(said);`. A room is there when it is
/// first asked for, and stays, with what it keeps, until there are too many: then one that nobody is in makes room, the
/// one that was asked for least recently. From any thread.
template <class T>
class hub_rooms {
public:
    /// in: what each room is like; how many there may be.
    explicit hub_rooms(hub_options each = {}, std::size_t max_rooms = 1000) : each_(each), most_(max_rooms) {
        static_cast<void>(hub<T>(each_));  // says now what is wrong with the options
        if (most_ == 0) throw std::logic_error("coracle: hub_rooms has room for one at least");
    }
    hub_rooms(const hub_rooms&) = delete;
    hub_rooms& operator=(const hub_rooms&) = delete;
    ~hub_rooms() { close(); }

    /// keeps: the room, for as long as somebody has this, or is in it.
    /// error: std::length_error when there are too many, and somebody is in each of them.
    std::shared_ptr<hub<T>> in(std::string_view name) {
        std::shared_ptr<hub<T>> dropped;
        std::lock_guard lock(guard_);
        const std::uint64_t hash = hash_of(name);
        auto at = rooms_.find(hash, name);
        if (at == rooms_.none) {
            if (rooms_.size() >= most_) dropped = take_empty();
            auto made = std::make_shared<hub<T>>(each_);
            if (closed_) made->close();
            at = rooms_.insert(hash, std::string(name), room(std::move(made)));
        }
        room& found = rooms_[at].value;
        found.asked = ++asked_;
        return found.shared;
    }
    /// How many there are, whether somebody is in them or not.
    std::size_t size() const {
        std::lock_guard lock(guard_);
        return rooms_.size();
    }
    /// Closes all, also those to come.
    void close() noexcept {
        std::lock_guard lock(guard_);
        closed_ = true;
        rooms_.for_each([this](auto at) { rooms_[at].value.shared->close(); });
    }

private:
    struct room {
        explicit room(std::shared_ptr<hub<T>> made) noexcept : shared(std::move(made)) {}
        std::shared_ptr<hub<T>> shared;
        std::uint64_t asked = 0;
    };

    std::shared_ptr<hub<T>> take_empty() {
        auto least = rooms_.none;
        rooms_.for_each([&](auto at) {
            room& each = rooms_[at].value;
            if (each.shared.use_count() > 1 || each.shared->subscribers() > 0) return;
            if (least == rooms_.none || each.asked < rooms_[least].value.asked) least = at;
        });
        if (least == rooms_.none)
            throw std::length_error("coracle: there are " + std::to_string(most_) +
                                    " rooms in this hub_rooms, with somebody in each; allow more, or refuse this one");
        return rooms_.take(least).value.shared;
    }
    /// Names come from outside: nobody is to choose them so that they collide.
    std::uint64_t hash_of(std::string_view name) {
        if (!keyed_) {
            if (async::scheduler* here = async::scheduler::current_or_null()) {
                std::array<char, sizeof(siphash_key)> bytes{};
                here->random_bytes(bytes);
                hash_slots<std::string, room> again;
                std::memcpy(&secret_, bytes.data(), sizeof secret_);
                rooms_.for_each([&](auto at) {
                    auto moved = rooms_.take(at);
                    const std::uint64_t hash = table_hash::of(secret_, moved.key);
                    again.insert(hash, std::move(moved.key), std::move(moved.value));
                });
                rooms_ = std::move(again);
                keyed_ = true;
            }
        }
        return table_hash::of(secret_, name);
    }

    hub_options each_;
    std::size_t most_;
    mutable std::mutex guard_;
    siphash_key secret_;
    bool keyed_ = false;
    bool closed_ = false;
    std::uint64_t asked_ = 0;
    hash_slots<std::string, room> rooms_;
};

}  // namespace coracle
