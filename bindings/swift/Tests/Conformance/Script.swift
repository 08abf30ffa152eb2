/// The scenarios, as tests/conformance/README.md says they are written.
struct Script {
    struct Line {
        let number: Int
        let words: [String]
    }

    struct Part {
        let name: String
        let isFragment: Bool
        var lines: [Line] = []
    }

    private(set) var parts: [Part] = []

    init(_ text: String) throws {
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let words = try Script.words(String(line))
            guard let first = words.first, !first.hasPrefix("#") else { continue }
            if (first == "scenario" || first == "fragment") && words.count == 2 {
                parts.append(Part(name: words[1], isFragment: first == "fragment"))
            } else if parts.isEmpty {
                throw Complaint("line \(index + 1) is before any scenario")
            } else {
                parts[parts.count - 1].lines.append(Line(number: index + 1, words: words))
            }
        }
    }

    private static func words(_ line: String) throws -> [String] {
        var words: [String] = []
        var word: String?
        var isQuoted = false
        for character in line {
            switch character {
            case "#" where words.isEmpty && word == nil:
                return []
            case "'":
                isQuoted.toggle()
                word = word ?? ""
            case " " where !isQuoted:
                if let whole = word {
                    words.append(whole)
                }
                word = nil
            default:
                word = (word ?? "") + String(character)
            }
        }
        guard !isQuoted else { throw Complaint("a quote is not closed") }
        return words + (word.map { [$0] } ?? [])
    }
}

/// What is wrong with a scenario, or with what was found.
struct Complaint: Error {
    let text: String

    init(_ text: String) {
        self.text = text
    }
}
