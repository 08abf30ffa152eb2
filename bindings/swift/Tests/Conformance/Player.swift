import Clef
import Foundation

/// Plays one scenario or fragment.
final class Player {
    let context: Context
    private var names: [String: Value]
    private(set) var given: String?

    init(_ context: Context, arguments: [String: String] = [:]) {
        self.context = context
        names = arguments.mapValues { .text($0) }
        names["sandbox"] = .text(context.sandbox.url)
        names["authority"] = .text(String(context.sandbox.url.dropFirst("http://".count)))
        names["directory"] = .text(context.directory)
    }

    /// Nil where all went well.
    func play(_ part: Script.Part) async -> String? {
        var complaint: String?
        for line in part.lines {
            do {
                try await play(line.words)
            } catch let error as Complaint {
                complaint = "line \(line.number): \(error.text)"
            } catch {
                complaint = "line \(line.number): \(error)"
            }
            if complaint != nil {
                break
            }
        }
        for case .work(let work) in names.values {
            work.cancel()
            _ = await work.result
        }
        return complaint
    }

    private func play(_ words: [String]) async throws {
        var words = words[...]
        if words.first == "expect" {
            return try expect(words.dropFirst().map(replaced))
        }
        var name: String?
        if words.count > 2, words[words.startIndex + 1] == "=" {
            name = words.first
            words = words.dropFirst(2)
        }
        guard let verb = words.first else { throw Complaint("there is no verb") }
        words = words.dropFirst()
        let failure = words.firstIndex(of: "fails")
        let step = Step(arguments: try pairs(words[..<(failure ?? words.endIndex)]), names: names)
        let expectation = try failure.map { try Expectation(words[($0 + 1)...].map(replaced)) }
        let result: Result<Value, any Error>
        do {
            result = .success(try await context.perform(verb, step))
        } catch let error as Complaint {
            throw error
        } catch {
            result = .failure(error)
        }
        try step.checkAllAsked()
        switch (result, expectation) {
        case (.failure(let error), let expectation?):
            try expectation.check(error)
        case (.failure(let error), nil):
            throw error
        case (.success, .some):
            throw Complaint("it succeeded")
        case (.success(let value), nil):
            if verb == "give" {
                given = try step.needed("text")
            } else if verb == "redirect_free" {
                names[try step.needed("listener")] = nil
            } else if let name {
                names[name] = value
            }
        }
    }

    private func pairs(_ words: ArraySlice<String>) throws -> [String: String] {
        var pairs: [String: String] = [:]
        for word in words {
            guard let equals = word.firstIndex(of: "=") else { throw Complaint("\(word) is no argument") }
            pairs[String(word[..<equals])] = try replaced(String(word[word.index(after: equals)...]))
        }
        return pairs
    }

    /// With the texts of `${NAME}` and `${NAME.FIELD}` in their place.
    private func replaced(_ word: String) throws -> String {
        var rest = Substring(word), text = ""
        while let start = rest.range(of: "${") {
            guard let end = rest.range(of: "}", range: start.upperBound..<rest.endIndex) else {
                throw Complaint("a name is not closed")
            }
            text += rest[..<start.lowerBound]
            text += try lookedUp(rest[start.upperBound..<end.lowerBound])
            rest = rest[end.upperBound...]
        }
        return text + rest
    }

    private func lookedUp(_ path: Substring) throws -> String {
        let parts = path.split(separator: ".", maxSplits: 1).map(String.init)
        guard let name = parts.first, let value = names[name] else { throw Complaint("there is no \(path)") }
        if parts.count == 2 {
            return try value.field(parts[1])
        }
        guard case .text(let text) = value else { throw Complaint("\(path) is no text") }
        return text
    }

    private func expect(_ words: [String]) throws {
        guard words.count == 3 else { throw Complaint("an expectation has three words") }
        let (left, right) = (words[0], words[2])
        func number(_ text: String) throws -> Int {
            guard let number = Int(text) else { throw Complaint("\(text) is no number") }
            return number
        }
        let holds: Bool
        switch words[1] {
        case "is": holds = left == right
        case "is_not": holds = left != right
        case "begins": holds = left.hasPrefix(right)
        case "ends": holds = left.hasSuffix(right)
        case "has": holds = left.contains(right)
        case "lacks": holds = !left.contains(right)
        case "has_length": holds = left.utf8.count == (try number(right))
        case "at_least": holds = try number(left) >= number(right)
        case "at_most": holds = try number(left) <= number(right)
        default: throw Complaint("there is no operator \(words[1])")
        }
        if !holds {
            throw Complaint("\(left), expected: \(words[1]) \(right)")
        }
    }
}

/// How a step has to fail.
struct Expectation {
    private let status: String
    private let details: [(name: String, value: String)]

    init(_ words: [String]) throws {
        guard let status = words.first else { throw Complaint("fails with what?") }
        self.status = status
        details = try words.dropFirst().map { word in
            guard let equals = word.firstIndex(of: "=") else { throw Complaint("\(word) expects nothing") }
            return (String(word[..<equals]), String(word[word.index(after: equals)...]))
        }
    }

    func check(_ error: any Error) throws {
        let error = error is CancellationError ? ClefError(.cancelled, "cancelled") : error
        guard let error = error as? ClefError else { throw error }
        guard constant(of: error.status) == status else { throw Complaint("\(error), expected \(status)") }
        for (name, expected) in details {
            let found: String
            switch name {
            case "remedy": found = remedies[error.remedy] ?? "?"
            case "oauth_error": found = error.oauthError ?? "none"
            case "oauth_description": found = error.oauthDescription ?? "none"
            case "http_status": found = error.httpStatus.map(String.init) ?? "none"
            case "retry_after": found = error.retryAfter.map { String($0.components.seconds) } ?? "none"
            case "message_has" where error.message.contains(expected): continue
            case "message_lacks" where !error.message.contains(expected): continue
            case "message_has", "message_lacks": found = error.message
            default: throw Complaint("there is no expectation \(name)")
            }
            if found != expected {
                throw Complaint("\(name) is \(found), not \(expected)")
            }
        }
    }
}

private let remedies: [Remedy: String] = [
    .none: "NONE", .retryLater: "RETRY_LATER", .logIn: "LOG_IN", .fixSettings: "FIX_SETTINGS", .fixCall: "FIX_CALL",
]
