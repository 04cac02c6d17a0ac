// Invariant: the frames of a WebSocket are the same events, answers and verdict whole and in any cuts; what is kept is
// bounded by what arrived; and what a session writes, another one reads.
#include <coracle/websocket/deflate_terms.hpp>
#include <coracle/websocket/handshake.hpp>
#include <coracle/websocket/session.hpp>
#include <coracle/websocket/subprotocol.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace {
namespace ws = coracle::ws;
using kind = ws::event::kind;

void demand(bool condition) {
    if (!condition) std::abort();
}

ws::mask_key some_key() { return {0x9E, 0x00, 0xFF, 0x41}; }

// Stands for a compressor: a count, a letter.
class run_lengths final : public ws::message_transform {
public:
    verdict unpack(std::string_view piece, bool last, coracle::byte_buffer& out, std::size_t most) override {
        for (char c : piece) {
            half_ = !half_;
            if (half_) {
                count_ = static_cast<unsigned char>(c);
                continue;
            }
            if (count_ > most) return verdict::too_big;
            most -= count_;
            out.append(std::string(count_, c));
        }
        return last && half_ ? verdict::broken : verdict::good;
    }
    bool pack(std::string_view piece, bool, bool, coracle::byte_buffer& out) override {
        for (char c : piece) out.append({std::string("\1") + c});
        return true;
    }

private:
    bool half_ = false;
    std::size_t count_ = 0;
};

struct setting {
    bool client = false;
    bool transformed = false;
    bool closing = false;
    ws::delivery how = ws::delivery::whole;
};

constexpr ws::limits bounds{600, 6, 300};

struct outcome {
    std::string told{};  // without regard to where pieces were cut
    bool operator==(const outcome&) const = default;
};

ws::session made(const setting& by) {
    ws::session out = by.client ? ws::session::client(some_key, bounds) : ws::session::server(bounds);
    if (by.transformed) out.transform(std::make_unique<run_lengths>());
    out.deliver(by.how);
    return out;
}

outcome read(const setting& by, std::string_view bytes, std::size_t step) {
    ws::session session = made(by);
    coracle::byte_buffer sent;
    if (by.closing) session.close(sent, ws::close_code::going_away, "bye");
    outcome out;
    std::uint64_t message = 0;
    for (std::size_t at = 0; at < bytes.size(); at += step) {
        std::string_view piece = bytes.substr(at, step);
        // On the heap, and no longer than it is, so that a byte too far is seen.
        auto copy = std::make_unique<char[]>(piece.size());
        std::memcpy(copy.get(), piece.data(), piece.size());
        std::span<char> arrived(copy.get(), piece.size());
        while (ws::event what = session.next(arrived)) {
            switch (what.what) {
                case kind::message: {
                    if (what.first) message = 0;
                    message += what.data.size();
                    demand(message <= bounds.message_bytes);
                    demand(!by.closing);
                    const bool text = what.type == ws::data_kind::text;
                    if (by.how == ws::delivery::whole) {
                        demand(what.first && what.last);
                        demand(!text || coracle::utf8::is_valid(what.data));
                    }
                    if (what.first) out.told += text ? "<text " : "<binary ";
                    out.told += what.data;
                    if (what.last) out.told += ">";
                    break;
                }
                case kind::ping:
                    demand(what.data.size() <= 125);
                    out.told.append("<ping ").append(what.data).append(">");
                    break;
                case kind::pong:
                    out.told.append("<pong ").append(what.data).append(">");
                    break;
                default:
                    demand(what.ends() && session.phase() == ws::phase::closed);
                    demand(what.what == kind::close || ws::may_be_sent(what.code));
                    demand(coracle::utf8::is_valid(what.data));
                    out.told.append(what.what == kind::close ? "<close " : "<failed ")
                        .append(std::to_string(ws::number(what.code)))
                        .append(what.data)
                        .append(">");
            }
        }
        demand(arrived.empty());
        demand(session.answers().size() <= bounds.answer_bytes + 2 * 131U);
    }
    out.told += session.answers();
    ws::event end = session.ended();
    demand(!end || end.code == ws::close_code::lost);
    demand(!session.may_send());
    return out;
}

// Pieces of a message that has failed later are given or not, as the bytes were cut; a whole message is given once.
void same_in_pieces(setting by, std::string_view bytes, std::size_t step) {
    by.how = ws::delivery::whole;
    const outcome whole = read(by, bytes, bytes.size() + 1);
    demand(read(by, bytes, step) == whole);
    demand(read(by, bytes, 1) == whole);
    by.how = ws::delivery::pieces;
    (void)read(by, bytes, bytes.size() + 1);
    (void)read(by, bytes, step);
    (void)read(by, bytes, 1);
}

// The bytes as things to send: what one session writes, another hears, and nothing of it is a fault.
void round_trip(const setting& by, std::string_view orders) {
    setting back = by;
    back.client = !by.client;
    ws::session from = made(by);
    ws::session to = made(back);
    coracle::byte_buffer wire;
    std::string expected;
    std::string message;
    auto type = ws::data_kind::binary;
    unsigned frames = 0;
    while (!orders.empty() && from.may_send()) {
        auto order = static_cast<unsigned char>(orders[0]);
        orders.remove_prefix(1);
        std::string_view piece = orders.substr(0, order >> 3U);
        orders.remove_prefix(piece.size());
        switch (order & 7U) {
            case 0:
                from.ping(wire, piece);
                expected.append("<ping ").append(piece).append(">");
                break;
            case 1:
                from.pong(wire, piece);
                expected.append("<pong ").append(piece).append(">");
                break;
            case 2: {
                std::string_view reason = ws::fitting_reason(piece);
                from.close(wire, ws::close_code::normal, piece);
                expected.append("<close 1000").append(reason).append(">");
                break;
            }
            default: {
                if (!from.sends_pieces()) {
                    frames = 0;
                    message.clear();
                    type = (order & 1U) != 0 && coracle::utf8::is_valid(piece) ? ws::data_kind::text
                                                                               : ws::data_kind::binary;
                }
                if (type == ws::data_kind::text && !coracle::utf8::is_valid(piece)) piece = {};
                const bool last = (order & 2U) != 0 || ++frames == bounds.message_frames ||
                                  message.size() + piece.size() > bounds.message_bytes / 4;
                from.send_piece(wire, type, piece, last);
                message += piece;
                if (last)
                    expected.append(type == ws::data_kind::text ? "<text " : "<binary ").append(message).append(">");
            }
        }
    }
    std::string heard;
    std::span<char> arrived(wire.data(), wire.size());
    while (ws::event what = to.next(arrived)) {
        demand(what.what != kind::failed);
        heard.append(what.what == kind::ping            ? "<ping "
                     : what.what == kind::pong          ? "<pong "
                     : what.what == kind::close         ? "<close " + std::to_string(ws::number(what.code))
                     : what.type == ws::data_kind::text ? "<text "
                                                        : "<binary ");
        heard.append(what.data).append(">");
        // And the answer is read by who asked.
        std::string answer(to.answers());
        to.answered();
        std::span<char> answered(answer);
        while (ws::event said = from.next(answered)) demand(said.what == kind::pong || said.what == kind::close);
    }
    demand(heard == expected);
}

void read_fields(std::string_view field) {
    for (const ws::deflate_terms& ours : {ws::deflate_terms{}, ws::deflate_terms{true, false, 9, 12, true}}) {
        if (auto terms = ws::agree_to_deflate(field, ours)) {
            // What we answer, a client that made the offer takes.
            const std::string answer = ws::deflate_field(*terms, true);
            ws::deflate_terms offered = ours;
            offered.client_window_offered = true;
            offered.server_max_window_bits = 15;
            offered.server_no_context_takeover = false;
            demand(ws::deflate_answer(answer, offered).has_value());
            demand(terms->server_max_window_bits >= 8 && terms->server_max_window_bits <= 15);
            demand(terms->client_max_window_bits >= 8 && terms->client_max_window_bits <= 15);
        }
    }
    constexpr std::string_view names[] = {"a", "chat"};
    std::string_view chosen = ws::choose_subprotocol(field, names);
    demand(chosen.empty() || ws::is_offered_subprotocol(field, chosen));
    demand(chosen.empty() == ws::choose_as_offered(field, names).empty());
    (void)ws::is_subprotocol_list(field);
    if (ws::is_key(field)) demand(field.size() == 24);
    (void)ws::has_token(field, "upgrade");
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    // First byte: who reads and how; second: the size of the pieces.
    if (size < 2) return 0;
    setting by;
    by.client = (data[0] & 1U) != 0;
    by.transformed = (data[0] & 2U) != 0;
    by.closing = (data[0] & 4U) != 0;
    std::string_view bytes(reinterpret_cast<const char*>(data) + 2, size - 2);
    same_in_pieces(by, bytes, data[1] % 29 + 1U);
    by.closing = false;
    round_trip(by, bytes);
    read_fields(bytes);
    return 0;
}
