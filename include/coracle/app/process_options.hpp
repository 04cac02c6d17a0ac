// process_options: what app.run_processes() can be told.
#pragma once

#include <chrono>

namespace coracle {

/// `app.run_processes({.count = 4}, {.port = 8000});`
struct process_options {
    int count = 2;  ///< worker processes; SIGTTIN starts one more, SIGTTOU ends one
    /// A worker one of whose loops stands still for so long is killed, and another takes its place; 0: nobody looks.
    std::chrono::milliseconds health_timeout{5'000};
};

}  // namespace coracle
