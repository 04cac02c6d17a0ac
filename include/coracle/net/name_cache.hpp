// name_cache: what was found out a short while ago. Knows no clock: whoever owns it says what time it is.
#pragma once

#include <coracle/os/poller.hpp>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <list>
#include <string>
#include <string_view>
#include <utility>

namespace coracle::net {

/// Answers by their questions, each until its time. At most `most`: the one that was not asked for the longest goes.
template <class Answer>
class name_cache {
public:
    explicit name_cache(std::size_t most = 256) : most_(most) {}

    /// Null when there is none, or not any more. Valid until the next call.
    const Answer* find(std::string_view question, os::time_point now) {
        auto found = at(question);
        if (found == entries_.end()) return nullptr;
        if (found->until <= now) {
            entries_.erase(found);
            return nullptr;
        }
        entries_.splice(entries_.begin(), entries_, found);
        return &found->answer;
    }
    void store(std::string question, Answer answer, os::time_point until) {
        if (auto old = at(question); old != entries_.end()) entries_.erase(old);
        if (most_ == 0) return;
        std::size_t hash = std::hash<std::string_view>()(question);
        entries_.push_front(entry{hash, std::move(question), std::move(answer), until});
        if (entries_.size() > most_) entries_.pop_back();
    }
    void clear() noexcept { entries_.clear(); }
    std::size_t size() const noexcept { return entries_.size(); }

private:
    struct entry {
        std::size_t hash;
        std::string question;
        Answer answer;
        os::time_point until;
    };
    // A look through a few hundred numbers costs less than a lookup could ever notice.
    typename std::list<entry>::iterator at(std::string_view question) {
        std::size_t hash = std::hash<std::string_view>()(question);
        return std::find_if(entries_.begin(), entries_.end(),
                            [&](const entry& each) { return each.hash == hash && each.question == question; });
    }

    std::size_t most_;
    std::list<entry> entries_;  // the one asked for last in front
};

}  // namespace coracle::net
