// log_voice: how a server speaks while it runs: which level, which format, in colours or not.
// NO_COLOR, and TERM=dumb, as terminals' programs have agreed on.
#pragma once

#include <coracle/app/log_format.hpp>
#include <coracle/app/run_options.hpp>
#include <coracle/base/log.hpp>
#include <coracle/os/terminal.hpp>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

namespace coracle::server {

/// Whether what is written to `to` is shown in colours: what the options say, else whether a terminal shows them.
[[gnu::cold]] inline bool shows_colors(const run_options& options, std::FILE* to) noexcept {
    if (options.use_colors) return *options.use_colors;
    const char* no = std::getenv("NO_COLOR");
    const char* kind = std::getenv("TERM");
    bool dumb = kind && std::string_view(kind) == "dumb";
    return !(no && *no) && !dumb && os::is_terminal(to);
}

/// Says on the standard output what is no answer to anybody: where the server listens, that it has ended.
[[gnu::cold]] inline void announce(const run_options& options, std::string_view what) {
    if (options.log_level > log_level::info) return;
    log_message one;
    one.text = what;
    std::string line;
    log::writer how = options.log_format ? options.log_format->message : &log::write_plainly;
    how(one, line, shows_colors(options, stdout));
    if (!line.empty()) line += '\n';
    std::fwrite(line.data(), 1, line.size(), stdout);
    std::fflush(stdout);
}

/// The level and the format of the log are the options' for as long as it lives.
class log_voice {
public:
    [[gnu::cold]] explicit log_voice(const run_options& options)
        : level_(log::set_level(options.log_level)),
          writer_(log::set_writer(options.log_format ? options.log_format->message : nullptr,
                                  !options.log_format && shows_colors(options, stderr))) {}
    log_voice(const log_voice&) = delete;
    log_voice& operator=(const log_voice&) = delete;
    ~log_voice() {
        log::set_level(level_);
        log::set_writer(writer_);
    }

private:
    log_level level_;
    log::writer writer_;
};

}  // namespace coracle::server
