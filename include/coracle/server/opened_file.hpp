// opened_file: a file that is open to be sent, with what was found out about it; small ones are read at once.
#pragma once

#include <coracle/base/result.hpp>
#include <coracle/os/directory.hpp>
#include <coracle/os/error.hpp>
#include <coracle/os/file.hpp>
#include <coracle/os/file_descriptor.hpp>
#include <coracle/os/file_facts.hpp>
#include <coracle/os/send_file.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

namespace coracle::server {

/// Nothing but a plain file is ever sent.
struct opened_file {
    os::file_descriptor fd{};
    os::file_facts facts{};
    std::optional<std::string> content{};  ///< all of it, when it was read

    /// Up to this size a file is read at once: it costs less than sending it by the kernel does.
    static constexpr std::uint64_t small = 16 * 1024;

    /// in: what open gave; whether a small file is to be read; whether the disk may be waited for.
    /// error: no_such_file_or_directory for a device, a pipe, a socket; is_a_directory; would_block; what reading says.
    static result<opened_file> of(result<os::file_descriptor> found, bool reads, os::patience how) {
        if (!found) return failure(found.error());
        auto facts = os::look_at(found->get());
        if (!facts) return failure(facts.error());
        if (facts->kind == os::file_kind::directory) return failure(std::make_error_code(std::errc::is_a_directory));
        if (facts->kind == os::file_kind::other)
            return failure(std::make_error_code(std::errc::no_such_file_or_directory));
        opened_file made;
        made.fd = std::move(*found);
        made.facts = *facts;
        if (reads && made.facts.size <= small) {
            auto read = made.read(how);
            if (!read) return failure(read.error());
        }
        return made;
    }

private:
    /// W8: what was read is what there is, neither more nor less.
    result<void> read(os::patience how) {
        std::string text(static_cast<std::size_t>(facts.size), '\0');
        std::size_t done = 0;
        while (done < text.size()) {
            char* to = text.data() + done;
            auto count = how == os::patience::none ? os::read_cached(fd.get(), done, to, text.size() - done)
                                                   : os::read_some_at(fd.get(), done, to, text.size() - done);
            if (!count && how == os::patience::none) return os::would_block();
            if (!count) return failure(count.error());
            if (*count == 0) break;
            done += *count;
        }
        text.resize(done);
        facts.size = done;
        content = std::move(text);
        return {};
    }
};

}  // namespace coracle::server
