// load_circle: loaders that would wait for one another for ever, found when the last of them begins to wait.
#pragma once

#include <coracle/app/flight.hpp>
#include <coracle/async/job.hpp>
#include <coracle/async/scheduler.hpp>
#include <coracle/base/hash_slots.hpp>

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <stdexcept>

namespace coracle {

/// Who loads and waits at the same time: for all caches and all loops of the program, since a circle may go through
/// several. A job is known by its own waits; what a loader starts and waits for, as with gather(), is another job.
class load_circle {
public:
    /// The running job leads a flight, or one more. cost: no lock.
    class leading {
    public:
        leading() : who_(&async::this_job()) {
            auto at = here().find(hash_of(who_), who_);
            if (at == here().none)
                here().insert(hash_of(who_), who_, 1);
            else
                ++here()[at].value;
        }
        leading(const leading&) = delete;
        leading& operator=(const leading&) = delete;
        ~leading() {
            auto at = here().find(hash_of(who_), who_);
            if (at != here().none && --here()[at].value == 0) here().take(at);
        }

    private:
        const async::job* who_;
    };

    /// The running job waits for `what`. error: std::logic_error when that would never end.
    /// keeps: a reference. cost: no lock, unless the job leads something itself.
    class waiting {
    public:
        explicit waiting(const flight& what) : who_(&async::this_job()) {
            if (here().find(hash_of(who_), who_) == here().none) {
                who_ = nullptr;
                return;
            }
            std::lock_guard lock(all().guard);
            check(what);
            all().waits.insert(hash_of(who_), who_, &what);
        }
        waiting(const waiting&) = delete;
        waiting& operator=(const waiting&) = delete;
        ~waiting() {
            if (!who_) return;
            std::lock_guard lock(all().guard);
            all().waits.take(all().waits.find(hash_of(who_), who_));
        }

    private:
        void check(const flight& what) const {
            const async::job* leader = what.leader();
            if (leader == who_) throw_waits_for_itself();
            for (std::size_t steps = all().waits.size(); leader && steps > 0; --steps) {
                auto at = all().waits.find(hash_of(leader), leader);
                if (at == all().waits.none) return;
                leader = all().waits[at].value->leader();
                if (leader == who_) throw_wait_for_one_another();
            }
        }
        [[noreturn, gnu::cold]] static void throw_waits_for_itself() {
            throw std::logic_error(
                "coracle: the loader of a ttl_cache asks it for the key that it loads, and would wait for itself; give "
                "it another key, or load there without the cache");
        }
        [[noreturn, gnu::cold]] static void throw_wait_for_one_another() {
            throw std::logic_error(
                "coracle: loaders of a ttl_cache ask for one another's keys, and would wait for one another; let one "
                "of them load without the cache");
        }

        const async::job* who_;
    };

private:
    struct waits_of_all {
        std::mutex guard;
        hash_slots<const async::job*, const flight*> waits;  // of jobs that lead something
    };
    static waits_of_all& all() {
        static waits_of_all one;
        return one;
    }
    /// The jobs of this thread that lead something: a job never leaves its thread.
    static hash_slots<const async::job*, unsigned>& here() {
        static thread_local hash_slots<const async::job*, unsigned> leaders;
        return leaders;
    }
    static std::uint64_t hash_of(const async::job* who) noexcept {
        return reinterpret_cast<std::uintptr_t>(who) * 0x9E3779B97F4A7C15U >> 16;
    }
};

}  // namespace coracle
