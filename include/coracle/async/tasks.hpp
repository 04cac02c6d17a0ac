// tasks: who waits on this loop, and on which line. asyncio.all_tasks and Task.print_stack.
#pragma once

#include <coracle/async/caller.hpp>
#include <coracle/async/job.hpp>
#include <coracle/async/scheduler.hpp>
#include <coracle/base/report.hpp>

#include <cstddef>
#include <source_location>
#include <string>
#include <string_view>
#include <vector>

namespace coracle {

/// One job as it stands.
struct task_info {
    /// What it works for (a route, say); empty when nobody said.
    std::string_view label;
    /// How many jobs are above it: children stand right behind their parent.
    std::size_t depth = 0;
    /// False for the one that asks, and for one that was woken and is about to go on.
    bool waiting = false;
    /// It has been told to stop.
    bool cancelled = false;
    /// Where it waits, the innermost call first, and on from there to the first one. Empty for the one that asks.
    std::vector<std::source_location> stack;
};

/// Every job of this thread's loop. For logs and debuggers: names and lines are those of the compiler.
/// error: std::logic_error outside of a loop; std::bad_alloc.
inline std::vector<task_info> tasks() {
    std::vector<task_info> all;
    async::scheduler& here = async::scheduler::current();
    here.root().for_each_job([&all](const async::job& each, std::size_t depth) {
        task_info& one = all.emplace_back();
        if (each.label()) one.label = each.label();
        one.depth = depth;
        one.waiting = each.waiting();
        one.cancelled = each.cancelled();
        for (const async::call_frame* frame = each.where(); frame; frame = frame->caller())
            one.stack.push_back(frame->at());
    });
    return all;
}

/// One line for each job, and one for each of its calls: what to print when a program hangs.
inline std::string to_text(const std::vector<task_info>& all) {
    std::string text;
    for (const task_info& each : all) {
        std::string indent(2 * each.depth, ' ');
        text += indent + "task";
        if (!each.label.empty()) text.append(" of ").append(each.label);
        text += each.waiting ? " waits" : each.stack.empty() ? " runs" : " is about to go on";
        if (each.cancelled) text += ", cancelled";
        text += '\n';
        for (const std::source_location& at : each.stack)
            text.append(indent).append("    ").append(detail::place(at)).append("\n");
    }
    return text;
}

}  // namespace coracle
