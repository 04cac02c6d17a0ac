// reload: a program that holds the listening socket, watches the sources, builds, and runs the server as its child. A
// client that connects while the child is another one waits for it, and is not turned away.
#pragma once

#include <coracle/app/run_options.hpp>
#include <coracle/base/log.hpp>
#include <coracle/net/address.hpp>
#include <coracle/net/listening_socket.hpp>
#include <coracle/os/child.hpp>
#include <coracle/os/command_line.hpp>
#include <coracle/os/exit_notice.hpp>
#include <coracle/os/exit_status.hpp>
#include <coracle/os/pipe.hpp>
#include <coracle/os/readiness_probe.hpp>
#include <coracle/os/signal_mailbox.hpp>
#include <coracle/os/source_watch.hpp>
#include <coracle/server/option.hpp>

#include <chrono>
#include <csignal>
#include <cstddef>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace coracle::server {

/// Tells a child that it is one, and the number of its socket.
inline constexpr const char* reload_child_variable = "CORACLE_RELOAD_CHILD";

/// Parent of the server that reloads. Plain calls that block: it has nothing else to do.
class reloader {
public:
    /// in: where to listen; the words of the program's own command line. error: std::system_error, std::logic_error.
    reloader(const run_options& options, reload_options how, std::vector<std::string> words)
        : how_(std::move(how)),
          grace_(options.graceful_timeout + std::chrono::seconds(2)),
          words_(std::move(words)),
          socket_(open_socket(options)),
          signals_(os::open_alarm()),
          mailbox_(numbers, std::move(signals_.writer)),
          sources_(how_.dirs.empty() ? std::vector<std::string>{"."} : how_.dirs, includes(), excludes()),
          program_(program_files()) {}
    reloader(const reloader&) = delete;
    reloader& operator=(const reloader&) = delete;

    /// Until Ctrl-C or SIGTERM. out: the exit code.
    int run() {
        log::info("Watching " + std::to_string(sources_.size()) + " files for changes (Press CTRL+C to quit)");
        start();
        while (!stopped()) {
            os::wait_readable({signals_.reader.get(), sources_.descriptor(), program_.descriptor(), exited_.get()},
                              pause());
            if (stopped()) break;
            if (notice_) notice_->acknowledge(exited_.get());
            if (child_ && child_->look()) bury();
            std::vector<std::string> changed = how_.command.empty() ? program_.changes() : sources_.changes();
            if (!changed.empty()) changes_came(std::move(changed));
        }
        end_child();
        return 0;
    }

private:
    using milliseconds = std::chrono::milliseconds;
    static constexpr int numbers[] = {SIGINT, SIGTERM};

    std::vector<std::string> includes() const {
        if (!how_.includes.empty()) return how_.includes;
        return {"*.cpp", "*.hpp", "*.cc", "*.hh", "*.cxx", "*.hxx", "*.c", "*.h", "*.ipp", "*.inl", "*.tpp"};
    }
    std::vector<std::string> excludes() const {
        std::vector<std::string> all{".*", "*~"};  // hidden ones, swap files among them
        all.insert(all.end(), how_.excludes.begin(), how_.excludes.end());
        return all;
    }
    /// With nothing to build, the program's own file is what changes.
    os::source_watch program_files() const {
        std::string_view program = words_.front();
        std::size_t slash = program.rfind('/');
        if (!how_.command.empty() || slash == program.npos) return {{}, {}, {}};
        return {{std::string(program.substr(0, slash))}, {std::string(program.substr(slash + 1))}, {}};
    }
    static net::listening_socket open_socket(const run_options& options) {
        if (options.fd >= 0) {
            auto given = net::listening_socket::inherit(options.fd);
            if (!given)
                throw std::system_error(given.error(),
                                        "coracle: --fd " + std::to_string(options.fd) + " is no socket that listens");
            return std::move(*given);
        }
        auto where = net::address::of(options.host, static_cast<std::uint16_t>(options.port));
        if (!where) throw std::logic_error("coracle: the host " + where.error().message);
        net::listen_options how;
        how.backlog = options.backlog;
        auto opened = net::listening_socket::open(*where, how);
        if (!opened) throw std::system_error(opened.error(), "coracle: cannot listen on " + where->text());
        return std::move(*opened);
    }

    /// How long to sleep when nobody says anything.
    milliseconds pause() const noexcept {
        const os::source_watch& watched = how_.command.empty() ? program_ : sources_;
        return milliseconds(watched.descriptor() >= 0 ? 60'000 : 500);
    }
    bool stopped() noexcept {
        os::drain(signals_.reader.get());
        while (int number = mailbox_.take()) asked_ = number;
        return asked_ != 0;
    }

    void start() {
        os::command_line what(words_.front());
        what.arguments(std::vector<std::string>(words_.begin() + 1, words_.end()));
        what.environment(reload_child_variable, "3").descriptor(socket_.native_handle());
        auto started = os::child::start(what, {-1, -1, -1});
        if (!started) return log::error(started.error().message() + "; waiting for a change");
        auto told = os::exit_notice::of(started->pid());
        child_.emplace(std::move(*started));
        if (!told) return;  // it is looked after now and then
        exited_ = told->take_descriptor();
        notice_.emplace(std::move(*told));
    }
    /// It has ended by itself: there is nothing to serve with until something changes.
    void bury() {
        log::error("The program ended (" + child_->status()->text() + "); waiting for a change");
        forget_child();
    }
    void forget_child() {
        notice_.reset();
        exited_.reset();
        child_.reset();
    }
    /// Asks it to stop, and makes it when it does not.
    void end_child() {
        if (!child_) return;
        [[maybe_unused]] auto ended_already = child_->send(SIGTERM);
        wait_for(*child_, exited_.get(), grace_);
        if (!child_->status()) {
            log::warning("The program does not stop; it is killed");
            ended_already = child_->send(SIGKILL);
            wait_for(*child_, exited_.get(), milliseconds(5'000));
        }
        forget_child();
    }
    static void wait_for(os::child& one, int exited, milliseconds most) {
        const auto end = std::chrono::steady_clock::now() + most;
        while (!one.look()) {
            auto left = std::chrono::duration_cast<milliseconds>(end - std::chrono::steady_clock::now());
            if (left <= milliseconds(0)) return;
            os::wait_readable({exited}, exited >= 0 ? left : milliseconds(20));
        }
    }

    void changes_came(std::vector<std::string> changed) {
        bool built = false;
        while (!changed.empty() && !stopped()) {
            wait_until_quiet(changed);
            log::warning("Changed: " + text_of(changed));
            built = build();
            changed = how_.command.empty() ? std::vector<std::string>() : sources_.changes();  // while it was built
        }
        if (!built || stopped()) return;
        end_child();
        start();
    }
    void wait_until_quiet(std::vector<std::string>& changed) {
        os::source_watch& watched = how_.command.empty() ? program_ : sources_;
        const auto most = std::chrono::steady_clock::now() + std::chrono::seconds(10);
        for (bool quiet = false; !quiet && !stopped() && std::chrono::steady_clock::now() < most;) {
            os::wait_readable({signals_.reader.get()}, how_.delay);
            std::vector<std::string> more = watched.changes();
            quiet = more.empty();
            changed.insert(changed.end(), more.begin(), more.end());
        }
    }
    /// What the builder prints goes where this program prints. out: false: the old program serves on.
    bool build() {
        if (how_.command.empty()) return true;
        os::command_line what("/bin/sh", "-c", how_.command);
        what.input(os::stdio::null).own_group();
        auto started = os::child::start(what, {-1, -1, -1});
        if (!started) {
            log::error(started.error().message());
            return false;
        }
        os::file_descriptor exited;
        auto told = os::exit_notice::of(started->pid());
        if (told) exited = told->take_descriptor();
        while (!started->look()) {
            os::wait_readable({signals_.reader.get(), exited.get()}, milliseconds(exited ? 1'000 : 20));
            if (told) told->acknowledge(exited.get());
            if (stopped()) return false;  // what goes out of scope is killed
        }
        if (started->status()->ok()) return true;
        log::error("The build failed (" + started->status()->text() + "); " +
                   (child_ ? "the old program serves on" : "waiting for a change"));
        return false;
    }
    static std::string text_of(std::vector<std::string>& paths) {
        std::string all;
        std::size_t told = 0;
        for (std::size_t i = 0; i < paths.size(); ++i) {
            bool before = false;
            for (std::size_t j = 0; j < i; ++j) before = before || paths[j] == paths[i];
            if (before) continue;
            if (++told > 5) continue;
            all += (all.empty() ? "" : ", ") + paths[i];
        }
        return told > 5 ? all + " and " + std::to_string(told - 5) + " more" : all;
    }

    reload_options how_;
    milliseconds grace_;
    std::vector<std::string> words_;
    net::listening_socket socket_;
    os::pipe_ends signals_;
    os::signal_mailbox mailbox_;
    os::source_watch sources_;
    os::source_watch program_;
    std::optional<os::child> child_;
    os::file_descriptor exited_;  // goes after the notice, which may write to its other end
    std::optional<os::exit_notice> notice_;
    int asked_ = 0;
};

}  // namespace coracle::server
