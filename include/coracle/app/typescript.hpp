// typescript: a client in TypeScript for an app, printed from its OpenAPI document: an interface for each struct, a
// union for each enum, an async method for each operation, over fetch. It needs no package, and tsc --strict takes it.
#pragma once

#include <coracle/app/typescript_runtime.hpp>
#include <coracle/app/typescript_type.hpp>
#include <coracle/base/ascii.hpp>
#include <coracle/json/value.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace coracle {

/// Prints the client of a document: `typescript_client(app.openapi()).text()`.
class typescript_client {
public:
    /// keeps: a view of the document.
    [[gnu::cold]] explicit typescript_client(const json& document) : document_(document) {}

    [[gnu::cold]] std::string text() {
        out_ = "// ";
        append_comment_line(info("title") + " " + info("version"));
        out_ += ": a client, printed from the app's OpenAPI document. Print it again instead of editing it.\n";
        components();
        security();
        out_ += typescript_runtime;
        operations();
        return std::move(out_);
    }

private:
    std::string info(std::string_view word) const {
        const json* about = document_.find("info");
        const json* found = about ? about->find(word) : nullptr;
        return found && found->is_string() ? found->as_string() : std::string();
    }
    void append_comment_line(std::string_view line) {
        for (char c : line) out_ += c == '\n' || c == '\r' ? ' ' : c;
    }
    const json* section(std::string_view name) const noexcept {
        const json* all = document_.find("components");
        const json* found = all ? all->find(name) : nullptr;
        return found && found->is_object() ? found : nullptr;
    }

    [[gnu::cold]] void components() {
        const json* schemas = section("schemas");
        if (!schemas) return;
        for (const json_member& each : schemas->items()) {
            out_ += '\n';
            out_ += typescript::comment(each.value, "");
            std::string name = typescript::type_identifier(each.key);
            if (each.value.contains("properties"))
                out_.append("export interface ").append(name).append(" ").append(typescript::type_of(each.value, ""));
            else
                out_.append("export type ").append(name).append(" = ").append(typescript::type_of(each.value, "")) +=
                    ';';
            out_ += '\n';
        }
    }

    /// What the runtime asks of the schemes: their names as a type, and where each credential goes.
    [[gnu::cold]] void security() {
        std::string keys;
        std::string table;
        if (const json* schemes = section("securitySchemes")) {
            for (const json_member& each : schemes->items()) {
                std::string type = typescript::text_of(each.value, "type");
                bool key = type == "apiKey";
                std::string scheme = typescript::text_of(each.value, "scheme");
                std::string kind = key ? typescript::text_of(each.value, "in") : scheme.empty() ? "bearer" : scheme;
                for (char& c : kind) c = ascii::to_lower(c);
                std::string name = key ? typescript::text_of(each.value, "name") : "authorization";
                if (key) keys.append(keys.empty() ? "" : " | ").append(typescript::quoted(each.key));
                table.append("  ").append(typescript::quoted(each.key)).append(": { kind: ");
                table.append(typescript::quoted(kind)).append(", name: ");
                table.append(typescript::quoted(name)).append(" },\n");
            }
        }
        out_.append("\nexport type ApiKeyName = ").append(keys.empty() ? "never" : keys).append(";\n");
        out_.append("\nconst SCHEMES: { [scheme: string]: { kind: string; name: string } } = {\n").append(table) +=
            "};\n";
    }

    [[gnu::cold]] void operations() {
        const json* paths = document_.find("paths");
        if (paths)
            for (const json_member& path : paths->items())
                for (const json_member& method : path.value.items())
                    if (method.value.is_object() && method.value.contains("operationId"))
                        operation(path.key, method.key, method.value);
        out_ += "}\n";
    }

    [[gnu::cold]] void operation(std::string_view path, std::string_view method, const json& told) {
        out_ += '\n';
        out_ += typescript::comment(told, "  ");
        std::string arguments;
        std::string call;
        bool optional = true;
        for (std::string_view place : {"path", "query", "header"}) {
            bool needed = false;
            std::string members = parameters(told, place, needed);
            if (members.empty()) continue;
            std::string_view name = place == "header" ? "headers" : place;
            arguments.append(arguments.empty() ? " " : "; ").append(name).append(needed ? ": " : "?: ").append(members);
            if (place != "path")
                call.append(", ")
                    .append(name)
                    .append(": args")
                    .append(optional && !needed ? "?" : "")
                    .append(".")
                    .append(name);
            optional = optional && !needed;
        }
        std::string media;
        if (const json* body = told.find("requestBody")) {
            const json* required = body->find("required");
            bool needed = required && required->is_bool() && required->as_bool();
            arguments.append(arguments.empty() ? " " : "; ").append(needed ? "body: " : "body?: ");
            arguments.append(body_type(*body, media));
            optional = optional && !needed;
        }
        std::string args = optional ? "args?" : "args";
        if (!media.empty())
            call.append(", body: ").append(args).append(".body, media: ").append(typescript::quoted(media));
        // Whether the arguments may be left out is known only now.
        for (std::size_t at = call.find("args."); optional && at != call.npos; at = call.find("args.", at + 6))
            call.insert(at + 4, "?");
        if (const json* needs = told.find("security")) call.append(", security: ").append(needs->dump());

        std::string id = typescript::identifier(typescript::text_of(told, "operationId"));
        out_.append("  async ").append(id == "constructor" ? "constructor_" : id).append("(");
        if (!arguments.empty()) out_.append(optional ? "args?: {" : "args: {").append(arguments).append(" }, ");
        std::string gives = result(told);
        out_.append("init?: RequestInit): Promise<").append(gives).append("> {\n    ");
        if (gives != "void") out_ += "return ";
        out_ += "(await send(this.#options, { method: ";
        std::string verb(method);
        for (char& c : verb) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
        out_.append(typescript::quoted(verb))
            .append(", path: ")
            .append(path_of(path))
            .append(call)
            .append(" }, init))");
        if (gives != "void") out_.append(" as ").append(gives);
        out_ += ";\n  }\n";
    }

    /// `{ id: number; q?: string }`, or nothing. out: needed, whether one of them is required.
    [[gnu::cold]] static std::string parameters(const json& told, std::string_view place, bool& needed) {
        std::string members;
        const json* all = told.find("parameters");
        if (!all) return members;
        for (const json& each : *all) {
            if (typescript::text_of(each, "in") != place) continue;
            const json* required = each.find("required");
            bool must = required && required->is_bool() && required->as_bool();
            needed = needed || must;
            members.append(members.empty() ? "{ " : "; ")
                .append(typescript::property(typescript::text_of(each, "name")));
            members.append(must ? ": " : "?: ");
            const json* schema = each.find("schema");
            members.append(schema ? typescript::type_of(*schema, "  ") : "string");
        }
        if (!members.empty()) members += " }";
        return members;
    }
    [[gnu::cold]] static std::string body_type(const json& body, std::string& media) {
        const json* content = body.find("content");
        if (!content || content->empty()) return "unknown";
        const json_member& first = content->as_object().front();
        media = first.key;
        const json* schema = first.value.find("schema");
        // A handler that reads the parts by hand does not say what they are.
        bool known = schema && (schema->contains("$ref") || schema->contains("properties"));
        if (media == "multipart/form-data" && !known) return "FormData";
        return schema ? typescript::type_of(*schema, "  ") : "BodyInit";
    }
    /// `/items/${encode(args.path.id)}`, as a template literal.
    [[gnu::cold]] static std::string path_of(std::string_view path) {
        std::string made = "`";
        while (!path.empty()) {
            std::size_t open = path.find('{');
            for (char c : path.substr(0, open)) {
                if (c == '`' || c == '\\' || c == '$') made += '\\';
                made += c;
            }
            if (open == path.npos) break;
            std::size_t close = path.find('}', open);
            made.append("${encode(args.path[").append(typescript::quoted(path.substr(open + 1, close - open - 1)));
            made += "])}";
            path.remove_prefix(close == path.npos ? path.size() : close + 1);
        }
        return made += '`';
    }
    [[gnu::cold]] static std::string result(const json& told) {
        std::string types;
        const json* answers = told.find("responses");
        if (!answers) return "unknown";
        for (const json_member& each : answers->items()) {
            if (!each.key.starts_with('2')) continue;
            std::string type = each.key == "204" || each.key == "205" ? "void" : "unknown";
            const json* content = each.value.find("content");
            if (content && !content->empty()) {
                const json_member& first = content->as_object().front();
                const json* schema = first.value.find("schema");
                type = schema ? typescript::type_of(*schema, "  ") : "unknown";
            }
            if (type == "unknown") return type;
            if (!types.empty()) types += " | ";
            types += type;
        }
        return types.empty() ? "unknown" : types;
    }

    const json& document_;
    std::string out_;
};

}  // namespace coracle
