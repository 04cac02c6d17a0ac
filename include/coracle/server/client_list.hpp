// client_list: the connections of a loop, those that wait for a request apart from those that answer one, so that
// stopping can end the first at once and let the others finish.
#pragma once

#include <coracle/base/intrusive_list.hpp>
#include <coracle/loop/descriptor.hpp>

namespace coracle::server {

/// A connection as seen by its stream, while a handler waits, and by whoever stops the loop. Stands in one of the two
/// lists.
class listed_client : public list_node, public loop::edge_watcher {
public:
    /// Ends the wait for the next request, as if the client had left; soon, if it has not been quiet for long.
    virtual void hang_up() noexcept = 0;
    /// Hangs up if nothing of a next request has come; the connection has had one.
    virtual bool gives_way() noexcept { return false; }
    /// Waits between two requests: it has had one, and nothing of the next has come.
    virtual bool is_idle() const noexcept { return false; }
    /// Leaves the list to be kept in a smaller form, if it has waited between two requests for more than a moment.
    virtual bool falls_asleep() noexcept { return false; }
    /// The answer under way is the last one, unless another request has come already.
    virtual void make_answer_last() noexcept = 0;
    /// Something has happened on its stream, of which it asked to be told.
    void on_edge() noexcept override {}

protected:
    ~listed_client() = default;
};

class client_list {
public:
    void is_idle(listed_client& client) noexcept { idle_.push_back(client); }
    /// It waits for something else. Who answers at once never does, and is spared the way to this list and back.
    void is_busy(listed_client& client) noexcept { busy_.push_back(client); }
    bool any_idle() noexcept { return !idle_.empty(); }

    /// Ends the connection that has waited longest between two requests. False: there is none.
    bool make_room() noexcept {
        return idle_.any([this](listed_client& each) {
            bool gives_way = each.gives_way();
            if (gives_way) busy_.push_back(each);  // it ends, and is not asked for room again
            return gives_way;
        });
    }
    /// Sends to sleep who has waited longest, one or two. Looks at a few only. False: they had not waited for long.
    bool lay_down() noexcept {
        int looks = 4, slept = 0;
        idle_.any([&](listed_client& each) {
            if (!each.is_idle())
                idle_.push_back(each);  // who waits within a request stands in nobody's way to bed
            else if (each.falls_asleep())
                ++slept;
            return slept == 2 || --looks == 0;
        });
        return slept > 0;
    }

    void stop() noexcept {
        idle_.for_each([](listed_client& each) { each.hang_up(); });
        busy_.for_each([](listed_client& each) { each.make_answer_last(); });
    }

private:
    intrusive_list<listed_client> idle_;
    intrusive_list<listed_client> busy_;
};

}  // namespace coracle::server
