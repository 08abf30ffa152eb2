import Clef
import Foundation

/// One step's arguments, and the names that it may ask for. What it does not ask for is unknown to its verb.
final class Step: @unchecked Sendable {
    private let arguments: [String: String]
    let names: [String: Value]
    private var asked: Set<String> = []

    init(arguments: [String: String], names: [String: Value]) {
        self.arguments = arguments
        self.names = names
    }

    func text(_ name: String) -> String? {
        asked.insert(name)
        return arguments[name]
    }

    func needed(_ name: String) throws -> String {
        guard let value = text(name) else { throw Complaint("\(name) is missing") }
        return value
    }

    func isSet(_ name: String) -> Bool {
        text(name) == "yes"
    }

    func number(_ name: String, or otherwise: Int) throws -> Int {
        guard let text = text(name) else { return otherwise }
        guard let number = Int(text) else { throw Complaint("\(name) is no number") }
        return number
    }

    func milliseconds(_ name: String, or otherwise: Int) throws -> Duration {
        .milliseconds(try number(name, or: otherwise))
    }

    func scopes(_ name: String = "scopes") throws -> ScopeSet? {
        try text(name).map { try ScopeSet(parsing: $0) }
    }

    func neededScopes(_ name: String) throws -> ScopeSet {
        try ScopeSet(parsing: needed(name))
    }

    func object(_ name: String) throws -> Value {
        let object = try needed(name)
        guard let value = names[object] else { throw Complaint("there is no \(object)") }
        return value
    }

    func options() -> AuthorisationOptions {
        var options: AuthorisationOptions = []
        if isSet("show_dialog") {
            options.insert(.showDialog)
        }
        if isSet("pkce") {
            options.insert(.pkce)
        }
        return options
    }

    /// What is left after a verb has asked for all that it knows.
    func checkAllAsked() throws {
        if let unknown = arguments.keys.first(where: { !asked.contains($0) }) {
            throw Complaint("the verb has no argument \(unknown)")
        }
    }

    var unasked: [String: String] {
        arguments.filter { !asked.contains($0.key) }
    }

    func takeAll() {
        asked.formUnion(arguments.keys)
    }

    func credentials() throws -> Credentials {
        guard case .credentials(let credentials) = try object("credentials") else { throw wrong("credentials") }
        return credentials
    }

    func token() throws -> Token {
        guard case .token(let token) = try object("token") else { throw wrong("token") }
        return token
    }

    func refreshingToken() throws -> RefreshingToken {
        guard case .refreshing(let token) = try object("token") else { throw wrong("token") }
        return token
    }

    func auth() throws -> UserAuthorisation {
        guard case .auth(let auth) = try object("auth") else { throw wrong("auth") }
        return auth
    }

    func request() throws -> TokenRequest {
        guard case .request(let request) = try object("request") else { throw wrong("request") }
        return request
    }

    func listener() throws -> RedirectListener {
        guard case .redirectListener(let listener) = try object("listener") else { throw wrong("listener") }
        return listener
    }

    func store() throws -> TokenStore {
        guard case .store(let store) = try object("store") else { throw wrong("store") }
        return store
    }

    func sender(_ name: String = "sender") throws -> Sender {
        guard case .sender(let sender, _) = try object(name) else { throw wrong(name) }
        return sender
    }

    func work() throws -> Task<Value, any Error> {
        guard case .work(let work) = try object("work") else { throw wrong("work") }
        return work
    }

    private func wrong(_ name: String) -> Complaint {
        Complaint("\(name) is of another kind")
    }
}
