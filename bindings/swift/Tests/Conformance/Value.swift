import Clef
import Foundation

/// What a step gives.
enum Value: Sendable {
    case nothing
    case text(String)
    case credentials(Credentials)
    case authorisation(PKCEAuthorisation)
    case request(TokenRequest)
    case token(Token)
    case refreshing(RefreshingToken)
    case auth(UserAuthorisation)
    case redirectListener(RedirectListener)
    case sender(Sender, CustomSender?)
    case listening(Listening)
    case store(TokenStore)
    case accounts([String])
    case work(Task<Value, any Error>)

    func field(_ name: String) throws -> String {
        if let text = try known(name) {
            return text
        }
        throw Complaint("there is no field \(name)")
    }

    private func known(_ name: String) throws -> String? {
        switch (self, name) {
        case (.credentials(let credentials), "client_id"): return credentials.clientID
        case (.credentials(let credentials), "redirect_uri"): return shown(credentials.redirectURI)
        case (.authorisation(let authorisation), "url"): return authorisation.url
        case (.authorisation(let authorisation), "verifier"): return authorisation.verifier
        case (.auth(let auth), "url"): return shown(auth.url)
        case (.auth(let auth), "state"): return auth.state
        case (.auth(let auth), "verifier"): return shown(auth.verifier)
        case (.redirectListener(let listener), "uri"): return listener.uri
        case (.sender(_, let custom?), _): return custom.field(name)
        case (.listening(let listening), _): return listening.field(name)
        case (.accounts(let accounts), "count"): return String(accounts.count)
        case (.accounts(let accounts), "names"): return accounts.joined(separator: "|")
        case (.request(let request), _): return field(name, of: request)
        case (.token(let token), _): return try field(name, of: token)
        case (.refreshing(let token), _): return try field(name, of: token)
        default: return nil
        }
    }

    private func field(_ name: String, of request: TokenRequest) -> String? {
        func header(_ wanted: String) -> String {
            shown(request.headers.first { $0.name.lowercased() == wanted }?.value)
        }
        switch name {
        case "method": return request.method
        case "url": return request.url
        case "body": return String(decoding: request.body, as: UTF8.self)
        case "may_repeat": return String(request.mayRepeat)
        case "authorization": return header("authorization")
        case "content_type": return header("content-type")
        default: return nil
        }
    }

    private func field(_ name: String, of token: Token) throws -> String? {
        switch name {
        case "access_token": return token.accessToken
        case "refresh_token": return shown(token.refreshToken)
        case "token_type": return token.tokenType
        case "scopes": return token.scopes.description
        case "expires_at": return shown(token.expiresAt)
        case "expires_in": return shown(token.expiresIn)
        case "is_expiring": return String(token.isExpiring)
        case "uses_pkce": return String(token.usesPKCE)
        case "authorised_at": return shown(token.authorisedAt)
        case "grant_expires_at": return shown(token.grantExpiresAt)
        case "json": return try token.json
        default: return nil
        }
    }

    private func field(_ name: String, of token: RefreshingToken) throws -> String? {
        switch name {
        case "refresh_token": return shown(try token.refreshToken)
        case "token_type": return try token.tokenType
        case "scopes": return try token.scopes.description
        case "uses_pkce": return String(token.usesPKCE)
        case "expires_at": return shown(token.expiresAt)
        case "expires_in": return token.expiresIn.map { shown($0) } ?? "never"
        case "is_expiring": return String(token.isExpiring)
        case "last_error": return try token.lastError.map { constant(of: $0.status) } ?? "none"
        case "client_id": return try token.credentials.clientID
        default: return nil
        }
    }
}

private func shown(_ value: String?) -> String {
    value ?? "none"
}

private func shown(_ duration: Duration) -> String {
    String(duration.components.seconds)
}

private func shown(_ date: Date?) -> String {
    guard let date else { return "unknown" }
    return date == .distantFuture ? "never" : String(Int(date.timeIntervalSince1970))
}

/// The name of a status without its prefix.
func constant(of status: Status) -> String {
    String(status.description.dropFirst("CLEF_STATUS_".count))
}

func status(named name: String) throws -> Status {
    let all = (0...100).map { Status(rawValue: $0) }
    guard let status = all.first(where: { constant(of: $0) == name }) else {
        throw Complaint("there is no status \(name)")
    }
    return status
}
